/* What every driver's connections and statements have in common. */
#include <stdio.h>
#include <string.h>

#include "base/embedded.h"
#include "store/sql/database.h"

static const struct driver *const drivers[] = {&sqlite_driver, &postgres_driver};

const struct driver *driver_of(const char *url) {
    for (size_t i = 0; i < sizeof drivers / sizeof *drivers; i++) {
        const size_t n = strlen(drivers[i]->scheme);
        if (strncmp(url, drivers[i]->scheme, n) == 0 && url[n])
            return drivers[i];
    }
    return NULL;
}

const struct driver *driver_for(const char *url, struct findings *findings) {
    const struct driver *driver = driver_of(url);
    if (!driver)
        finding_add(findings, SEVERITY_ERROR, (struct place){NULL, 0, 0}, "store_url", "url", url, NULL);
    return driver;
}

int database_newest(void) {
    int newest = 0;
    for (size_t i = 0; i < embedded_count; i++) /* in order of their names */
        (void)sscanf(embedded_files[i].path, "engine/store/sqlite/%3d-", &newest);
    return newest;
}

void database_close(struct database *db) {
    if (db)
        db->driver->close(db);
}

void statement_bind(struct statement *statement, const char *format, ...) {
    va_list args;
    if (!statement)
        return;
    va_start(args, format);
    statement->driver->bind(statement, format, args);
    va_end(args);
}

enum result row_result(enum step step) {
    return step == STEP_ROW ? RESULT_OK : step == STEP_DONE ? RESULT_INPUT : RESULT_MACHINE;
}

enum result statement_finish_one(struct statement *statement) {
    int changes = 0;
    enum result result = statement_finish(statement, &changes);
    return result == RESULT_OK && changes != 1 ? RESULT_INPUT : result;
}

enum result statement_number(struct statement *statement, int64_t otherwise, int64_t *out) {
    const enum step step = statement_step(statement);
    *out = step == STEP_ROW ? column_long(statement, 0) : otherwise;
    statement_reset(statement);
    return step == STEP_FAILED ? RESULT_MACHINE : RESULT_OK;
}

const char *column_text(struct arena *arena, struct statement *statement, int column) {
    struct str s = column_view(statement, column);
    return arena_copy(arena, s.p, s.n);
}

void column_bytes(struct statement *statement, int column, uint8_t *into, size_t n) {
    struct str s = column_view(statement, column);
    memset(into, 0, n);
    memcpy(into, s.p, s.n < n ? s.n : n);
}

struct id column_id(struct statement *statement, int column) {
    struct id id;
    column_bytes(statement, column, id.bytes, sizeof id.bytes);
    return id;
}
