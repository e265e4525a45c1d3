/* A whole installation from one database into another, whatever the two are: table by table, in the order of their
 * keys, in one transaction. What was read and what is there afterwards must have the same checksum. */
#include <endian.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/sql/database.h"

/* In the order of what refers to what. */
static const struct table {
    const char *name, *select, *insert, *clear;
} tables[] = {
#define TABLE(name, columns, marks, key)                                                                               \
    {                                                                                                                  \
        name, "SELECT " columns " FROM " name " ORDER BY " key,                                                        \
            "INSERT INTO " name " (" columns ") VALUES (" marks ")", "DELETE FROM " name                               \
    }
    TABLE("account",
          "id, email, name, role, language, timezone, disabled, password, has_totp, totp, totp_step, created",
          "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?", "id"),
    TABLE("assessment",
          "id, name, title, instrument, mode, min_group, min_comments, owner, state, deleted, timezone, languages,"
          " roster_days, response_days",
          "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?", "id"),
    TABLE("placeholder", "assessment, name, language, value", "?, ?, ?, ?", "assessment, name, language"),
    TABLE("organisation", "assessment, code, name, parent, language, headcount", "?, ?, ?, ?, ?, ?",
          "assessment, code"),
    TABLE("person", "assessment, id, email, name, organisation, unit, language, contact", "?, ?, ?, ?, ?, ?, ?, ?",
          "assessment, id"),
    TABLE("wave",
          "id, assessment, number, label, state, opened, until, closed, mode, min_group, min_comments, imported,"
          " instrument_hash, public_key, timezone",
          "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?", "id"),
    TABLE("wave_file", "wave, language, text", "?, ?, ?", "wave, language"),
    TABLE("wave_file_before", "wave, number, until, language, text", "?, ?, ?, ?, ?", "wave, number, language"),
    TABLE("invitation", "wave, id, kind, organisation, unit, language, person, generation", "?, ?, ?, ?, ?, ?, ?, ?",
          "wave, id"),
    TABLE("ticket", "wave, hash, kind, organisation, unit, language, pseudonym, state", "?, ?, ?, ?, ?, ?, ?, ?",
          "wave, hash"),
    TABLE("ballot", "wave, key, sealed", "?, ?, ?", "wave, key"),
    TABLE("organisation_answer", "wave, organisation, answers", "?, ?, ?", "wave, organisation"),
    TABLE("draft", "wave, key, day, content", "?, ?, ?, ?", "wave, key"),
    TABLE("invited", "wave, organisation, invited, answered, organisation_answered", "?, ?, ?, ?, ?",
          "wave, organisation"),
    TABLE("day_count", "wave, day, n", "?, ?, ?", "wave, day"),
    TABLE("response", "wave, organisation, id, unit, pseudonym, answers", "?, ?, ?, ?, ?, ?", "wave, organisation, id"),
    TABLE("comment", "wave, organisation, question, id, text", "?, ?, ?, ?, ?", "wave, organisation, question, id"),
    TABLE("aggregate", "wave, organisation, grouping, kind, name, n, counts, statistics", "?, ?, ?, ?, ?, ?, ?, ?",
          "wave, organisation, grouping, kind, name"),
    TABLE("aggregate_source", "wave, responses, instrument_hash, version", "?, ?, ?, ?", "wave"),
    TABLE("published", "wave, organisation, groups, hash", "?, ?, ?, ?", "wave, organisation"),
    TABLE("recovery_code", "account, hash", "?, ?", "account, hash"),
    TABLE("account_link", "account, hash, expires", "?, ?, ?", "account"),
    TABLE("session", "hash, account, created, seen, signed_in", "?, ?, ?, ?, ?", "hash"),
    TABLE("share", "assessment, account", "?, ?", "assessment, account"),
    TABLE("report_grant", "id, assessment, organisation, account, hash, expires, remark", "?, ?, ?, ?, ?, ?, ?", "id"),
    TABLE("audit", "time, number, account, act, object", "?, ?, ?, ?, ?", "time, number"),
    TABLE("mailing", "id, wave, kind, state, everyone, per_minute, subject, body, started, spared, reason, sentence",
          "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?", "id"),
    TABLE("delivery", "mailing, invitation, state, attempts, sentence, moment", "?, ?, ?, ?, ?, ?",
          "mailing, invitation"),
    TABLE("api_token", "id, account, hash, name, scopes, created, expires, used", "?, ?, ?, ?, ?, ?, ?, ?", "id"),
    TABLE("api_reply", "hash, request, made, status, location, body", "?, ?, ?, ?, ?, ?", "hash"),
    TABLE("hook", "id, account, url, secret, created, trouble", "?, ?, ?, ?, ?, ?", "id"),
    TABLE("hook_message", "id, hook, event, body, attempts, due", "?, ?, ?, ?, ?, ?", "id"),
};
enum { N_TABLES = sizeof tables / sizeof *tables };

struct sum {
    crypto_generichash_state state;
    size_t rows;
    uint8_t hash[32];
};

/* Each value with its kind and length, so that no two rows look alike that are not. */
static void add_value(struct sum *sum, enum column_kind kind, struct str view, int64_t number) {
    const uint64_t head[] = {htole64((uint64_t)kind), htole64(kind == COLUMN_NUMBER ? (uint64_t)number : view.n)};
    crypto_generichash_update(&sum->state, (const uint8_t *)head, sizeof head);
    if (kind != COLUMN_NUMBER)
        crypto_generichash_update(&sum->state, (const uint8_t *)view.p, view.n);
}

/* Reads one table of `from`; writes its rows to `to`, unless that is NULL. */
static enum result read_table(const struct table *t, struct database *from, struct database *to, struct sum *sum) {
    struct statement *q = database_statement(from, t->select);
    enum result result = RESULT_OK;
    enum step step = STEP_FAILED;
    sum->rows = 0;
    crypto_generichash_init(&sum->state, NULL, 0, sizeof sum->hash);
    while (result == RESULT_OK && (step = statement_step(q)) == STEP_ROW) {
        struct statement *insert = to ? database_statement(to, t->insert) : NULL;
        for (int i = 0, n = q->driver->columns(q); i < n; i++) {
            const enum column_kind kind = q->driver->kind(q, i);
            const int64_t number = kind == COLUMN_NUMBER ? column_long(q, i) : 0;
            const struct str view = kind == COLUMN_NUMBER ? str_of("") : column_view(q, i);
            add_value(sum, kind, view, number);
            if (insert)
                insert->driver->bind_value(insert, i, kind, view, number);
        }
        sum->rows++;
        if (to)
            result = statement_finish(insert, NULL);
    }
    statement_reset(q);
    crypto_generichash_final(&sum->state, sum->hash, sizeof sum->hash);
    return result != RESULT_OK ? RESULT_MACHINE : step == STEP_DONE ? RESULT_OK : RESULT_MACHINE;
}

struct transfer {
    struct database *from;
    bool clear;
    size_t rows;
};

static enum result is_empty(struct database *db) {
    int64_t n = 0;
    const enum result result = statement_number(
        database_statement(db, "SELECT (SELECT count(*) FROM assessment) + (SELECT count(*) FROM account)"), 0, &n);
    return result == RESULT_OK && n ? RESULT_INPUT : result;
}

static enum result clear_all(struct database *db) {
    enum result result = RESULT_OK;
    for (size_t i = 0; result == RESULT_OK && i < N_TABLES; i++)
        result = statement_finish(database_statement(db, tables[N_TABLES - 1 - i].clear), NULL);
    return result;
}

static enum result transfer(struct store *s, struct database *to, void *argument) {
    struct transfer *t = argument;
    struct sum read, written;
    (void)s;
    enum result result = t->clear ? clear_all(to) : is_empty(to);
    t->rows = 0;
    for (size_t i = 0; result == RESULT_OK && i < N_TABLES; i++) {
        result = read_table(&tables[i], t->from, to, &read);
        if (result == RESULT_OK)
            result = read_table(&tables[i], to, NULL, &written);
        if (result == RESULT_OK &&
            (read.rows != written.rows || memcmp(read.hash, written.hash, sizeof read.hash) != 0))
            result = RESULT_MACHINE;
        t->rows += read.rows;
    }
    return result;
}

static enum result run_transfer(struct store *from, struct store *to, bool clear, size_t *rows) {
    struct database *db = store_reader(from);
    struct transfer t = {.from = db, .clear = clear};
    if (!db)
        return RESULT_MACHINE;
    enum result result = db->driver->begin_reading(db);
    if (result == RESULT_OK)
        result = store_write_once(to, transfer, &t);
    (void)!statement_finish(database_statement(db, "ROLLBACK"), NULL);
    store_reader_done(from, db);
    *rows = t.rows;
    return result;
}

enum result store_transfer(struct store *from, struct store *to, size_t *n_tables, size_t *rows,
                           struct findings *findings) {
    const enum result result = run_transfer(from, to, false, rows);
    *n_tables = N_TABLES;
    if (result != RESULT_OK)
        finding_add(findings, SEVERITY_ERROR, (struct place){to->driver->place(to), 0, 0},
                    result == RESULT_INPUT ? "store_not_empty" : "store_not_moved", NULL);
    return result;
}

/* A database of our own beside a file, which nobody else knows. */
static void remove_aid(struct arena *arena, const char *path) {
    static const char *const endings[] = {"", "-wal", "-shm", ".lock"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        const char *file = arena_printf(arena, "%s%s", path, endings[i]);
        if (file_exists(file))
            (void)!file_destroy(file, NULL);
    }
}

/* The turn of one who makes a copy of this name: a locked file, -1 while somebody else has it. Whoever had it before
 * may have removed the file that was just opened: then it is nobody's. */
static int take_turn(const char *path) {
    struct stat ours, there;
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &ours) == 0 && stat(path, &there) == 0 &&
        ours.st_ino == there.st_ino)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

static enum result move_to_file(struct store *s, const char *path, struct findings *findings) {
    struct arena *arena = arena_new();
    const char *aid = arena_printf(arena, "%s.moving", path);
    struct store *file = NULL;
    size_t rows;
    remove_aid(arena, aid);
    enum result result = store_open(&file, arena_printf(arena, "sqlite:%s", aid), findings);
    if (result == RESULT_OK)
        result = run_transfer(s, file, false, &rows);
    if (result == RESULT_OK)
        result = store_copy(file, path, findings);
    else
        finding_add(findings, SEVERITY_ERROR, (struct place){path, 0, 0}, "copy_not_made", NULL);
    store_close(file);
    remove_aid(arena, aid);
    arena_free(arena);
    return result;
}

enum result transfer_to_file(struct store *s, const char *path, struct findings *findings) {
    struct buf turn = BUF_INIT;
    buf_printf(&turn, "%s.turn", path);
    const int fd = take_turn(turn.p);
    enum result result = RESULT_MACHINE;
    if (fd < 0) {
        finding_add(findings, SEVERITY_ERROR, (struct place){path, 0, 0}, "file_not_written", NULL);
    } else {
        result = move_to_file(s, path, findings);
        (void)unlink(turn.p);
        close(fd);
    }
    buf_free(&turn);
    return result;
}

enum result transfer_from_file(struct store *s, const char *copy, struct findings *findings) {
    struct arena *arena = arena_new();
    const char *aid = arena_printf(arena, "%s/restoring.db", s->folder), *aside;
    const char *url = arena_printf(arena, "sqlite:%s", aid);
    struct store *file = NULL;
    size_t rows;
    int paused;
    remove_aid(arena, aid);
    enum result result =
        store_restore(url, copy, arena, &aside, &paused, findings); /* checked, and brought up to date */
    if (result == RESULT_OK)
        result = store_open(&file, url, findings);
    if (result == RESULT_OK) {
        result = run_transfer(file, s, true, &rows);
        if (result != RESULT_OK)
            finding_add(findings, SEVERITY_ERROR, (struct place){copy, 0, 0}, "store_not_moved", NULL);
    }
    store_close(file);
    remove_aid(arena, aid);
    arena_free(arena);
    return result;
}
