/* The scan limit: what cannot be avoided when answers are aggregated. Streams one row per response out of SQLite, in
 * the order in which they lie, and counts each answer in its own place, by organisation, item and code; nothing else.
 *
 *   limit_scan DATABASE    prints the CPU seconds it took and how many answers it counted */
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { ORGANISATIONS = 1024, ITEMS = 64, CODES = 256 };

static uint32_t counts[ORGANISATIONS][ITEMS][CODES];

/* The i-th answer of a response is its i-th item: every response of the benchmark has all. */
static void count(uint32_t (*items)[CODES], const unsigned char *answers) {
    unsigned item = 0;
    for (; *answers; answers++)
        if (*answers == ':')
            items[item++ % ITEMS][answers[1]]++;
}

static uint64_t total(void) {
    uint64_t n = 0;
    for (int o = 0; o < ORGANISATIONS; o++)
        for (int i = 0; i < ITEMS; i++)
            for (int code = '1'; code <= '5'; code++)
                n += counts[o][i][code];
    return n;
}

int main(int argc, char **argv) {
    sqlite3 *db;
    sqlite3_stmt *query;
    char last[64] = "";
    size_t organisation = 0;
    const clock_t begun = clock();
    if (argc != 2 || sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(db, "SELECT organisation, answers FROM response ORDER BY wave, organisation, id", -1, &query,
                           NULL) != SQLITE_OK)
        return 1;
    while (sqlite3_step(query) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(query, 0);
        if (strcmp(name, last) != 0) {
            organisation++;
            snprintf(last, sizeof last, "%s", name);
        }
        count(counts[organisation % ORGANISATIONS], sqlite3_column_text(query, 1));
    }
    printf("%.4f %llu\n", (double)(clock() - begun) / CLOCKS_PER_SEC, (unsigned long long)total());
    sqlite3_finalize(query);
    sqlite3_close(db);
    return 0;
}
