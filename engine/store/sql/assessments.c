/* Assessments, their organisations and people. */
#include "store/sql/database.h"

struct new_assessment {
    const struct assessment *a;
    const struct placeholder_value *values;
    size_t n_values;
};

static const char *or_else(const char *s, const char *otherwise) {
    return s && s[0] ? s : otherwise;
}

static enum result put_values(struct database *db, const struct new_assessment *new) {
    enum result result = RESULT_OK;
    for (size_t i = 0; result == RESULT_OK && i < new->n_values; i++) {
        const struct placeholder_value *v = &new->values[i];
        struct statement *q =
            database_statement(db, "INSERT INTO placeholder (assessment, name, language, value) VALUES (?, ?, ?, ?)"
                                   " ON CONFLICT (assessment, name, language) DO UPDATE SET value = excluded.value");
        statement_bind(q, "dttt", &new->a->id, v->name, v->language, v->value);
        result = statement_finish(q, NULL);
    }
    return result;
}

static enum result add_assessment(struct store *s, struct database *db, void *argument) {
    (void)s;
    const struct new_assessment *new = argument;
    const struct assessment *a = new->a;
    struct statement *q = database_statement(
        db, "INSERT INTO assessment (id, name, title, instrument, mode, min_group, min_comments, owner, timezone,"
            " languages, roster_days, response_days) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    statement_bind(q, "dtttiiidttii", &a->id, a->name, a->title, a->instrument, (int)a->mode, a->min_group,
                   a->min_comments, &a->owner, or_else(a->timezone, "UTC"), or_else(a->languages, ""), a->roster_days,
                   a->response_days);
    enum result result = statement_finish(q, NULL);
    return result == RESULT_OK ? put_values(db, new) : result;
}

enum result store_add_assessment(struct store *s, const struct assessment *a, const struct placeholder_value *values,
                                 size_t n_values) {
    struct new_assessment new = {a, values, n_values};
    return store_write(s, add_assessment, &new);
}

/* What people were promised stays: once a wave was opened, minima may only rise. */
static enum result change_assessment(struct store *s, struct database *db, void *argument) {
    (void)s;
    const struct new_assessment *new = argument;
    const struct assessment *a = new->a;
    struct statement *q = database_statement(
        db, "UPDATE assessment SET title = ?2, instrument = ?3, mode = ?4, min_group = ?5, min_comments = ?6,"
            " owner = ?7, timezone = ?8, languages = ?9, roster_days = ?10, response_days = ?11 WHERE id = ?1"
            " AND (NOT EXISTS (SELECT 1 FROM wave WHERE assessment = ?1)"
            " OR (instrument = ?3 AND mode = ?4 AND min_group <= ?5 AND min_comments <= ?6))");
    statement_bind(q, "dttiiidttii", &a->id, a->title, a->instrument, (int)a->mode, a->min_group, a->min_comments,
                   &a->owner, or_else(a->timezone, "UTC"), or_else(a->languages, ""), a->roster_days, a->response_days);
    enum result result = statement_finish_one(q);
    if (result != RESULT_OK)
        return result;
    q = database_statement(db, "DELETE FROM placeholder WHERE assessment = ?");
    statement_bind(q, "d", &a->id);
    result = statement_finish(q, NULL);
    return result == RESULT_OK ? put_values(db, new) : result;
}

enum result store_change_assessment(struct store *s, const struct assessment *a, const struct placeholder_value *values,
                                    size_t n_values) {
    struct new_assessment new = {a, values, n_values};
    return store_write(s, change_assessment, &new);
}

struct state_change {
    struct id assessment;
    enum assessment_state state;
    struct day day;
};

static enum result set_state(struct store *s, struct database *db, void *argument) {
    (void)s;
    const struct state_change *c = argument;
    struct statement *q = database_statement(db, "UPDATE assessment SET state = ?, deleted = ? WHERE id = ?");
    statement_bind(q, "itd", (int)c->state, c->state == ASSESSMENT_DELETED ? c->day.text : "", &c->assessment);
    return statement_finish_one(q);
}

enum result store_set_assessment_state(struct store *s, struct id assessment, enum assessment_state state,
                                       struct day day) {
    struct state_change c = {assessment, state, day};
    return store_write(s, set_state, &c);
}

#define ASSESSMENT_COLUMNS                                                                                             \
    "id, name, title, instrument, mode, min_group, min_comments, owner, state, deleted, timezone, languages,"          \
    " roster_days, response_days"

static struct assessment read_assessment(struct arena *arena, struct statement *q) {
    return (struct assessment){.id = column_id(q, 0),
                               .name = column_text(arena, q, 1),
                               .title = column_text(arena, q, 2),
                               .instrument = column_text(arena, q, 3),
                               .mode = (enum mode)column_int(q, 4),
                               .min_group = column_int(q, 5),
                               .min_comments = column_int(q, 6),
                               .owner = column_id(q, 7),
                               .state = (enum assessment_state)column_int(q, 8),
                               .deleted = column_text(arena, q, 9),
                               .timezone = column_text(arena, q, 10),
                               .languages = column_text(arena, q, 11),
                               .roster_days = column_int(q, 12),
                               .response_days = column_int(q, 13)};
}

/* One row or RESULT_INPUT; the reader is given back. */
static enum result one_assessment(struct store *s, struct database *db, struct arena *arena, struct statement *q,
                                  struct assessment *out) {
    enum step step = statement_step(q);
    if (step == STEP_ROW)
        *out = read_assessment(arena, q);
    store_reader_done(s, db);
    return row_result(step);
}

enum result store_find_assessment(struct store *s, struct arena *arena, const char *name, struct assessment *out) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q = database_statement(db, "SELECT " ASSESSMENT_COLUMNS " FROM assessment WHERE name = ?");
    statement_bind(q, "t", name);
    return one_assessment(s, db, arena, q, out);
}

enum result store_get_assessment(struct store *s, struct arena *arena, struct id id, struct assessment *out) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q = database_statement(db, "SELECT " ASSESSMENT_COLUMNS " FROM assessment WHERE id = ?");
    statement_bind(q, "d", &id);
    return one_assessment(s, db, arena, q, out);
}

enum result store_list_assessments(struct store *s, struct arena *arena, struct assessment **out, size_t *n) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q = database_statement(db, "SELECT " ASSESSMENT_COLUMNS " FROM assessment ORDER BY name");
    LIST_ROWS(q, out, n, read_assessment(arena, q));
}

static struct placeholder_value read_placeholder(struct arena *arena, struct statement *q) {
    return (struct placeholder_value){column_text(arena, q, 0), column_text(arena, q, 1), column_text(arena, q, 2)};
}

enum result store_list_placeholders(struct store *s, struct arena *arena, struct id assessment,
                                    struct placeholder_value **out, size_t *n) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q = database_statement(
        db, "SELECT name, language, value FROM placeholder WHERE assessment = ? ORDER BY name, language");
    statement_bind(q, "d", &assessment);
    LIST_ROWS(q, out, n, read_placeholder(arena, q));
}

struct new_organisations {
    struct id assessment;
    const struct organisation *list;
    size_t n;
};

static enum result put_organisations(struct store *s, struct database *db, void *argument) {
    (void)s;
    const struct new_organisations *new = argument;
    enum result result = RESULT_OK;
    for (size_t i = 0; result == RESULT_OK && i < new->n; i++) {
        const struct organisation *o = &new->list[i];
        struct statement *q = database_statement(
            db, "INSERT INTO organisation (assessment, code, name, parent, language, headcount)"
                " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (assessment, code) DO UPDATE SET name = excluded.name,"
                " parent = excluded.parent, language = excluded.language, headcount = excluded.headcount");
        statement_bind(q, "dtttti", &new->assessment, o->code, o->name, o->parent, o->language, o->headcount);
        result = statement_finish(q, NULL);
    }
    return result;
}

enum result store_put_organisations(struct store *s, struct id assessment, const struct organisation *list, size_t n) {
    struct new_organisations new = {assessment, list, n};
    return store_write(s, put_organisations, &new);
}

static struct organisation read_organisation(struct arena *arena, struct statement *q) {
    return (struct organisation){column_text(arena, q, 0), column_text(arena, q, 1), column_text(arena, q, 2),
                                 column_text(arena, q, 3), column_int(q, 4)};
}

enum result store_list_organisations(struct store *s, struct arena *arena, struct id assessment,
                                     struct organisation **out, size_t *n) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q = database_statement(
        db, "SELECT code, name, parent, language, headcount FROM organisation WHERE assessment = ? ORDER BY code");
    statement_bind(q, "d", &assessment);
    LIST_ROWS(q, out, n, read_organisation(arena, q));
}

struct new_people {
    struct id assessment;
    const struct person *list;
    size_t n;
};

static enum result put_people(struct store *s, struct database *db, void *argument) {
    (void)s;
    const struct new_people *new = argument;
    enum result result = RESULT_OK;
    for (size_t i = 0; result == RESULT_OK && i < new->n; i++) {
        const struct person *p = &new->list[i];
        struct statement *q = database_statement(
            db, "INSERT INTO person (assessment, id, email, name, organisation, unit, language)"
                " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (assessment, [email]) DO UPDATE SET name = excluded.name,"
                " organisation = excluded.organisation, unit = excluded.unit, language = excluded.language");
        statement_bind(q, "ddttttt", &new->assessment, &p->id, p->email, p->name, p->organisation, p->unit,
                       p->language);
        result = statement_finish(q, NULL);
    }
    return result;
}

enum result store_put_people(struct store *s, struct id assessment, const struct person *list, size_t n) {
    struct new_people new = {assessment, list, n};
    return store_write(s, put_people, &new);
}

static struct person read_person(struct arena *arena, struct statement *q) {
    return (struct person){
        column_id(q, 0),          column_text(arena, q, 1), column_text(arena, q, 2),      column_text(arena, q, 3),
        column_text(arena, q, 4), column_text(arena, q, 5), (enum contact)column_int(q, 6)};
}

enum result store_find_person(struct store *s, struct arena *arena, struct id assessment, const char *email,
                              struct person *out) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q =
        database_statement(db, "SELECT id, email, name, organisation, unit, language, contact FROM person"
                               " WHERE assessment = ? AND [email] = ?");
    statement_bind(q, "de", &assessment, email);
    ONE_ROW(q, *out = read_person(arena, q));
}

enum result store_list_people(struct store *s, struct arena *arena, struct id assessment, struct person **out,
                              size_t *n) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q =
        database_statement(db, "SELECT id, email, name, organisation, unit, language, contact FROM person"
                               " WHERE assessment = ? ORDER BY organisation, unit, [email]");
    statement_bind(q, "d", &assessment);
    LIST_ROWS(q, out, n, read_person(arena, q));
}
