/* rooms: base
 * A folder for a moment leaves nothing, whatever ends the process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/moment.h"

static void write_in(const char *folder) {
    char path[MOMENT_ROOM + 16];
    snprintf(path, sizeof path, "%s/links.xlsx", folder);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "a link", 6), 6);
    close(fd);
}

static void nothing_is_left_of_a_moment(void **state) {
    char folder[MOMENT_ROOM];
    struct stat st;
    (void)state;
    assert_true(moment_begin(folder));
    assert_int_equal(stat(folder, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    write_in(folder);
    assert_true(moment_end(folder));
    assert_int_not_equal(stat(folder, &st), 0);
    assert_false(moment_end(folder));
}

static void what_a_killed_process_left_is_swept_and_that_of_a_living_one_stays(void **state) {
    char ours[MOMENT_ROOM], theirs[MOMENT_ROOM] = "";
    struct stat st;
    int pipes[2];
    (void)state;
    assert_true(moment_begin(ours));
    write_in(ours);
    assert_int_equal(pipe(pipes), 0);
    pid_t child = fork();
    if (child == 0) {
        char folder[MOMENT_ROOM] = "";
        bool made = moment_begin(folder);
        write_in(folder);
        _exit(made && write(pipes[1], folder, sizeof folder) == sizeof folder ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(read(pipes[0], theirs, sizeof theirs), sizeof theirs);
    assert_int_equal(stat(theirs, &st), 0);
    moment_sweep();
    assert_int_not_equal(stat(theirs, &st), 0);
    assert_int_equal(stat(ours, &st), 0);
    assert_true(moment_end(ours));
    close(pipes[0]);
    close(pipes[1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_left_of_a_moment),
        cmocka_unit_test(what_a_killed_process_left_is_swept_and_that_of_a_living_one_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
