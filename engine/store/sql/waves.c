/* Waves with their pinned files, invitations and counts. */
#include <stdlib.h>
#include <string.h>

#include "store/sql/database.h"

struct new_wave {
    struct wave *wave;
    const struct wave_file *files;
    const struct invitation *invitations;
    const struct ticket **by_hash;
    const struct invited *invited;
    const struct response *responses;
    const struct comment *comments;
    size_t n_files, n_invitations, n_tickets, n_invited, n_responses, n_comments;
};

static enum result add_wave_row(struct database *db, struct wave *w) {
    struct statement *q = database_statement(db, "SELECT coalesce(max(number), 0) + 1 FROM wave WHERE assessment = ?");
    statement_bind(q, "d", &w->assessment);
    if (statement_step(q) != STEP_ROW)
        return RESULT_MACHINE;
    w->number = column_int(q, 0);
    statement_reset(q);
    q = database_statement(db, "INSERT INTO wave (id, assessment, number, label, state, opened, until, closed, mode,"
                               " min_group, min_comments, imported, instrument_hash, public_key, timezone)"
                               " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    statement_bind(q,
                   "dditittt"
                   "iiiihht",
                   &w->id, &w->assessment, w->number, w->label, (int)w->state, w->opened, w->until, w->closed,
                   (int)w->mode, w->min_group, w->min_comments, (int)w->imported, w->instrument_hash, w->public_key,
                   w->timezone && w->timezone[0] ? w->timezone : "UTC");
    return statement_finish(q, NULL);
}

enum result add_wave_file(struct database *db, struct id wave, const struct wave_file *file) {
    struct statement *q = database_statement(db, "INSERT INTO wave_file (wave, language, text) VALUES (?, ?, ?)");
    statement_bind(q, "dts", &wave, file->language, file->text);
    return statement_finish(q, NULL);
}

static enum result add_files(struct database *db, const struct new_wave *new) {
    enum result result = RESULT_OK;
    for (size_t i = 0; result == RESULT_OK && i < new->n_files; i++)
        result = add_wave_file(db, new->wave->id, &new->files[i]);
    return result;
}

static enum result add_invitations(struct database *db, const struct new_wave *new) {
    enum result result = RESULT_OK;
    for (size_t i = 0; result == RESULT_OK && i < new->n_invitations; i++) {
        const struct invitation *v = &new->invitations[i];
        struct statement *q =
            database_statement(db, "INSERT INTO invitation (wave, id, kind, organisation, unit, language, person,"
                                   " generation) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
        statement_bind(q,
                       "ddittt"
                       "di",
                       &new->wave->id, &v->id, (int)v->kind, v->organisation, v->unit, v->language, &v->person,
                       v->generation);
        result = statement_finish(q, NULL);
    }
    for (size_t i = 0; result == RESULT_OK && i < new->n_tickets; i++) {
        const struct ticket *t = new->by_hash[i];
        struct statement *q =
            database_statement(db, "INSERT INTO ticket (wave, hash, kind, organisation, unit, language, pseudonym,"
                                   " state) VALUES (?, ?, ?, ?, ?, ?, ?, 0)");
        statement_bind(q, "dhitttb", &new->wave->id, t->hash, (int)t->kind, t->organisation, t->unit, t->language,
                       (struct str){t->has_pseudonym ? (const char *)t->pseudonym : NULL, sizeof t->pseudonym});
        result = statement_finish(q, NULL);
    }
    return result;
}

static int compare_hashes(const void *a, const void *b) {
    const struct ticket *const *s = a, *const *t = b;
    return memcmp((*s)->hash, (*t)->hash, sizeof(*s)->hash);
}

/* Tickets come in the order of the invitations, which name people. Where a database keeps rows in the order in which
 * they were written, that must not be it. */
static const struct ticket **sort_tickets(struct arena *arena, const struct ticket *tickets, size_t n) {
    const struct ticket **sorted = arena_array(arena, n + 1, sizeof *sorted);
    for (size_t i = 0; i < n; i++)
        sorted[i] = &tickets[i];
    qsort(sorted, n, sizeof *sorted, compare_hashes);
    return sorted;
}

static enum result add_invited(struct database *db, const struct new_wave *new) {
    enum result result = RESULT_OK;
    for (size_t i = 0; result == RESULT_OK && i < new->n_invited; i++) {
        const struct invited *v = &new->invited[i];
        struct statement *q = database_statement(db, "INSERT INTO invited (wave, organisation, invited, answered,"
                                                     " organisation_answered) VALUES (?, ?, ?, ?, ?)");
        statement_bind(q, "dtiii", &new->wave->id, v->organisation, v->invited, v->answered,
                       (int)v->organisation_answered);
        result = statement_finish(q, NULL);
    }
    return result;
}

static enum result add_wave(struct store *s, struct database *db, void *argument) {
    (void)s;
    const struct new_wave *new = argument;
    enum result result = add_wave_row(db, new->wave);
    if (result == RESULT_OK)
        result = add_files(db, new);
    if (result == RESULT_OK)
        result = add_invitations(db, new);
    if (result == RESULT_OK)
        result = add_invited(db, new);
    if (result == RESULT_OK)
        result = add_responses(db, new->wave->id, new->responses, new->n_responses);
    if (result == RESULT_OK)
        result = add_comments(db, new->wave->id, new->comments, new->n_comments);
    return result;
}

enum result store_open_wave(struct store *s, struct wave *w, const struct wave_file *files, size_t n_files,
                            const struct invitation *invitations, const struct ticket *tickets, size_t n_invitations,
                            size_t n_tickets, const struct invited *invited, size_t n_invited) {
    struct arena *arena = arena_new();
    struct new_wave new = {.wave = w,
                           .files = files,
                           .n_files = n_files,
                           .invitations = invitations,
                           .n_invitations = n_invitations,
                           .by_hash = sort_tickets(arena, tickets, n_tickets),
                           .n_tickets = n_tickets,
                           .invited = invited,
                           .n_invited = n_invited};
    const enum result result = store_write_whole(s, add_wave, &new);
    arena_free(arena);
    return result;
}

enum result store_import_wave(struct store *s, struct wave *w, const struct wave_file *files, size_t n_files,
                              const struct response *responses, size_t n_responses, const struct comment *comments,
                              size_t n_comments, const struct invited *invited, size_t n_invited) {
    struct new_wave new = {.wave = w,
                           .files = files,
                           .n_files = n_files,
                           .responses = responses,
                           .n_responses = n_responses,
                           .comments = comments,
                           .n_comments = n_comments,
                           .invited = invited,
                           .n_invited = n_invited};
    return store_write_whole(s, add_wave, &new);
}

#define WAVE_COLUMNS                                                                                                   \
    "w.id, w.assessment, w.number, w.label, w.state, w.opened, w.until, w.closed, w.mode, w.min_group,"                \
    " w.min_comments, w.imported, w.instrument_hash, w.public_key, w.timezone"

static struct wave read_wave(struct arena *arena, struct statement *q) {
    struct wave w = {.id = column_id(q, 0),
                     .assessment = column_id(q, 1),
                     .number = column_int(q, 2),
                     .label = column_text(arena, q, 3),
                     .state = (enum wave_state)column_int(q, 4),
                     .opened = column_text(arena, q, 5),
                     .until = column_text(arena, q, 6),
                     .closed = column_text(arena, q, 7),
                     .mode = (enum mode)column_int(q, 8),
                     .min_group = column_int(q, 9),
                     .min_comments = column_int(q, 10),
                     .imported = column_int(q, 11) != 0,
                     .timezone = column_text(arena, q, 14)};
    column_bytes(q, 12, w.instrument_hash, sizeof w.instrument_hash);
    column_bytes(q, 13, w.public_key, sizeof w.public_key);
    return w;
}

enum result store_list_waves(struct store *s, struct arena *arena, struct id assessment, struct wave **out, size_t *n) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q =
        database_statement(db, "SELECT " WAVE_COLUMNS " FROM wave w WHERE assessment = ? ORDER BY number");
    statement_bind(q, "d", &assessment);
    LIST_ROWS(q, out, n, read_wave(arena, q));
}

enum result store_list_waves_in(struct store *s, struct arena *arena, enum wave_state state, struct wave **out,
                                size_t *n) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q = database_statement(db, "SELECT " WAVE_COLUMNS " FROM wave w WHERE state = ? ORDER BY number");
    statement_bind(q, "i", (int)state);
    LIST_ROWS(q, out, n, read_wave(arena, q));
}

enum result find_wave(struct database *db, struct arena *arena, struct id wave, struct wave *out) {
    struct statement *q = database_statement(db, "SELECT " WAVE_COLUMNS " FROM wave w WHERE id = ?");
    statement_bind(q, "d", &wave);
    const enum step step = statement_step(q);
    if (step == STEP_ROW)
        *out = read_wave(arena, q);
    return row_result(step);
}

enum result store_get_wave(struct store *s, struct arena *arena, struct id wave, struct wave *out) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    const enum result result = find_wave(db, arena, wave, out);
    store_reader_done(s, db);
    return result;
}

static struct wave_file read_file(struct arena *arena, struct statement *q) {
    struct str text = column_view(q, 1);
    return (struct wave_file){column_text(arena, q, 0), {arena_copy(arena, text.p, text.n), text.n}};
}

enum result store_list_wave_files(struct store *s, struct arena *arena, struct id wave, struct wave_file **out,
                                  size_t *n) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q =
        database_statement(db, "SELECT language, text FROM wave_file WHERE wave = ? ORDER BY language");
    statement_bind(q, "d", &wave);
    LIST_ROWS(q, out, n, read_file(arena, q));
}

struct extension {
    struct id wave;
    const char *until;
};

static enum result extend_wave(struct store *s, struct database *db, void *argument) {
    (void)s;
    const struct extension *e = argument;
    int changes = 0;
    struct statement *q = database_statement(db, "UPDATE wave SET until = ? WHERE id = ? AND state = 0");
    statement_bind(q, "td", e->until, &e->wave);
    enum result result = statement_finish(q, &changes);
    return result == RESULT_OK && changes != 1 ? RESULT_INPUT : result;
}

enum result store_extend_wave(struct store *s, struct id wave, const char *until) {
    struct extension e = {wave, until};
    return store_write(s, extend_wave, &e);
}

struct invitation read_invitation(struct arena *arena, struct statement *q) {
    return (struct invitation){.id = column_id(q, 0),
                               .kind = (enum invitation_kind)column_int(q, 1),
                               .organisation = column_text(arena, q, 2),
                               .unit = column_text(arena, q, 3),
                               .language = column_text(arena, q, 4),
                               .person = column_id(q, 5),
                               .generation = column_int(q, 6),
                               .email = column_text(arena, q, 7),
                               .name = column_text(arena, q, 8)};
}

enum result store_list_invitations(struct store *s, struct arena *arena, struct id wave, struct invitation **out,
                                   size_t *n) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q = database_statement(
        db, "SELECT i.id, i.kind, i.organisation, i.unit, i.language, i.person, i.generation,"
            " coalesce(p.email, ''), coalesce(p.name, '')"
            " FROM invitation i JOIN wave w ON w.id = i.wave"
            " LEFT JOIN person p ON p.assessment = w.assessment AND p.id = i.person AND i.kind = 1"
            " WHERE i.wave = ? ORDER BY i.kind, i.organisation, i.unit, p.[email] NULLS FIRST, i.id");
    statement_bind(q, "d", &wave);
    LIST_ROWS(q, out, n, read_invitation(arena, q));
}

static struct invited read_invited(struct arena *arena, struct statement *q) {
    return (struct invited){column_text(arena, q, 0), column_int(q, 1), column_int(q, 2), column_int(q, 3) != 0};
}

enum result store_list_invited(struct store *s, struct arena *arena, struct id wave, struct invited **out, size_t *n) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q = database_statement(db, "SELECT organisation, invited, answered, organisation_answered"
                                                 " FROM invited WHERE wave = ? ORDER BY organisation");
    statement_bind(q, "d", &wave);
    LIST_ROWS(q, out, n, read_invited(arena, q));
}

static struct day_count read_day(struct statement *q) {
    struct day_count d = {.n = column_int(q, 1)};
    struct str day = column_view(q, 0);
    memcpy(d.day.text, day.p, day.n < sizeof d.day.text - 1 ? day.n : sizeof d.day.text - 1);
    return d;
}

enum result store_list_days(struct store *s, struct arena *arena, struct id wave, struct day_count **out, size_t *n) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q = database_statement(db, "SELECT day, n FROM day_count WHERE wave = ? ORDER BY day");
    statement_bind(q, "d", &wave);
    LIST_ROWS(q, out, n, read_day(q));
}
