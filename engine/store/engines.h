/* Several engines on one database: what they know of each other, and work that one of them at a time does. On a
 * database that one process has to itself (a file of SQLite) there is nobody else, and every work is ours. */
#ifndef READINESS_STORE_ENGINES_H
#define READINESS_STORE_ENGINES_H

#include "store/store.h"

/* May several processes have the database of this address open? */
bool store_is_shared(const char *url);

bool store_shares(const struct store *s); /* the same of one that is open */

/* A process that serves the database. */
struct engine {
    struct id id;
    const char *name;        /* the machine's name and the process's number, or as the settings have it */
    const char *version;     /* of the program */
    uint8_t instruments[32]; /* hash of the instruments in its folder */
    int64_t seen;            /* the minute of its last sign of life, by the database's clock */
    bool here;               /* it was seen in the last minutes */
    bool own;                /* this process */
};
/* Tells the others who we are; name, version and instruments count. Again when something has changed. */
enum result store_present(struct store *s, const struct engine *card) MUST_CHECK;
/* Those that are there, and those that ended without saying so within the last day; by name. None where the database is
 * not shared. */
enum result store_list_engines(struct store *s, struct arena *arena, struct engine **out, size_t *n) MUST_CHECK;

/* Takes or keeps a work for so many seconds (by the database's clock), in which no other process gets it. RESULT_INPUT:
 * another has it. What must be so when it changes hands is written in the same transaction: of WORK_MAIL, every
 * delivery that is still claimed becomes DELIVERY_UNKNOWN. */
enum store_work { WORK_MAIL, WORK_HOOKS, WORK_HOUSE };
enum result store_hold(struct store *s, enum store_work work, int seconds) MUST_CHECK;
/* Another may have it at once. */
enum result store_let_go(struct store *s, enum store_work work) MUST_CHECK;

#endif
