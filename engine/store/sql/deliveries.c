/* Deliveries of a mailing: claimed once, ended once. Every delivery goes waiting, claimed, done in two commits, also
 * the one that is not needed any more: neither the tables nor the journal tell the two apart. */
#include "base/clock.h"
#include "store/mailings.h"
#include "store/sql/database.h"

enum { NOT_SENT = -1 /* as a moment */ };

bool mailing_names_nobody(const struct mailing *m) {
    return m->kind == MAILING_REMINDERS && !m->everyone;
}

bool mailing_only_retries(const struct mailing *m) {
    return m->state == MAILING_RUNNING && m->waiting > 0 && m->waiting == m->retrying;
}

bool mailing_tells_spared(const struct mailing *m, int k) {
    return m->state == MAILING_DONE && m->spared >= (mailing_names_nobody(m) ? k : 1);
}

enum result store_next_delivery(struct store *s, struct arena *arena, struct id mailing, struct invitation *out) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q = database_statement(
        db, "SELECT i.id, i.kind, i.organisation, i.unit, i.language, i.person, i.generation,"
            " coalesce(p.email, ''), coalesce(p.name, '')"
            " FROM delivery d JOIN mailing m ON m.id = d.mailing JOIN wave w ON w.id = m.wave AND w.state = 0"
            " JOIN invitation i ON i.wave = m.wave AND i.id = d.invitation"
            " LEFT JOIN person p ON p.assessment = w.assessment AND p.id = i.person"
            " WHERE d.mailing = ? AND d.state = 0 ORDER BY d.attempts, d.invitation LIMIT 1");
    statement_bind(q, "d", &mailing);
    ONE_ROW(q, *out = read_invitation(arena, q));
}

struct claim {
    struct id mailing, invitation;
    const uint8_t *ticket;
    bool only_if_fresh, fresh, welcome, is_invitation;
};

/* Is the ticket still fresh, and may the person still be written to? */
static enum result decide(struct database *db, struct claim *c) {
    int64_t fresh = 1, welcome = 0, invitations = 0;
    enum result result = RESULT_OK;
    if (c->only_if_fresh) {
        struct statement *q =
            database_statement(db, "SELECT t.state = 0 FROM ticket t JOIN mailing m ON m.wave = t.wave"
                                   " WHERE m.id = ? AND t.hash = ?");
        statement_bind(q, "dh", &c->mailing, c->ticket);
        result = statement_number(q, 0, &fresh);
    }
    struct statement *q =
        database_statement(db, "SELECT p.contact = 0 FROM mailing m JOIN wave w ON w.id = m.wave"
                               " JOIN invitation i ON i.wave = m.wave AND i.id = ?2"
                               " JOIN person p ON p.assessment = w.assessment AND p.id = i.person WHERE m.id = ?1");
    statement_bind(q, "dd", &c->mailing, &c->invitation);
    if (result == RESULT_OK)
        result = statement_number(q, 0, &welcome);
    q = database_statement(db, "SELECT kind = 0 FROM mailing WHERE id = ?");
    statement_bind(q, "d", &c->mailing);
    if (result == RESULT_OK)
        result = statement_number(q, 0, &invitations);
    c->fresh = fresh != 0;
    c->welcome = welcome != 0;
    c->is_invitation = invitations != 0;
    return result;
}

static enum result claim(struct store *s, struct database *db, void *argument) {
    struct claim *c = argument;
    enum result result = is_held(s, db, WORK_MAIL); /* it may have run out while this engine was held up */
    if (result != RESULT_OK)
        return result;
    struct statement *q = database_statement(
        db,
        "UPDATE delivery SET state = 1, attempts = attempts + 1 WHERE mailing = ?1 AND invitation = ?2 AND state = 0"
        " AND EXISTS (SELECT 1 FROM mailing m JOIN wave w ON w.id = m.wave"
        "  WHERE m.id = ?1 AND m.state = 0 AND w.state = 0)");
    statement_bind(q, "dd", &c->mailing, &c->invitation);
    result = statement_finish_one(q);
    return result == RESULT_OK ? decide(db, c) : result;
}

enum result store_claim_delivery(struct store *s, struct id mailing, struct id invitation, const uint8_t ticket[32],
                                 bool only_if_fresh, bool *wanted) {
    struct claim c = {mailing, invitation, ticket, only_if_fresh, false, false, false};
    enum result result = store_write(s, claim, &c);
    *wanted = result == RESULT_OK && c.fresh && c.welcome;
    if (result != RESULT_OK || *wanted)
        return result;
    /* an invitation that is not needed because of an answer looks like an accepted one */
    const bool as_accepted = c.is_invitation && c.welcome;
    result = store_end_delivery(s, mailing, invitation, DELIVERY_DONE, "", as_accepted ? clock_now() : NOT_SENT);
    if (result == RESULT_OK && !as_accepted)
        count_spared(s, mailing);
    return result;
}

struct ending {
    struct id mailing, invitation;
    enum delivery_state state;
    const char *sentence;
    int64_t moment;
};

static enum result end_delivery(struct store *s, struct database *db, void *argument) {
    (void)s;
    const struct ending *e = argument;
    struct statement *q = database_statement(
        db, "UPDATE delivery SET state = ?1, sentence = ?2, moment = (SELECT CASE WHEN m.kind = 0 OR m.everyone <> 0 "
            "THEN ?3"
            " ELSE 0 END FROM mailing m WHERE m.id = ?4) WHERE mailing = ?4 AND invitation = ?5 AND state = 1");
    statement_bind(q, "itldd", (int)e->state, e->sentence ? e->sentence : "", e->moment, &e->mailing, &e->invitation);
    return statement_finish_one(q);
}

enum result store_end_delivery(struct store *s, struct id mailing, struct id invitation, enum delivery_state state,
                               const char *sentence, int64_t moment) {
    /* What a server said to an accepted message is not kept: a spared delivery has no such sentence. */
    struct ending e = {mailing, invitation, state, state == DELIVERY_DONE ? "" : sentence, moment};
    if (state == DELIVERY_DONE && moment > 0)
        e.moment = moment - moment % 60;
    return store_write(s, end_delivery, &e);
}

enum result forget_claims(struct database *db) {
    return statement_finish(database_statement(db, "UPDATE delivery SET state = 4 WHERE state = 1"), NULL);
}

static struct delivery_problem read_problem(struct arena *arena, struct statement *q) {
    return (struct delivery_problem){column_text(arena, q, 0), column_text(arena, q, 1),
                                     (enum delivery_state)column_int(q, 2)};
}

enum result store_list_delivery_problems(struct store *s, struct arena *arena, struct id mailing,
                                         struct delivery_problem **out, size_t *n) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q = database_statement(
        db, "SELECT coalesce(p.email, ''), d.sentence, d.state FROM delivery d JOIN mailing m ON m.id = d.mailing"
            " JOIN wave w ON w.id = m.wave JOIN invitation i ON i.wave = m.wave AND i.id = d.invitation"
            " LEFT JOIN person p ON p.assessment = w.assessment AND p.id = i.person"
            " WHERE d.mailing = ? AND d.state IN (3, 4) AND (m.kind = 0 OR m.everyone <> 0) ORDER BY d.state, "
            "p.[email] NULLS FIRST, d.invitation");
    statement_bind(q, "d", &mailing);
    LIST_ROWS(q, out, n, read_problem(arena, q));
}

static struct person_mail read_person_mail(struct arena *arena, struct statement *q) {
    return (struct person_mail){.wave = column_text(arena, q, 0),
                                .kind = (enum mailing_kind)column_int(q, 1),
                                .started = column_long(q, 2),
                                .state = (enum delivery_state)column_int(q, 3),
                                .attempts = column_int(q, 4),
                                .sentence = column_text(arena, q, 5)};
}

enum result store_list_person_mails(struct store *s, struct arena *arena, struct id person, struct person_mail **out,
                                    size_t *n) {
    struct database *db = store_reader(s);
    if (!db)
        return RESULT_MACHINE;
    struct statement *q =
        database_statement(db, "SELECT w.label, m.kind, m.started,"
                               " CASE WHEN m.kind = 0 OR m.everyone <> 0 OR d.attempts = 0 THEN d.state ELSE 2 END,"
                               " CASE WHEN m.kind = 0 OR m.everyone <> 0 THEN d.attempts ELSE 0 END,"
                               " CASE WHEN m.kind = 0 OR m.everyone <> 0 THEN d.sentence ELSE '' END"
                               " FROM invitation i"
                               " JOIN wave w ON w.id = i.wave JOIN mailing m ON m.wave = i.wave"
                               " JOIN delivery d ON d.mailing = m.id AND d.invitation = i.id"
                               " WHERE i.person = ? AND i.kind = 1 ORDER BY m.started, m.id");
    statement_bind(q, "d", &person);
    LIST_ROWS(q, out, n, read_person_mail(arena, q));
}

struct contact_change {
    struct id assessment, wave, invitation;
    const char *email;
    enum contact contact;
    int found;
};

static enum result set_contact(struct store *s, struct database *db, void *argument) {
    (void)s;
    struct contact_change *c = argument;
    struct statement *q = database_statement(db, "UPDATE person SET contact = ? WHERE assessment = ? AND [email] = ?");
    statement_bind(q, "ide", (int)c->contact, &c->assessment, c->email);
    return statement_finish(q, &c->found);
}

enum result store_set_contact(struct store *s, struct id assessment, const char *email, enum contact contact,
                              int *found) {
    struct contact_change c = {.assessment = assessment, .email = email, .contact = contact};
    enum result result = store_write(s, set_contact, &c);
    *found = c.found;
    return result;
}

static enum result opt_out(struct store *s, struct database *db, void *argument) {
    (void)s;
    const struct contact_change *c = argument;
    struct statement *q =
        database_statement(db, "UPDATE person SET contact = 1 WHERE (assessment, id) IN (SELECT w.assessment, i.person"
                               " FROM invitation i JOIN wave w ON w.id = i.wave WHERE i.wave = ? AND i.id = ?"
                               " AND i.kind = 1)");
    statement_bind(q, "dd", &c->wave, &c->invitation);
    return statement_finish_one(q);
}

enum result store_opt_out(struct store *s, struct id wave, struct id invitation) {
    struct contact_change c = {.wave = wave, .invitation = invitation};
    return store_write(s, opt_out, &c);
}
