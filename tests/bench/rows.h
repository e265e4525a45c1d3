/* Where a limit program puts its rows: SQLite (rows_sqlite.c) or a PostgreSQL server (rows_postgres.c). One table, one
 * transaction for a group, on the disk when rows_commit returns. */
#ifndef READINESS_BENCH_ROWS_H
#define READINESS_BENCH_ROWS_H

#include <stdbool.h>
#include <stddef.h>

/* A new table at the address, of texts, or of bytes under keys of 32 bytes. */
bool rows_open(const char *address, bool keyed);
void rows_begin(void);
/* `key` is NULL for texts. What is pointed to must stay until rows_commit. */
void rows_put(const unsigned char *key, const void *row, size_t n);
bool rows_commit(void);

#endif
