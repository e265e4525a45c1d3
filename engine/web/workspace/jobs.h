/* Long work for people who wait on a page: making a workbook, a report as a file. One thread does one job after
 * another. A job belongs to the account that asked for it; its file lies in a folder beside the database, readable by
 * nobody else, and goes after an hour, and when the server stops. Safe to call from any thread. */
#ifndef READINESS_WEB_JOBS_H
#define READINESS_WEB_JOBS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/result.h"
#include "store/store.h"

struct jobs;

/* Makes the folder "jobs" in `folder`, empty, and starts the thread. NULL when one of them cannot be. */
struct jobs *jobs_start(const char *folder);
/* Lets the job under way end, forgets the others, removes the folder. NULL is allowed. */
void jobs_stop(struct jobs *j);

typedef void job_progress(void *context, size_t done, size_t total);

struct job_order {
    struct id owner;
    const char *title; /* what is being made, for the page */
    const char *name;  /* of the file, for the browser */
    const char *type;  /* its content type */
    const char *back;  /* the path of the page that asked */
    bool answers;      /* every answer is in it: for tokens with that scope only */
    /* Makes the file at `path`, on the job thread. */
    enum result (*work)(void *context, const char *path, job_progress *progress, void *progress_context);
    /* May be NULL: called on the job thread when the file is there, just before everybody sees that it is. */
    void (*ready)(void *context, struct id owner, const char *id, const char *name);
    void *context;
};

enum { JOB_ID_LENGTH = 32, JOBS_EACH = 10, JOBS_ALL = 100, JOB_KEPT_SECONDS = 3600 };

/* Adds a job. Everything the order points to lies in `arena`, which the job takes over (also when it is refused: too
 * many that are not done yet). The id is for the address of its page. */
bool jobs_add(struct jobs *j, struct arena *arena, const struct job_order *order, char id[JOB_ID_LENGTH + 1]);

enum job_state { JOB_WAITING, JOB_RUNNING, JOB_DONE, JOB_FAILED };

struct job_status {
    enum job_state state;
    size_t done, total; /* total 0: not known yet */
    size_t before;      /* jobs that come first, while waiting */
    const char *title, *name, *type, *back, *path;
    bool answers;
};
/* False when this person has no such job. Texts in the arena. */
bool jobs_look(struct jobs *j, struct arena *arena, struct id owner, const char *id, struct job_status *out);
/* Waits until the job is done or failed, at most so many milliseconds. */
void jobs_wait(struct jobs *j, struct id owner, const char *id, int milliseconds);

#endif
