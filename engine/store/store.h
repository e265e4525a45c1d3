/* The store: everything that is kept, in the words of the domain. The only room that knows SQL.
 *
 * Every call is one whole transaction. Writes go through one writer thread that commits in groups; a call returns (or
 * its `done` is called) only after the commit is on disk. Reads see a snapshot. All calls may come from any thread. Ids
 * are made above; keys begin with the wave. Strings handed out lie in the caller's arena; strings handed in are copied.
 * RESULT_INPUT: what was asked for is not there or already there; RESULT_MACHINE: disk or database trouble, nothing
 * done. Two databases are behind it, one as good as the other: a file of SQLite, or a PostgreSQL server
 * (store/sql/database.h says how); nothing of either leaks through this header. */
#ifndef READINESS_STORE_H
#define READINESS_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/finding.h"
#include "base/result.h"
#include "base/str.h"

struct store;

struct id { /* random, 16 bytes */
    uint8_t bytes[16];
};
struct id id_new(void);
bool id_equal(struct id a, struct id b);

enum mode { MODE_ANONYMOUS, MODE_CONFIDENTIAL };
enum assessment_state { ASSESSMENT_ACTIVE, ASSESSMENT_ARCHIVED, ASSESSMENT_DELETED /* but still there for a while */ };
/* May we write to this address? */
enum contact { CONTACT_GOOD, CONTACT_OPTED_OUT, CONTACT_BOUNCED };
enum wave_state { WAVE_OPEN, WAVE_EMPTIED /* answers are out, keys and residue not yet gone */, WAVE_CLOSED };
enum invitation_kind { INVITATION_PERSONAL = 1, INVITATION_OPEN = 2, INVITATION_ORGANISATION = 3 };

struct assessment {
    struct id id;
    const char *name; /* short, for the command line */
    const char *title;
    const char *instrument; /* the instrument's file, as given */
    enum mode mode;
    int min_group, min_comments;
    struct id owner; /* an account; zero: the command line */
    enum assessment_state state;
    const char *deleted;            /* the day, "" otherwise */
    const char *timezone;           /* IANA name; NULL or "" when added: UTC */
    const char *languages;          /* tags with commas that people may choose; "" all of the instrument */
    int roster_days, response_days; /* how long to keep them after the last wave closed; 0: for good */
};

struct placeholder_value { /* what an assessment fills in; language "" is for all */
    const char *name, *language, *value;
};

struct organisation {
    const char *code, *name, *parent; /* parent: a code or "" */
    const char *language;             /* of its open and organisation links; "" for the instrument's */
    int headcount;                    /* -1 unknown */
};

struct person {
    struct id id;
    const char *email, *name, *organisation, *unit, *language;
    enum contact contact; /* set through store/mailings.h; importing the person again changes nothing */
};

struct wave {
    struct id id, assessment;
    int number; /* 1, 2, ... within the assessment */
    const char *label;
    enum wave_state state;
    const char *opened, *until, *closed; /* days, "" when not */
    enum mode mode;                      /* this and the minima: frozen when it opened */
    int min_group, min_comments;
    bool imported;
    uint8_t instrument_hash[32];
    uint8_t public_key[32];
    const char *timezone; /* in which the day `until` ends; NULL when opened: UTC */
};

struct wave_file {        /* the instrument's exact text, as pinned */
    const char *language; /* "" for the instrument itself */
    struct str text;
};

struct invitation { /* from which a link can be derived again, with the wave's key */
    struct id id;
    enum invitation_kind kind;
    const char *organisation, *unit, *language;
    const char *email, *name; /* personal: of the person, while on the roster; else "" */
    struct id person;
    int generation;
};

struct ticket { /* the right to answer once: knows its hash, not its owner */
    uint8_t hash[32];
    enum invitation_kind kind;
    const char *organisation, *unit, *language;
    bool has_pseudonym;
    uint8_t pseudonym[64]; /* confidential mode only; sealed to the wave's key, so that it says nothing here */
};

enum ticket_state { TICKET_FRESH, TICKET_SPENT, TICKET_CLOSED };

struct found_ticket {
    struct ticket ticket;
    enum ticket_state state;
    struct wave wave;
};

/* Opening and closing the store. `url` is "sqlite:PATH", or "postgresql://..." as libpq understands it, where a
 * parameter folder=PATH names the folder of store_folder. Migrates an older database (a file after copying it); refuses
 * a newer one untouched. A file of SQLite's is one process's: RESULT_INPUT with the finding "store_in_use" when another
 * has it. A PostgreSQL database may be open in any number of processes (store/engines.h), but while its form is
 * changed. */
enum result store_open(struct store **out, const char *url, struct findings *findings) MUST_CHECK;
/* The same for as long as nobody else may have it: "store_in_use" when anybody has. */
enum result store_open_alone(struct store **out, const char *url, struct findings *findings) MUST_CHECK;
void store_close(struct store *s);
/* The database's folder, where its lock and sockets live. */
const char *store_folder(const struct store *s);

/* Assessments, organisations, people. */
enum result store_add_assessment(struct store *s, const struct assessment *a, const struct placeholder_value *values,
                                 size_t n_values) MUST_CHECK;
/* Changes title, languages, timezone, owner, the retention days and all placeholders; mode, instrument and the minima
 * only while no wave was ever opened, but the minima may rise at any time: RESULT_INPUT otherwise. */
enum result store_change_assessment(struct store *s, const struct assessment *a, const struct placeholder_value *values,
                                    size_t n_values) MUST_CHECK;
/* `day` is kept with ASSESSMENT_DELETED. */
enum result store_set_assessment_state(struct store *s, struct id assessment, enum assessment_state state,
                                       struct day day) MUST_CHECK;
/* Removes everything of the assessments that were deleted before that day; store_scrub and the keys are the caller's.
 */
enum result store_delete_assessments(struct store *s, struct day before) MUST_CHECK;
enum result store_find_assessment(struct store *s, struct arena *arena, const char *name,
                                  struct assessment *out) MUST_CHECK;
enum result store_get_assessment(struct store *s, struct arena *arena, struct id id, struct assessment *out) MUST_CHECK;
enum result store_list_assessments(struct store *s, struct arena *arena, struct assessment **out, size_t *n) MUST_CHECK;
enum result store_list_placeholders(struct store *s, struct arena *arena, struct id assessment,
                                    struct placeholder_value **out, size_t *n) MUST_CHECK;
/* Adds or updates, by code. */
enum result store_put_organisations(struct store *s, struct id assessment, const struct organisation *list,
                                    size_t n) MUST_CHECK;
enum result store_list_organisations(struct store *s, struct arena *arena, struct id assessment,
                                     struct organisation **out, size_t *n) MUST_CHECK;
/* RESULT_INPUT when it has people, is a parent, or was part of a wave. */
enum result store_remove_organisation(struct store *s, struct id assessment, const char *code) MUST_CHECK;
/* Adds or updates, by e-mail address (compared without case); an existing person keeps the id. */
enum result store_put_people(struct store *s, struct id assessment, const struct person *list, size_t n) MUST_CHECK;
enum result store_list_people(struct store *s, struct arena *arena, struct id assessment, struct person **out,
                              size_t *n) MUST_CHECK;

enum result store_find_person(struct store *s, struct arena *arena, struct id assessment, const char *email,
                              struct person *out) MUST_CHECK;
/* The person, deliveries to them, and the reference of their invitations. Tickets know nobody and stay: a link already
 * sent goes on working. store_scrub is the caller's. */
enum result store_remove_person(struct store *s, struct id assessment, struct id person) MUST_CHECK;
/* The same for everybody of an assessment, when its retention period is over. RESULT_INPUT while a wave is open. */
enum result store_drop_rosters(struct store *s, struct id assessment) MUST_CHECK;
/* Responses and comments of a closed wave; its aggregates stay. RESULT_INPUT when it has no aggregates yet. */
enum result store_drop_responses(struct store *s, struct id wave) MUST_CHECK;

/* Waves. A new wave is stored whole: its pinned files, invitations and tickets. `w->number` is given by the store. */
struct invited { /* per organisation of a wave; answered is counted as ballots come in */
    const char *organisation;
    int invited, answered;
    bool organisation_answered;
};
enum result store_open_wave(struct store *s, struct wave *w, const struct wave_file *files, size_t n_files,
                            const struct invitation *invitations, const struct ticket *tickets, size_t n_invitations,
                            size_t n_tickets, const struct invited *invited, size_t n_invited) MUST_CHECK;
enum result store_list_waves(struct store *s, struct arena *arena, struct id assessment, struct wave **out,
                             size_t *n) MUST_CHECK;
/* All waves of all assessments in a state. */
enum result store_list_waves_in(struct store *s, struct arena *arena, enum wave_state state, struct wave **out,
                                size_t *n) MUST_CHECK;
enum result store_get_wave(struct store *s, struct arena *arena, struct id wave, struct wave *out) MUST_CHECK;
enum result store_list_wave_files(struct store *s, struct arena *arena, struct id wave, struct wave_file **out,
                                  size_t *n) MUST_CHECK;
/* A running wave takes over other texts of its instrument, whose hash must be `was` until then. The texts of before are
 * kept, with the day on which they were replaced. RESULT_INPUT when the wave is not open, or has another instrument. */
enum result store_adopt_files(struct store *s, struct id wave, const uint8_t was[32], const uint8_t hash[32],
                              const struct wave_file *files, size_t n, const char *day) MUST_CHECK;
/* The texts it had before, by number and language. */
struct file_before {
    int number;        /* of the wording, from 1 */
    const char *until; /* the day on which it was replaced */
    struct wave_file file;
};
enum result store_list_files_before(struct store *s, struct arena *arena, struct id wave, struct file_before **out,
                                    size_t *n) MUST_CHECK;
enum result store_extend_wave(struct store *s, struct id wave, const char *until) MUST_CHECK;
/* Ordered by kind, organisation, unit, e-mail. */
enum result store_list_invitations(struct store *s, struct arena *arena, struct id wave, struct invitation **out,
                                   size_t *n) MUST_CHECK;
enum result store_list_invited(struct store *s, struct arena *arena, struct id wave, struct invited **out,
                               size_t *n) MUST_CHECK;
/* Answers per day, for the chart of returns. */
struct day_count {
    struct day day;
    int n;
};
enum result store_list_days(struct store *s, struct arena *arena, struct id wave, struct day_count **out,
                            size_t *n) MUST_CHECK;

/* Answering. */
enum result store_find_ticket(struct store *s, struct arena *arena, const uint8_t hash[32],
                              struct found_ticket *out) MUST_CHECK;
/* Has this ballot been cast (`key` as in store_cast)? Has this organisation given its agreed rating? */
enum result store_has_ballot(struct store *s, struct id wave, const uint8_t key[32], bool *out) MUST_CHECK;
enum result store_has_organisation_answer(struct store *s, struct id wave, const char *organisation,
                                          bool *out) MUST_CHECK;

enum cast_outcome { CAST_STORED, CAST_ALREADY, CAST_CLOSED, CAST_UNKNOWN, CAST_FAILED };

struct cast {
    struct id wave;
    enum invitation_kind kind;
    uint8_t ticket[32]; /* hash of the ticket to spend (personal) or that must exist (open, organisation) */
    uint8_t key[32];    /* personal: the ticket's hash; open: the hash of this sitting, so that it counts once */
    const char *organisation;
    struct str content; /* sealed and padded ballot; organisation answers: their JSON, in clear */
    uint8_t draft[32];  /* the draft to remove in the same transaction; all zero for none */
};

/* Spends the ticket and keeps the ballot, exactly once; everything in `c` is copied before this returns. `done` is
 * called on the writer's thread after the commit (or failure). CAST_ALREADY is said politely by the caller. */
void store_cast(struct store *s, const struct cast *c, void (*done)(void *context, enum cast_outcome outcome),
                void *context);
/* The same, waiting. */
enum cast_outcome store_cast_wait(struct store *s, const struct cast *c);

/* Drafts: sealed bytes under a key that says nothing. An empty `content` removes. The day is for removal after 14 days.
 */
void store_put_draft(struct store *s, struct id wave, const uint8_t key[32], struct str content, struct day day,
                     void (*done)(void *context, enum result result), void *context);
enum result store_put_draft_wait(struct store *s, struct id wave, const uint8_t key[32], struct str content,
                                 struct day day) MUST_CHECK;
enum result store_find_draft(struct store *s, struct arena *arena, struct id wave, const uint8_t key[32],
                             struct str *content) MUST_CHECK;
enum result store_drop_old_drafts(struct store *s, struct day before) MUST_CHECK;

/* Closing. First all ballots are read ... */
enum result store_each_ballot(struct store *s, struct id wave, bool (*each)(void *context, struct str sealed),
                              void *context) MUST_CHECK;

struct response {
    struct id id; /* fresh and random, and so is the order */
    const char *organisation, *unit;
    bool has_pseudonym;
    uint8_t pseudonym[16];
    struct str answers; /* JSON without free texts */
};
struct comment {
    struct id id;
    const char *organisation, *question;
    struct str text;
};
/* ... then, in one transaction, responses and comments (each list already in the order of its ids) take the place of
 * ballots and drafts, tickets forget whether they were spent, and the wave is WAVE_EMPTIED. Refused with RESULT_INPUT
 * if the number of ballots is no longer `n_ballots`. */
enum result store_empty_wave(struct store *s, struct id wave, size_t n_ballots, const struct response *responses,
                             size_t n_responses, const struct comment *comments, size_t n_comments,
                             const char *closed) MUST_CHECK;
/* Removes every residue of what was deleted: rewrites the database file and empties the journal. Whoever still reads an
 * old state of the database (another program, say) holds that up: then it is tried again every few seconds until it is
 * done, while everything else goes on, and RESULT_OK means that it is under way. A process that ends before calls it
 * again when it starts, for the waves that are still WAVE_EMPTIED. */
enum result store_scrub(struct store *s) MUST_CHECK;
/* The last step, after the keys are gone and store_scrub was called: the wave is WAVE_CLOSED now, or as soon as the
 * residue is removed. */
enum result store_mark_closed(struct store *s, struct id wave) MUST_CHECK;

/* Answers collected elsewhere, as a closed wave. `w` as for store_open_wave, state WAVE_CLOSED. */
enum result store_import_wave(struct store *s, struct wave *w, const struct wave_file *files, size_t n_files,
                              const struct response *responses, size_t n_responses, const struct comment *comments,
                              size_t n_comments, const struct invited *invited, size_t n_invited) MUST_CHECK;

/* Reading a closed wave, as streams: ordered by organisation, then random. `each` returns false to stop. */
enum result store_each_response(struct store *s, struct id wave, const char *organisation /* NULL: all */,
                                bool (*each)(void *context, const struct response *r), void *context) MUST_CHECK;
enum result store_each_comment(struct store *s, struct id wave, const char *organisation /* NULL: all */,
                               bool (*each)(void *context, const struct comment *c), void *context) MUST_CHECK;
/* The agreed answers of the organisations: JSON in clear. */
enum result store_each_organisation_answer(struct store *s, struct id wave,
                                           bool (*each)(void *context, const char *organisation, struct str answers),
                                           void *context) MUST_CHECK;

/* Aggregates: derived, can always be remade from responses. One row says everything about one thing for one group. */
struct aggregate {
    const char *organisation; /* "" all together */
    const char *group;        /* "" the whole; "question=code"; "unit=NAME" */
    const char *kind;         /* "item", "construct", "domain", "response" */
    const char *name;
    int n;
    struct str counts;     /* JSON: code or not-applicable name to count */
    struct str statistics; /* JSON: statistic's name to value; absent: not computable */
};
struct aggregate_source { /* what the aggregates of a wave were made from */
    size_t n_responses;
    uint8_t instrument_hash[32];
    int version; /* of the program that made them: aggregate/results.c raises it when a formula changes */
};
/* Replaces all aggregates of a wave in one transaction; `next` is called until it returns false. They come in the order
 * of organisation, group, kind, name, and what they point to stays until the end. */
enum result store_put_aggregates(struct store *s, struct id wave, const struct aggregate_source *source,
                                 bool (*next)(void *context, struct aggregate *out), void *context) MUST_CHECK;
enum result store_get_aggregate_source(struct store *s, struct id wave, struct aggregate_source *out) MUST_CHECK;
/* NULL is any; ordered by organisation, group, kind, name. The row is valid during the call of `each` only. */
enum result store_each_aggregate(struct store *s, struct id wave, const char *organisation, const char *group,
                                 const char *kind, bool (*each)(void *context, const struct aggregate *a),
                                 void *context) MUST_CHECK;

/* The groups that may be published, decided once: one JSON text per organisation, with its hash. Putting them again for
 * a wave that has them changes nothing (RESULT_OK). */
struct published {
    const char *organisation;
    struct str groups;
};
enum result store_put_published(struct store *s, struct id wave, const struct published *list, size_t n) MUST_CHECK;
enum result store_list_published(struct store *s, struct arena *arena, struct id wave, struct published **out,
                                 size_t *n) MUST_CHECK;

#endif
