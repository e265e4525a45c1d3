/* rooms: web reports mail aggregate collect instrument store base
 * Long work for people who wait on a page: whose it is, how far it is, and that nothing of it stays behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "web/workspace/jobs.h"

struct desk_of_tests {
    char folder[64];
    struct jobs *jobs;
    struct arena *arena;
    struct id me, other;
    pthread_mutex_t gate; /* held: the work waits */
};

static int setup(void **state) {
    struct desk_of_tests *t = calloc(1, sizeof *t);
    if (!t) {
        return -1;
    }
    snprintf(t->folder, sizeof t->folder, "/tmp/readiness-jobs-XXXXXX");
    if (!mkdtemp(t->folder)) {
        return -1;
    }
    t->jobs = jobs_start(t->folder);
    t->arena = arena_new();
    t->me = id_new();
    t->other = id_new();
    pthread_mutex_init(&t->gate, NULL);
    *state = t;
    return t->jobs ? 0 : -1;
}

static int teardown(void **state) {
    struct desk_of_tests *t = *state;
    jobs_stop(t->jobs);
    arena_free(t->arena);
    pthread_mutex_destroy(&t->gate);
    int gone = rmdir(t->folder); /* fails when anything was left in it */
    free(t);
    return gone;
}

/* Waits for the gate, then writes "made"; without a gate to wait for it fails. */
static enum result work(void *context, const char *path, job_progress *progress, void *progress_context) {
    struct desk_of_tests *t = context;
    if (!t) {
        return RESULT_MACHINE;
    }
    progress(progress_context, 1, 2);
    pthread_mutex_lock(&t->gate);
    pthread_mutex_unlock(&t->gate);
    return file_write(path, str_of("made"), 0600, NULL);
}

static bool order(struct desk_of_tests *t, struct id owner, void *context, char id[JOB_ID_LENGTH + 1]) {
    const struct job_order o = {.owner = owner,
                                .title = "North",
                                .name = "north.txt",
                                .type = "text/plain",
                                .back = "/back",
                                .work = work,
                                .context = context};
    return jobs_add(t->jobs, arena_new(), &o, id);
}

static struct job_status look(struct desk_of_tests *t, struct id owner, const char *id) {
    struct job_status status;
    assert_true(jobs_look(t->jobs, t->arena, owner, id, &status));
    return status;
}

static void a_job_ends_with_a_file_that_nobody_else_may_read(void **state) {
    struct desk_of_tests *t = *state;
    char id[JOB_ID_LENGTH + 1];
    struct str content;
    struct stat mode;
    assert_true(order(t, t->me, t, id));
    jobs_wait(t->jobs, t->me, id, 10000);
    const struct job_status status = look(t, t->me, id);
    assert_int_equal(status.state, JOB_DONE);
    assert_string_equal(status.name, "north.txt");
    assert_string_equal(status.back, "/back");
    assert_int_equal(file_read(&content, t->arena, status.path, 100, NULL), RESULT_OK);
    assert_true(str_is(content, "made"));
    assert_int_equal(stat(status.path, &mode), 0);
    assert_int_equal(mode.st_mode & 0077, 0);
}

static void nobody_sees_the_job_of_another(void **state) {
    struct desk_of_tests *t = *state;
    char id[JOB_ID_LENGTH + 1];
    struct job_status status;
    assert_true(order(t, t->me, t, id));
    assert_false(jobs_look(t->jobs, t->arena, t->other, id, &status));
    assert_false(jobs_look(t->jobs, t->arena, t->me, "0123", &status));
    jobs_wait(t->jobs, t->other, id, 10000); /* returns at once: there is nothing to wait for */
}

static void progress_and_the_queue_can_be_seen(void **state) {
    struct desk_of_tests *t = *state;
    char first[JOB_ID_LENGTH + 1], second[JOB_ID_LENGTH + 1];
    pthread_mutex_lock(&t->gate);
    assert_true(order(t, t->me, t, first));
    assert_true(order(t, t->other, t, second));
    while (look(t, t->me, first).total == 0) {
        usleep(1000);
    }
    const struct job_status running = look(t, t->me, first), waiting = look(t, t->other, second);
    assert_int_equal(running.state, JOB_RUNNING);
    assert_int_equal(running.done, 1);
    assert_int_equal(running.total, 2);
    assert_int_equal(waiting.state, JOB_WAITING);
    assert_int_equal(waiting.before, 1);
    jobs_wait(t->jobs, t->me, first, 20); /* gives up in time */
    assert_int_equal(look(t, t->me, first).state, JOB_RUNNING);
    pthread_mutex_unlock(&t->gate);
    jobs_wait(t->jobs, t->other, second, 10000);
    assert_int_equal(look(t, t->other, second).state, JOB_DONE);
}

static void a_job_that_fails_says_so(void **state) {
    struct desk_of_tests *t = *state;
    char id[JOB_ID_LENGTH + 1];
    assert_true(order(t, t->me, NULL, id));
    jobs_wait(t->jobs, t->me, id, 10000);
    assert_int_equal(look(t, t->me, id).state, JOB_FAILED);
}

static void one_person_cannot_fill_the_disk(void **state) {
    struct desk_of_tests *t = *state;
    char ids[JOBS_EACH + 1][JOB_ID_LENGTH + 1];
    struct job_status status;
    pthread_mutex_lock(&t->gate);
    for (int i = 0; i < JOBS_EACH; i++) {
        assert_true(order(t, t->me, t, ids[i]));
    }
    assert_false(order(t, t->me, t, ids[JOBS_EACH])); /* none of them is done yet */
    assert_true(order(t, t->other, t, ids[JOBS_EACH]));
    pthread_mutex_unlock(&t->gate);
    jobs_wait(t->jobs, t->me, ids[JOBS_EACH - 1], 10000);
    const char *path = look(t, t->me, ids[0]).path;
    assert_true(file_exists(path));
    assert_true(order(t, t->me, t, ids[JOBS_EACH])); /* the oldest that is done makes room, with its file */
    assert_false(jobs_look(t->jobs, t->arena, t->me, ids[0], &status));
    assert_false(file_exists(path));
}

static void the_files_of_a_run_that_was_killed_go_at_the_next_start(void **state) {
    struct desk_of_tests *t = *state;
    const char *left = arena_printf(t->arena, "%s/jobs/left", t->folder);
    assert_int_equal(file_write(left, str_of("x"), 0600, NULL), RESULT_OK);
    struct jobs *next = jobs_start(t->folder);
    assert_non_null(next);
    assert_false(file_exists(left));
    jobs_stop(t->jobs);
    t->jobs = next;
}

#define PROMISE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        PROMISE(a_job_ends_with_a_file_that_nobody_else_may_read),
        PROMISE(nobody_sees_the_job_of_another),
        PROMISE(progress_and_the_queue_can_be_seen),
        PROMISE(a_job_that_fails_says_so),
        PROMISE(one_person_cannot_fill_the_disk),
        PROMISE(the_files_of_a_run_that_was_killed_go_at_the_next_start),
    };
    return cmocka_run_group_tests_name("jobs", tests, NULL, NULL);
}
