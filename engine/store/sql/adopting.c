/* A running wave takes over other texts of its instrument; what people read before is kept. */
#include "store/sql/database.h"

struct adoption {
    struct id wave;
    const uint8_t *was, *hash;
    const struct wave_file *files;
    size_t n;
    const char *day;
};

static enum result set_hash(struct database *db, const struct adoption *a) {
    struct statement *q = database_statement(
        db, "UPDATE wave SET instrument_hash = ? WHERE id = ? AND state = 0 AND instrument_hash = ?");
    statement_bind(q, "hdh", a->hash, &a->wave, a->was);
    return statement_finish_one(q);
}

static enum result keep_before(struct database *db, const struct adoption *a) {
    struct statement *q = database_statement(
        db, "INSERT INTO wave_file_before (wave, number, until, language, text)"
            " SELECT f.wave, 1 + coalesce((SELECT max(b.number) FROM wave_file_before b WHERE b.wave = f.wave), 0),"
            " ?, f.language, f.text FROM wave_file f WHERE f.wave = ?");
    statement_bind(q, "td", a->day, &a->wave);
    enum result result = statement_finish(q, NULL);
    if (result != RESULT_OK)
        return result;
    q = database_statement(db, "DELETE FROM wave_file WHERE wave = ?");
    statement_bind(q, "d", &a->wave);
    return statement_finish(q, NULL);
}

static enum result adopt_files(struct store *s, struct database *db, void *argument) {
    (void)s;
    const struct adoption *a = argument;
    enum result result = set_hash(db, a);
    if (result == RESULT_OK)
        result = keep_before(db, a);
    for (size_t i = 0; result == RESULT_OK && i < a->n; i++)
        result = add_wave_file(db, a->wave, &a->files[i]);
    return result;
}

enum result store_adopt_files(struct store *s, struct id wave, const uint8_t was[32], const uint8_t hash[32],
                              const struct wave_file *files, size_t n, const char *day) {
    struct adoption a = {wave, was, hash, files, n, day};
    return store_write(s, adopt_files, &a);
}

static struct file_before read_before(struct arena *arena, struct statement *q) {
    const struct str text = column_view(q, 3);
    return (struct file_before){column_int(q, 0),
                                column_text(arena, q, 1),
                                {column_text(arena, q, 2), {arena_copy(arena, text.p, text.n), text.n}}};
}

enum result store_list_files_before(struct store *s, struct arena *arena, struct id wave, struct file_before **out,
                                    size_t *n) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q = database_statement(
        db, "SELECT number, until, language, text FROM wave_file_before WHERE wave = ? ORDER BY number, language");
    statement_bind(q, "d", &wave);
    LIST_ROWS(q, out, n, read_before(arena, q));
}
