/* Assessments, their organisations and people. */
#include "store/sqlite/database.h"

struct new_assessment {
    const struct assessment *a;
    const struct placeholder_value *values;
    size_t n_values;
};

static enum result add_assessment(struct store *s, struct database *db, void *argument) {
    (void)s;
    const struct new_assessment *new = argument;
    const struct assessment *a = new->a;
    sqlite3_stmt *q =
        database_statement(db, "INSERT INTO assessment (id, name, title, instrument, mode, min_group, min_comments)"
                               " VALUES (?, ?, ?, ?, ?, ?, ?)");
    statement_bind(q, "dtttiii", &a->id, a->name, a->title, a->instrument, (int)a->mode, a->min_group, a->min_comments);
    enum result result = statement_finish(q, NULL);
    for (size_t i = 0; result == RESULT_OK && i < new->n_values; i++) {
        const struct placeholder_value *v = &new->values[i];
        q = database_statement(db, "INSERT INTO placeholder (assessment, name, language, value) VALUES (?, ?, ?, ?)"
                                   " ON CONFLICT DO UPDATE SET value = excluded.value");
        statement_bind(q, "dttt", &a->id, v->name, v->language, v->value);
        result = statement_finish(q, NULL);
    }
    return result;
}

enum result store_add_assessment(struct store *s, const struct assessment *a, const struct placeholder_value *values,
                                 size_t n_values) {
    struct new_assessment new = {a, values, n_values};
    return store_write(s, add_assessment, &new);
}

#define ASSESSMENT_COLUMNS "id, name, title, instrument, mode, min_group, min_comments"

static struct assessment read_assessment(struct arena *arena, sqlite3_stmt *q) {
    return (struct assessment){.id = column_id(q, 0),
                               .name = column_text(arena, q, 1),
                               .title = column_text(arena, q, 2),
                               .instrument = column_text(arena, q, 3),
                               .mode = (enum mode)sqlite3_column_int(q, 4),
                               .min_group = sqlite3_column_int(q, 5),
                               .min_comments = sqlite3_column_int(q, 6)};
}

/* One row or RESULT_INPUT; the reader is given back. */
static enum result one_assessment(struct store *s, struct database *db, struct arena *arena, sqlite3_stmt *q,
                                  struct assessment *out) {
    int code = q ? sqlite3_step(q) : SQLITE_ERROR;
    if (code == SQLITE_ROW)
        *out = read_assessment(arena, q);
    store_reader_done(s, db);
    return code == SQLITE_ROW ? RESULT_OK : code == SQLITE_DONE ? RESULT_INPUT : RESULT_MACHINE;
}

enum result store_find_assessment(struct store *s, struct arena *arena, const char *name, struct assessment *out) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    sqlite3_stmt *q = database_statement(db, "SELECT " ASSESSMENT_COLUMNS " FROM assessment WHERE name = ?");
    statement_bind(q, "t", name);
    return one_assessment(s, db, arena, q, out);
}

enum result store_get_assessment(struct store *s, struct arena *arena, struct id id, struct assessment *out) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    sqlite3_stmt *q = database_statement(db, "SELECT " ASSESSMENT_COLUMNS " FROM assessment WHERE id = ?");
    statement_bind(q, "d", &id);
    return one_assessment(s, db, arena, q, out);
}

enum result store_list_assessments(struct store *s, struct arena *arena, struct assessment **out, size_t *n) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    sqlite3_stmt *q = database_statement(db, "SELECT " ASSESSMENT_COLUMNS " FROM assessment ORDER BY name");
    LIST_ROWS(q, out, n, read_assessment(arena, q));
}

static struct placeholder_value read_placeholder(struct arena *arena, sqlite3_stmt *q) {
    return (struct placeholder_value){column_text(arena, q, 0), column_text(arena, q, 1), column_text(arena, q, 2)};
}

enum result store_list_placeholders(struct store *s, struct arena *arena, struct id assessment,
                                    struct placeholder_value **out, size_t *n) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    sqlite3_stmt *q = database_statement(
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
        sqlite3_stmt *q = database_statement(
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

static struct organisation read_organisation(struct arena *arena, sqlite3_stmt *q) {
    return (struct organisation){column_text(arena, q, 0), column_text(arena, q, 1), column_text(arena, q, 2),
                                 column_text(arena, q, 3), sqlite3_column_int(q, 4)};
}

enum result store_list_organisations(struct store *s, struct arena *arena, struct id assessment,
                                     struct organisation **out, size_t *n) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    sqlite3_stmt *q = database_statement(
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
        sqlite3_stmt *q = database_statement(
            db, "INSERT INTO person (assessment, id, email, name, organisation, unit, language)"
                " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (assessment, email) DO UPDATE SET name = excluded.name,"
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

static struct person read_person(struct arena *arena, sqlite3_stmt *q) {
    return (struct person){column_id(q, 0),          column_text(arena, q, 1), column_text(arena, q, 2),
                           column_text(arena, q, 3), column_text(arena, q, 4), column_text(arena, q, 5)};
}

enum result store_list_people(struct store *s, struct arena *arena, struct id assessment, struct person **out,
                              size_t *n) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    sqlite3_stmt *q = database_statement(db, "SELECT id, email, name, organisation, unit, language FROM person"
                                             " WHERE assessment = ? ORDER BY organisation, unit, email");
    statement_bind(q, "d", &assessment);
    LIST_ROWS(q, out, n, read_person(arena, q));
}
