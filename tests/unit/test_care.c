/* rooms: cli web mail collect store instrument base
 * What copies, checks and a running server's settings stand on: files that take nobody's place, folders that lie in one
 * another, settings that may change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/settings.h"

struct folder {
    char path[64];
    struct arena *arena;
};

static int make(void **state) {
    struct folder *f = mem_alloc(sizeof *f);
    strcpy(f->path, "/tmp/readiness-care-XXXXXX");
    f->arena = arena_new();
    *state = f;
    return mkdtemp(f->path) ? 0 : -1;
}

static int drop(void **state) {
    struct folder *f = *state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", f->path);
    const int status = system(command);
    arena_free(f->arena);
    free(f);
    return status;
}

static const char *in(struct folder *f, const char *name) {
    return arena_printf(f->arena, "%s/%s", f->path, name);
}

static const char *content(struct folder *f, const char *name) {
    struct str s = {"", 0};
    return file_read(&s, f->arena, in(f, name), 100, NULL) == RESULT_OK ? s.p : NULL;
}

static void a_file_put_in_place_takes_nobodys(void **state) {
    struct folder *f = *state;
    struct findings *findings = findings_new();
    assert_int_equal(file_write(in(f, "new"), str_of("new"), 0600, NULL), RESULT_OK);
    assert_int_equal(file_write(in(f, "old"), str_of("old"), 0600, NULL), RESULT_OK);
    assert_int_equal(file_put_in_place(in(f, "new"), in(f, "old"), findings), RESULT_INPUT);
    assert_true(findings_have(findings, "file_exists_already", 0));
    assert_string_equal(content(f, "old"), "old");
    assert_string_equal(content(f, "new"), "new");
    assert_int_equal(symlink("nowhere", in(f, "link")), 0);
    assert_int_equal(file_put_in_place(in(f, "new"), in(f, "link"), NULL), RESULT_INPUT);
    assert_int_equal(file_put_in_place(in(f, "new"), in(f, "free"), NULL), RESULT_OK);
    assert_string_equal(content(f, "free"), "new");
    assert_false(file_exists(in(f, "new")));
    assert_int_equal(file_replace(in(f, "free"), in(f, "old"), NULL), RESULT_OK);
    assert_string_equal(content(f, "old"), "new");
    assert_int_equal(file_put_in_place(in(f, "missing"), in(f, "x"), NULL), RESULT_MACHINE);
    assert_int_equal(file_put_in_place(in(f, "old"), in(f, "no/such/folder"), NULL), RESULT_MACHINE);
    assert_string_equal(content(f, "old"), "new");
    findings_free(findings);
}

static void what_lies_inside_a_folder_is_found_through_links_and_dots(void **state) {
    struct folder *f = *state;
    assert_int_equal(mkdir(in(f, "data"), 0700), 0);
    assert_int_equal(mkdir(in(f, "data/keys"), 0700), 0);
    assert_int_equal(mkdir(in(f, "data2"), 0700), 0);
    assert_int_equal(symlink(in(f, "data/keys"), in(f, "link")), 0);
    const char *data = in(f, "data");
    assert_true(file_is_inside(data, data));
    assert_true(file_is_inside(in(f, "data/"), data));
    assert_true(file_is_inside(in(f, "data/keys/x/y/z"), data)); /* not there yet */
    assert_true(file_is_inside(in(f, "link"), data));
    assert_true(file_is_inside(in(f, "link/x"), data));
    assert_true(file_is_inside(in(f, "data2/../data/x"), data));
    assert_true(file_is_inside(data, "/"));
    assert_false(file_is_inside(in(f, "data2"), data));
    assert_false(file_is_inside(in(f, "data2/x"), data));
    assert_false(file_is_inside(f->path, data));
    assert_false(file_is_inside(data, in(f, "missing")));
    assert_true(file_is_inside("engine/x", "."));
    assert_true(file_is_inside("nothing-of-this-name", "."));
    assert_string_equal(file_folder(f->arena, "a/b"), "a");
    assert_string_equal(file_folder(f->arena, "b"), ".");
    assert_string_equal(file_folder(f->arena, "/b"), "/");
}

static void note(void *context, const char *setting) {
    strcat(strcat(context, setting), " ");
}

static void only_settings_marked_so_are_taken_over(void **state) {
    struct folder *f = *state;
    struct settings now, read;
    char waiting[200] = "";
    assert_int_equal(file_write(in(f, "a.ini"), str_of("[log]\nlevel = info\n"), 0600, NULL), RESULT_OK);
    assert_int_equal(file_write(in(f, "b.ini"),
                                str_of("[log]\nlevel = debug\n[server]\nlisten = \"127.0.0.1:9\"\ntotal_seconds = 5\n"
                                       "[mail]\nper_minute = 3\ntimeout_seconds = 9\n[data]\nkeys = \"k\"\n"),
                                0600, NULL),
                     RESULT_OK);
    assert_int_equal(settings_load(&now, f->arena, in(f, "a.ini"), NULL), RESULT_OK);
    assert_int_equal(settings_load(&read, f->arena, in(f, "b.ini"), NULL), RESULT_OK);
    settings_take_over(&now, &read, note, waiting);
    assert_string_equal(now.log, "debug");
    assert_int_equal(now.total_seconds, 5);
    assert_int_equal(now.mails_per_minute, 3);
    assert_string_equal(now.listen, "127.0.0.1:8080");
    assert_string_equal(now.keys, "var/keys");
    assert_int_equal(now.mail.timeout_seconds, 60);
    assert_string_equal(waiting, "server.listen data.keys mail.timeout_seconds ");
}

#define HERE(test) cmocka_unit_test_setup_teardown(test, make, drop)

int main(void) {
    const struct CMUnitTest tests[] = {
        HERE(a_file_put_in_place_takes_nobodys),
        HERE(what_lies_inside_a_folder_is_found_through_links_and_dots),
        HERE(only_settings_marked_so_are_taken_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
