/* rooms: instrument base
 * Instruments as their files stand on disk, while those files are edited. */
#include "instrument_fixture.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "instrument/library.h"

static const char *const one = HEAD "[construct.c]\nlabel = C\nlevel = team\nscale = agree5\nitem.c1 = \"One.\"\n";
static const char *const two = HEAD "[construct.c]\nlabel = C\nlevel = team\nscale = agree5\nitem.c1 = \"Two!\"\n";
static const char *const broken = HEAD "[construct.c]\nlabel = C\nlevel = team\nscale = agree6\nitem.c1 = \"One.\"\n";

struct shelf {
    char folder[64], path[96], other[96];
    struct library *library;
};

static int begin(void **state) {
    struct shelf *s = calloc(1, sizeof *s);
    *state = s;
    strcpy(s->folder, "/tmp/readiness-library-XXXXXX");
    if (!mkdtemp(s->folder))
        return -1;
    snprintf(s->path, sizeof s->path, "%s/one.ini", s->folder);
    snprintf(s->other, sizeof s->other, "%s/.one.tmp", s->folder);
    s->library = library_new(s->folder);
    return 0;
}

static int end(void **state) {
    struct shelf *s = *state;
    library_free(s->library);
    (void)unlink(s->path);
    (void)unlink(s->other);
    (void)rmdir(s->folder);
    free(s);
    return 0;
}

static FILE *half_written(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fflush(file);
    return file;
}

static void save(const char *path, const char *text) {
    fclose(half_written(path, text));
}

/* The text of the item, "" when there is no instrument; the findings' codes are looked at with `code`. */
static const char *item_of(struct shelf *s, struct library *l, enum library_use use, const char *code) {
    static char text[64];
    const struct instrument *instrument = NULL;
    struct findings *findings = findings_new();
    const enum result result = library_load(l, &instrument, s->path, use, findings);
    assert_int_equal(result == RESULT_OK, instrument != NULL);
    assert_int_equal(code ? findings_have(findings, code, 0) : findings_total(findings) == 0, 1);
    snprintf(text, sizeof text, "%s", instrument ? text_in(&instrument->items[0].text, 0) : "");
    instrument_release(instrument);
    findings_free(findings);
    return text;
}

static void a_changed_file_is_seen_by_the_next_look_and_who_holds_the_old_one_keeps_it(void **state) {
    struct shelf *s = *state;
    const struct instrument *held = NULL;
    save(s->path, one);
    assert_int_equal(library_load(s->library, &held, s->path, LIBRARY_PIN, NULL), RESULT_OK);
    const int64_t begun = clock_monotonic();
    for (int i = 0; i < 20; i++) {
        save(s->path, i % 2 ? one : two); /* of the same size, and within the same moment */
        assert_string_equal(item_of(s, s->library, LIBRARY_PIN, NULL), i % 2 ? "One." : "Two!");
    }
    assert_true(clock_monotonic() - begun < 5000); /* nobody waited for files to rest */
    assert_string_equal(text_in(&held->items[0].text, 0), "One.");
    instrument_release(held);
}

static void an_older_file_put_in_its_place_is_seen_too(void **state) {
    struct shelf *s = *state;
    save(s->path, one);
    assert_string_equal(item_of(s, s->library, LIBRARY_LOOK, NULL), "One.");
    save(s->other, two);
    const struct timespec past[2] = {{1000000000, 0}, {1000000000, 0}};
    assert_int_equal(utimensat(AT_FDCWD, s->other, past, 0), 0);
    assert_int_equal(rename(s->other, s->path), 0);
    assert_string_equal(item_of(s, s->library, LIBRARY_LOOK, NULL), "Two!");
}

static void a_file_that_is_being_written_is_not_taken(void **state) {
    struct shelf *s = *state;
    save(s->path, one);
    assert_string_equal(item_of(s, s->library, LIBRARY_LOOK, NULL), "One.");
    FILE *file = half_written(s->path, two); /* a whole instrument already, but more may come */
    assert_string_equal(item_of(s, s->library, LIBRARY_LOOK, "library_being_written"), "One.");
    assert_string_equal(item_of(s, s->library, LIBRARY_PIN, "library_being_written"), "");
    fclose(file);
    assert_string_equal(item_of(s, s->library, LIBRARY_PIN, NULL), "Two!");
}

static void a_file_that_was_never_whole_is_not_shown_either(void **state) {
    struct shelf *s = *state;
    FILE *file = half_written(s->path, one);
    assert_string_equal(item_of(s, s->library, LIBRARY_LOOK, "library_being_written"), "");
    fclose(file);
    assert_string_equal(item_of(s, s->library, LIBRARY_LOOK, NULL), "One.");
}

static void where_nobody_tells_a_file_is_whole_when_it_has_rested(void **state) {
    struct shelf *s = *state;
    struct library *elsewhere = library_new("/tmp/readiness-no-such-folder");
    save(s->path, one);
    int64_t begun = clock_monotonic();
    assert_string_equal(item_of(s, elsewhere, LIBRARY_PIN, NULL), "One.");
    assert_true(clock_monotonic() - begun > 800);
    begun = clock_monotonic();
    assert_string_equal(item_of(s, elsewhere, LIBRARY_PIN, NULL), "One.");
    assert_string_equal(item_of(s, NULL, LIBRARY_PIN, NULL), "One.");
    assert_true(clock_monotonic() - begun < 500);
    library_free(elsewhere);
}

static void a_folder_that_comes_later_is_listened_to_from_then_on(void **state) {
    struct shelf *s = *state;
    (void)rmdir(s->folder);
    struct library *early = library_new(s->folder);
    assert_string_equal(item_of(s, early, LIBRARY_LOOK, "file_missing"), "");
    assert_int_equal(mkdir(s->folder, 0700), 0);
    save(s->path, one);
    assert_string_equal(item_of(s, early, LIBRARY_LOOK, NULL), "One.");
    library_free(early);
}

static void a_broken_file_is_broken_and_a_file_that_is_gone_is_gone(void **state) {
    struct shelf *s = *state;
    save(s->path, one);
    assert_string_equal(item_of(s, s->library, LIBRARY_LOOK, NULL), "One.");
    save(s->path, broken);
    for (int i = 0; i < 2; i++) /* also when its findings are known already */
        assert_string_equal(item_of(s, s->library, LIBRARY_LOOK, "construct.scale.meant"), "");
    assert_int_equal(unlink(s->path), 0);
    assert_string_equal(item_of(s, s->library, LIBRARY_LOOK, "file_missing"), "");
    save(s->path, two);
    assert_string_equal(item_of(s, s->library, LIBRARY_LOOK, NULL), "Two!");
}

struct reader {
    struct shelf *shelf;
    pthread_t thread;
    const atomic_bool *is_over;
    size_t good, other;
};

static void *read_on(void *context) {
    struct reader *r = context;
    while (!atomic_load(r->is_over)) {
        const struct instrument *instrument = NULL;
        const enum result result = library_load(r->shelf->library, &instrument, r->shelf->path, LIBRARY_LOOK, NULL);
        const char *text = instrument ? text_in(&instrument->items[0].text, 0) : "";
        const bool known = strcmp(text, "One.") == 0 || strcmp(text, "Two!") == 0;
        *(result == RESULT_OK && known ? &r->good : &r->other) += 1;
        instrument_release(instrument);
    }
    return NULL;
}

static void write_on(const struct shelf *s) {
    for (int i = 0; i < 120; i++) {
        const struct timespec pause = {0, (i % 7) * 15000000L};
        const char *text = i % 2 ? one : two;
        FILE *file = half_written(i % 3 ? s->path : s->other, "");
        const size_t half = strlen(text) / 2;
        fwrite(text, 1, half, file);
        fflush(file);
        if (i % 5 == 0)
            nanosleep(&pause, NULL);
        fputs(text + half, file);
        fclose(file);
        if (i % 3 == 0)
            (void)rename(s->other, s->path);
        nanosleep(&pause, NULL);
    }
}

static void readers_never_see_anything_but_a_whole_file(void **state) {
    struct shelf *s = *state;
    struct reader readers[4];
    atomic_bool is_over = false;
    save(s->path, one);
    assert_string_equal(item_of(s, s->library, LIBRARY_LOOK, NULL), "One.");
    for (size_t i = 0; i < 4; i++) {
        readers[i] = (struct reader){.shelf = s, .is_over = &is_over};
        assert_int_equal(pthread_create(&readers[i].thread, NULL, read_on, &readers[i]), 0);
    }
    write_on(s); /* in place, slowly and fast, and by a rename */
    atomic_store(&is_over, true);
    for (size_t i = 0; i < 4; i++)
        pthread_join(readers[i].thread, NULL);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(readers[i].other, 0);
        assert_true(readers[i].good > 0);
    }
}

static void a_folder_has_another_hash_when_a_file_of_it_has_other_words_or_another_name(void **state) {
    struct shelf *s = *state;
    uint8_t none[32], first[32], now[32];
    library_hash(s->folder, none);
    save(s->path, one);
    library_hash(s->folder, first);
    assert_memory_not_equal(none, first, sizeof first);
    save(s->other, two); /* is no instrument by its name */
    library_hash(s->folder, now);
    assert_memory_equal(now, first, sizeof first);
    save(s->path, two);
    library_hash(s->folder, now);
    assert_memory_not_equal(now, first, sizeof first);
    save(s->path, one);
    library_hash(s->folder, now);
    assert_memory_equal(now, first, sizeof first);
    char elsewhere[96];
    snprintf(elsewhere, sizeof elsewhere, "%s/two.ini", s->folder);
    assert_int_equal(rename(s->path, elsewhere), 0);
    library_hash(s->folder, now);
    assert_memory_not_equal(now, first, sizeof first);
    assert_int_equal(unlink(elsewhere), 0);
    library_hash("/nowhere", now);
    assert_memory_equal(now, none, sizeof none);
}

struct asker {
    const char *path;
    uint8_t secret[32];
    enum result result;
};

static void *ask(void *argument) {
    struct asker *a = argument;
    a->result = file_shared_secret(a->path, a->secret, sizeof a->secret, NULL);
    return NULL;
}

static void all_who_ask_for_a_shared_secret_at_once_have_the_same(void **state) {
    struct shelf *s = *state;
    enum { ASKERS = 8 };
    struct asker askers[ASKERS];
    pthread_t threads[ASKERS];
    uint8_t before[32] = {0};
    struct stat st;
    for (int round = 0; round < 20; round++) {
        for (size_t i = 0; i < ASKERS; i++) {
            askers[i] = (struct asker){.path = s->path};
            assert_int_equal(pthread_create(&threads[i], NULL, ask, &askers[i]), 0);
        }
        for (size_t i = 0; i < ASKERS; i++) {
            pthread_join(threads[i], NULL);
            assert_int_equal(askers[i].result, RESULT_OK);
            assert_memory_equal(askers[i].secret, askers[0].secret, sizeof before);
        }
        assert_memory_not_equal(askers[0].secret, before, sizeof before); /* another one each time */
        memcpy(before, askers[0].secret, sizeof before);
        assert_int_equal(stat(s->path, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
        assert_int_equal(unlink(s->path), 0);
    }
    save(s->path, "too short");
    (void)ask(&askers[0]);
    assert_int_equal(askers[0].result, RESULT_MACHINE);
}

int main(void) {
#define PROMISE_HERE(promise) cmocka_unit_test_setup_teardown(promise, begin, end)
    const struct CMUnitTest tests[] = {
        PROMISE_HERE(a_changed_file_is_seen_by_the_next_look_and_who_holds_the_old_one_keeps_it),
        PROMISE_HERE(an_older_file_put_in_its_place_is_seen_too),
        PROMISE_HERE(a_file_that_is_being_written_is_not_taken),
        PROMISE_HERE(a_file_that_was_never_whole_is_not_shown_either),
        PROMISE_HERE(where_nobody_tells_a_file_is_whole_when_it_has_rested),
        PROMISE_HERE(a_folder_that_comes_later_is_listened_to_from_then_on),
        PROMISE_HERE(a_broken_file_is_broken_and_a_file_that_is_gone_is_gone),
        PROMISE_HERE(readers_never_see_anything_but_a_whole_file),
        PROMISE_HERE(a_folder_has_another_hash_when_a_file_of_it_has_other_words_or_another_name),
        PROMISE_HERE(all_who_ask_for_a_shared_secret_at_once_have_the_same),
    };
    return cmocka_run_group_tests_name("library", tests, NULL, NULL);
}
