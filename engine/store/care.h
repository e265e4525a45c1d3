/* Looking after what is kept: copies, checking them, putting one back, and what whoever runs the server must know. */
#ifndef READINESS_STORE_CARE_H
#define READINESS_STORE_CARE_H

#include "store/store.h"

/* Writes everything as it stands at one moment into a new file that only its owner may read, while everything else goes
 * on. The file has its name only when it is whole, checked and on disk; one that is there already is never touched
 * (RESULT_INPUT, finding "file_exists_already"). Keys are not in it: the store has none. */
enum result store_copy(struct store *s, const char *path, struct findings *findings) MUST_CHECK;

struct kept_wave {
    struct id id;
    const char *assessment, *label; /* names */
    uint8_t public_key[32];
};
/* What a database or a copy of it holds. How many have answered is not part of it: store/counts.h alone tells that. */
struct kept {
    int version, newest; /* of its form; the one this program makes */
    size_t assessments, people, waves;
    const char *day;        /* the last day that anything in it knows of; "" for an empty one */
    struct kept_wave *open; /* waves that are open */
    size_t n_open;
};

/* Is everything there that belongs together? Whether the file is whole, what refers to what, and counts that must
 * agree: tickets spent and ballots, ballots and counts while a wave is open; nothing sealed and nothing half-closed
 * after it; responses as they were counted, aggregates and published groups as they were made. Every fault is a finding
 * (RESULT_INPUT then) that says by how much counts differ, never the counts; what is told is of one moment, while
 * everything else goes on. RESULT_MACHINE: it cannot be read at all. */
enum result store_check(struct store *s, struct arena *arena, struct kept *out, struct findings *findings) MUST_CHECK;
/* The same of a file that nobody is using, which stays exactly as it is, and so does its folder. One of an older
 * version is checked as what it is; a newer one is refused ("store_newer"). */
enum result store_check_copy(const char *path, struct arena *arena, struct kept *out,
                             struct findings *findings) MUST_CHECK;

/* Is there a database at this address? */
bool store_exists(const char *url);
/* The address as it may be shown: without a password. */
const char *store_address(struct arena *arena, const char *url);
/* The folder where whoever serves the database of this address has its sockets (store_folder); false for an address
 * that is none, or a longer name. */
bool store_find_folder(const char *url, char *into, size_t n);
/* Puts a good copy in the place of the database. Refuses ("store_in_use") while another process has it. The database of
 * before is kept beside it under the name in *aside (NULL: there was none), in the arena; there is one or the other at
 * every moment. The copy's file stays as it is. Where several processes may have the database open, store_settle is
 * part of it, and *paused its count; 0 else. */
enum result store_restore(const char *url, const char *copy, struct arena *arena, const char **aside, int *paused,
                          struct findings *findings) MUST_CHECK;
/* Moves everything that `from` holds into `to`, which must be empty (RESULT_INPUT, finding "store_not_empty"), in one
 * transaction; what was read and what is there then have the same checksums, table by table. `from` stays as it is. */
enum result store_transfer(struct store *from, struct store *to, size_t *n_tables, size_t *rows,
                           struct findings *findings) MUST_CHECK;
/* What must not come to life again with an old copy: sessions, links that set a password and tokens of other programs
 * end, what those were still to be told is forgotten, and mailings that were running pause (*paused of them), since
 * their mails may have been sent in the meantime. */
enum result store_settle(struct store *s, int *paused) MUST_CHECK;

/* Copies that the store itself has put beside the database: before it was brought up to date, or when a copy was put in
 * its place. They hold what has been deleted since; so those of before an update go with store_scrub, and all of them
 * after COPY_DAYS. */
enum { COPY_DAYS = 30 };
struct kept_copy {
    const char *path;
    struct day made;
    bool replaced; /* by store_restore; else of before an update */
};
enum result store_list_copies(struct store *s, struct arena *arena, struct kept_copy **out, size_t *n) MUST_CHECK;
enum result store_drop_copies(struct store *s, struct day before) MUST_CHECK;

/* What a database server should be set to and is not, as the last word of a text (doctor.server_...). */
struct store_advice {
    const char *code;
    bool grave; /* a promise depends on it */
};
/* What the store stands on. */
struct store_condition {
    const char *engine; /* "SQLite 3.40.1" */
    const char *path;   /* of the database, NULL where it is not a file */
    const char *name;   /* then: how the server knows it, and where it is */
    const struct store_advice *advice;
    size_t n_advice;
    int version;               /* of its form */
    int64_t bytes, free_bytes; /* what it takes with its journal; what is left for it on that disk, -1 unknown */
    bool overwrites;           /* what is deleted is overwritten, also in the library's own default */
    bool waits_for_disk;       /* a commit is on disk before it counts as one */
    bool journal;              /* reading and writing do not wait for each other */
};
enum result store_describe(struct store *s, struct arena *arena, struct store_condition *out) MUST_CHECK;
enum { FREE_LITTLE = 200 * 1000 * 1000 }; /* bytes on the database's disk: somebody should see to it */
/* For monitors, cheap, at any time: can it be read, and was the last change put on disk, or is still waiting for that
 * after ten seconds? After one that could not be, asking makes the store try again by itself every few seconds.
 * *free_bytes as above. */
bool store_is_well(struct store *s, int64_t *free_bytes);

#endif
