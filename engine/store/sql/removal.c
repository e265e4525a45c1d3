/* What is removed on request or when its time is over: organisations, people, rosters, responses, assessments. */
#include <string.h>

#include "store/sql/database.h"

/* Runs statements about one id, ?1; ?2 is nobody's. */
static enum result run_steps(struct database *db, const char *const *steps, size_t n, const struct id *id) {
    static const struct id nobody;
    enum result result = RESULT_OK;
    for (size_t i = 0; result == RESULT_OK && i < n; i++) {
        struct statement *q = database_statement(db, steps[i]);
        statement_bind(q, strstr(steps[i], "?2") ? "dd" : "d", id, &nobody);
        result = statement_finish(q, NULL);
    }
    return result;
}

struct organisation_removal {
    struct id assessment;
    const char *code;
};

static enum result remove_organisation(struct store *s, struct database *db, void *argument) {
    (void)s;
    const struct organisation_removal *r = argument;
    int64_t uses = 0;
    struct statement *q =
        database_statement(db, "SELECT (SELECT count(*) FROM person WHERE assessment = ?1 AND organisation = ?2)"
                               " + (SELECT count(*) FROM organisation WHERE assessment = ?1 AND parent = ?2)"
                               " + (SELECT count(*) FROM invited v JOIN wave w ON w.id = v.wave"
                               "    WHERE w.assessment = ?1 AND v.organisation = ?2)");
    statement_bind(q, "dt", &r->assessment, r->code);
    enum result result = statement_number(q, 0, &uses);
    if (result != RESULT_OK || uses)
        return result == RESULT_OK ? RESULT_INPUT : result;
    q = database_statement(db, "DELETE FROM report_grant WHERE assessment = ? AND organisation = ?");
    statement_bind(q, "dt", &r->assessment, r->code);
    result = statement_finish(q, NULL);
    q = database_statement(db, "DELETE FROM organisation WHERE assessment = ? AND code = ?");
    statement_bind(q, "dt", &r->assessment, r->code);
    return result == RESULT_OK ? statement_finish_one(q) : result;
}

enum result store_remove_organisation(struct store *s, struct id assessment, const char *code) {
    struct organisation_removal r = {assessment, code};
    return store_write(s, remove_organisation, &r);
}

struct person_removal {
    struct id assessment, person;
};

static enum result remove_person(struct store *s, struct database *db, void *argument) {
    (void)s;
    const struct person_removal *r = argument;
    static const char *const steps[] = {
        "DELETE FROM delivery WHERE (mailing, invitation) IN (SELECT m.id, i.id"
        " FROM invitation i JOIN mailing m ON m.wave = i.wave WHERE i.person = ? AND i.kind = 1)",
        "UPDATE invitation SET person = ?2 WHERE person = ?1 AND kind = 1",
    };
    struct statement *q = database_statement(db, "DELETE FROM person WHERE assessment = ? AND id = ?");
    statement_bind(q, "dd", &r->assessment, &r->person);
    enum result result = statement_finish_one(q);
    return result == RESULT_OK ? run_steps(db, steps, sizeof steps / sizeof *steps, &r->person) : result;
}

enum result store_remove_person(struct store *s, struct id assessment, struct id person) {
    struct person_removal r = {assessment, person};
    return store_write(s, remove_person, &r);
}

static enum result drop_rosters(struct store *s, struct database *db, void *argument) {
    (void)s;
    int64_t open = 0;
    struct statement *q = database_statement(db, "SELECT count(*) FROM wave WHERE assessment = ? AND state <> 2");
    statement_bind(q, "d", argument);
    enum result result = statement_number(q, 0, &open);
    if (result != RESULT_OK || open)
        return result == RESULT_OK ? RESULT_INPUT : result;
    static const char *const steps[] = {
        "UPDATE delivery SET sentence = '' WHERE sentence <> '' AND mailing IN"
        " (SELECT m.id FROM mailing m JOIN wave w ON w.id = m.wave WHERE w.assessment = ?)",
        "UPDATE invitation SET person = ?2 WHERE kind = 1 AND wave IN"
        " (SELECT id FROM wave WHERE assessment = ?1)",
        "DELETE FROM person WHERE assessment = ?",
    };
    return run_steps(db, steps, sizeof steps / sizeof *steps, argument);
}

enum result store_drop_rosters(struct store *s, struct id assessment) {
    return store_write_whole(s, drop_rosters, &assessment);
}

static enum result drop_responses(struct store *s, struct database *db, void *argument) {
    (void)s;
    int64_t closed = 0;
    struct statement *q = database_statement(db, "SELECT count(*) FROM wave w JOIN aggregate_source a ON a.wave = w.id"
                                                 " WHERE w.id = ? AND w.state = 2");
    statement_bind(q, "d", argument);
    enum result result = statement_number(q, 0, &closed);
    if (result != RESULT_OK || !closed)
        return result == RESULT_OK ? RESULT_INPUT : result;
    static const char *const steps[] = {
        "DELETE FROM response WHERE wave = ?",
        "DELETE FROM comment WHERE wave = ?",
    };
    return run_steps(db, steps, sizeof steps / sizeof *steps, argument);
}

enum result store_drop_responses(struct store *s, struct id wave) {
    return store_write_whole(s, drop_responses, &wave);
}

#define DELETED_ASSESSMENTS "(SELECT id FROM assessment WHERE state = 2 AND deleted < ?)"
#define DELETED_WAVES "(SELECT w.id FROM wave w WHERE w.assessment IN " DELETED_ASSESSMENTS ")"

static enum result delete_assessments(struct store *s, struct database *db, void *argument) {
    (void)s;
    const struct day *before = argument;
    static const char *const steps[] = {
        "DELETE FROM delivery WHERE mailing IN (SELECT id FROM mailing WHERE wave IN " DELETED_WAVES ")",
        "DELETE FROM mailing WHERE wave IN " DELETED_WAVES,
        "DELETE FROM published WHERE wave IN " DELETED_WAVES,
        "DELETE FROM aggregate_source WHERE wave IN " DELETED_WAVES,
        "DELETE FROM aggregate WHERE wave IN " DELETED_WAVES,
        "DELETE FROM comment WHERE wave IN " DELETED_WAVES,
        "DELETE FROM response WHERE wave IN " DELETED_WAVES,
        "DELETE FROM day_count WHERE wave IN " DELETED_WAVES,
        "DELETE FROM invited WHERE wave IN " DELETED_WAVES,
        "DELETE FROM draft WHERE wave IN " DELETED_WAVES,
        "DELETE FROM organisation_answer WHERE wave IN " DELETED_WAVES,
        "DELETE FROM ballot WHERE wave IN " DELETED_WAVES,
        "DELETE FROM ticket WHERE wave IN " DELETED_WAVES,
        "DELETE FROM invitation WHERE wave IN " DELETED_WAVES,
        "DELETE FROM wave_file_before WHERE wave IN " DELETED_WAVES,
        "DELETE FROM wave_file WHERE wave IN " DELETED_WAVES,
        "DELETE FROM wave WHERE id IN " DELETED_WAVES,
        "DELETE FROM report_grant WHERE assessment IN " DELETED_ASSESSMENTS,
        "DELETE FROM share WHERE assessment IN " DELETED_ASSESSMENTS,
        "DELETE FROM person WHERE assessment IN " DELETED_ASSESSMENTS,
        "DELETE FROM organisation WHERE assessment IN " DELETED_ASSESSMENTS,
        "DELETE FROM placeholder WHERE assessment IN " DELETED_ASSESSMENTS,
        "DELETE FROM assessment WHERE state = 2 AND deleted < ?",
    };
    enum result result = RESULT_OK;
    for (size_t i = 0; result == RESULT_OK && i < sizeof steps / sizeof *steps; i++) {
        struct statement *q = database_statement(db, steps[i]);
        statement_bind(q, "t", before->text);
        result = statement_finish(q, NULL);
    }
    return result;
}

enum result store_delete_assessments(struct store *s, struct day before) {
    return store_write_whole(s, delete_assessments, &before);
}
