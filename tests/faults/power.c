/* The power goes, at every moment of a wave's life: it is opened, people answer, it is closed. Everything that reaches
 * the disk is recorded (record.c); then every state that the disk may legally be in is built: what was not synced may
 * be lost, may have arrived in part, in another order, or torn within. Each is opened by the real store. It must be
 * whole, hold everything that was acknowledged before that moment, and every wave that is open must have its key.
 *
 * power [images a moment; 0: all that can be counted] [every so manieth moment] [the first one]; prints one line of
 * figures and ends with 1 when an image is bad. POWER_LYING_DISK=1: a disk that syncs nothing, so that answers must get
 * lost: the attack can succeed. */
#include <dirent.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/random.h"
#include "collect/collect.h"
#include "collect/keys.h"
#include "instrument/loader.h"
#include "record.h"

enum { PEOPLE = 9, WAVES = 2, AFTER_REOPEN = 4, FEW = 6, MANY = 12 };

static char folder[] = "/dev/shm/readiness-power-XXXXXX", other[] = "/dev/shm/readiness-image-XXXXXX";

struct life { /* what was acknowledged, and when: the number of steps recorded by then */
    struct id wave;
    size_t opened, closed;
    uint8_t ballot[PEOPLE][32];
    size_t cast[PEOPLE];
    char text[PEOPLE][32];
};

static struct life lives[WAVES];

static void must(bool good, const char *what) {
    if (good)
        return;
    fprintf(stderr, "power: %s\n", what);
    exit(2);
}

static void note_cast(void *context, enum cast_outcome outcome) {
    *(enum cast_outcome *)context = outcome;
}

static void note_draft(void *context, enum result result) {
    *(int *)context = (int)result;
}

/* One person answers by the link, saving a draft on the way. */
static void answer(struct collect *c, struct store *store, struct life *life, int i, const char *token) {
    struct arena *arena = arena_new();
    struct sitting s;
    char secret[SITTING_SECRET_SIZE + 1];
    volatile int outcome = -1;
    must(collect_find(c, arena, token, &s) == RESULT_OK && s.state == SITTING_OPEN, "the link does not open");
    snprintf(life->text[i], sizeof life->text[i], "ledger %d of %p.", i, (void *)life);
    struct answers *answers = answers_new(arena, s.instrument);
    const char *json = arena_printf(arena, "{\"lead1\":4,\"skill1\":3,\"obstacle\":\"%s\"}", life->text[i]);
    must(answers_read_json(answers, str_of(json), arena), "the answers are not read");
    sitting_new_secret(secret);
    if (i % 3 == 0) {
        collect_save_draft(c, &s, secret, answers, 1, note_draft, (void *)&outcome);
        while (outcome < 0)
            usleep(100);
    }
    outcome = -1;
    memcpy(life->ballot[i], s.ticket.hash, 32); /* of a personal link it is the ballot's key */
    collect_cast(c, &s, answers, i % 3 == 0 ? secret : NULL, note_cast, (void *)&outcome);
    while (outcome < 0)
        usleep(100);
    must(outcome == CAST_STORED, "the answers are not stored");
    life->cast[i] = record_now();
    sitting_end(&s);
    arena_free(arena);
    (void)store;
}

static struct collect *begin(struct store **store, const char *in) {
    char url[256], keys[256];
    struct collect *c = NULL;
    snprintf(url, sizeof url, "sqlite:%s/r.db", in);
    snprintf(keys, sizeof keys, "%s/keys", in);
    *store = NULL;
    if (store_open(store, url, NULL) != RESULT_OK || collect_new(&c, *store, keys, NULL) != RESULT_OK)
        return NULL;
    return c;
}

static void end(struct store *store, struct collect *c) {
    collect_free(c);
    store_close(store);
}

/* A wave from its opening to its closing; in the middle the program is stopped and started again. */
static void live(struct life *life, const struct assessment *a, const struct instrument *instrument,
                 const char *label) {
    struct arena *arena = arena_new();
    struct store *store;
    struct collect *c = begin(&store, folder);
    struct wave wave;
    struct link *links;
    struct closing closing = {.ballots = 0};
    size_t n;
    must(c != NULL, "the database does not open");
    must(collect_open_wave(c, a, instrument, &(struct new_wave){.label = label, .open_links = OPEN_LINKS_NONE}, &wave,
                           arena, NULL) == RESULT_OK,
         "the wave does not open");
    life->wave = wave.id;
    life->opened = record_now();
    must(collect_links(c, &wave, arena, &links, &n, NULL) == RESULT_OK, "no links");
    int given = 0;
    for (size_t i = 0; i < n && given < PEOPLE; i++) {
        if (links[i].invitation.kind != INVITATION_PERSONAL)
            continue;
        answer(c, store, life, given++, links[i].token);
        if (given == AFTER_REOPEN) {
            end(store, c);
            c = begin(&store, folder);
            must(c != NULL, "the database does not open again");
        }
    }
    must(given == PEOPLE, "too few links");
    must(collect_close_wave(c, &wave, NULL, &closing, NULL) == RESULT_OK && closing.responses == PEOPLE, "not closed");
    life->closed = record_now();
    end(store, c);
    arena_free(arena);
}

static void play(void) {
    struct arena *arena = arena_new();
    const struct instrument *instrument;
    struct store *store;
    struct collect *c = begin(&store, folder);
    struct assessment a = {
        .id = id_new(), .name = "a", .title = "A", .instrument = "story", .min_group = 5, .min_comments = 10};
    struct organisation north = {"north", "North", "", "", -1};
    struct person people[PEOPLE];
    must(c != NULL, "the database does not open at first");
    must(instrument_load(&instrument, "tests/data/instruments/story.ini", NULL) == RESULT_OK, "no instrument");
    must(store_add_assessment(store, &a, NULL, 0) == RESULT_OK, "no assessment");
    must(store_put_organisations(store, a.id, &north, 1) == RESULT_OK, "no organisation");
    for (int i = 0; i < PEOPLE; i++)
        people[i] = (struct person){.id = id_new(),
                                    .email = arena_printf(arena, "p%d@north.example", i),
                                    .name = "",
                                    .organisation = "north",
                                    .unit = "",
                                    .language = ""};
    must(store_put_people(store, a.id, people, PEOPLE) == RESULT_OK, "no people");
    end(store, c);
    live(&lives[0], &a, instrument, "First");
    live(&lives[1], &a, instrument, "Second");
    instrument_release(instrument);
    arena_free(arena);
}

/* One number from the image, read without the store; -1 when it cannot be read. */
static int number(sqlite3 *db, const char *sql, const void *blob, int n, const char *text) {
    sqlite3_stmt *q;
    int found = -1;
    if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) != SQLITE_OK)
        return -1;
    if (blob)
        sqlite3_bind_blob(q, 1, blob, n, SQLITE_STATIC);
    if (text)
        sqlite3_bind_text(q, 2, text, -1, SQLITE_STATIC);
    int code = sqlite3_step(q);
    found = code == SQLITE_ROW ? sqlite3_column_int(q, 0) : code == SQLITE_DONE ? -2 : -1;
    sqlite3_finalize(q);
    return found;
}

static bool is_whole(sqlite3 *db) {
    sqlite3_stmt *q;
    bool whole = sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &q, NULL) == SQLITE_OK &&
                 sqlite3_step(q) == SQLITE_ROW && strcmp((const char *)sqlite3_column_text(q, 0), "ok") == 0;
    sqlite3_finalize(q);
    return whole && number(db, "SELECT count(*) FROM pragma_foreign_key_check", NULL, 0, NULL) == 0;
}

/* The wave's key on the disk fits the wave in the database. */
static bool has_key(sqlite3 *db, struct id wave, const char *in) {
    char keys[256];
    struct wave_key key;
    sqlite3_stmt *q;
    snprintf(keys, sizeof keys, "%s/keys", in);
    bool good = key_read(keys, wave, &key, NULL) == RESULT_OK &&
                sqlite3_prepare_v2(db, "SELECT public_key FROM wave WHERE id = ?", -1, &q, NULL) == SQLITE_OK;
    if (!good)
        return false;
    sqlite3_bind_blob(q, 1, wave.bytes, 16, SQLITE_STATIC);
    good = sqlite3_step(q) == SQLITE_ROW && memcmp(sqlite3_column_blob(q, 0), key.public_key, 32) == 0;
    sqlite3_finalize(q);
    return good;
}

/* What is wrong with one wave after the power came back; NULL when all is well. */
static const char *check_wave(sqlite3 *db, const struct life *life, size_t steps, const char *in) {
    const int state = number(db, "SELECT state FROM wave WHERE id = ?", life->wave.bytes, 16, NULL);
    if (state == -1)
        return "the wave cannot be read";
    if (state == -2)
        return life->opened && life->opened <= steps ? "an opened wave is gone" : NULL;
    if (state == WAVE_OPEN && !has_key(db, life->wave, in))
        return "an open wave without its key";
    if (state == WAVE_OPEN && life->closed && life->closed <= steps)
        return "a closed wave is open again";
    for (int i = 0; i < PEOPLE; i++) {
        int there;
        if (state == WAVE_OPEN)
            there = number(db, "SELECT count(*) FROM ballot WHERE key = ?", life->ballot[i], 32, NULL);
        else
            there = number(db, "SELECT count(*) FROM comment WHERE wave = ? AND text = ?", life->wave.bytes, 16,
                           life->text[i]);
        if (life->cast[i] && life->cast[i] <= steps && there != 1)
            return there > 1 ? "a doubled answer" : "an acknowledged answer is lost";
        if (there > 1)
            return "a doubled answer";
    }
    if (state == WAVE_OPEN && number(db,
                                     "SELECT (SELECT count(*) FROM ballot WHERE wave = ?1) ="
                                     " (SELECT count(*) FROM ticket WHERE wave = ?1 AND state = 1)"
                                     " AND (SELECT count(*) FROM ballot WHERE wave = ?1) ="
                                     " (SELECT sum(answered) FROM invited WHERE wave = ?1)",
                                     life->wave.bytes, 16, NULL) != 1)
        return "tickets, ballots and counts differ";
    return NULL;
}

static const char *check(size_t steps, const char *in) {
    char path[256];
    struct store *store;
    sqlite3 *db = NULL;
    const char *wrong = NULL;
    struct collect *c = begin(&store, in); /* also finishes a closing that was cut short */
    if (!c)
        return "it does not open";
    snprintf(path, sizeof path, "%s/r.db", in);
    if (sqlite3_open(path, &db) != SQLITE_OK || !is_whole(db))
        wrong = "the database is damaged";
    for (int i = 0; !wrong && i < WAVES; i++)
        wrong = lives[i].opened || lives[i].wave.bytes[0] ? check_wave(db, &lives[i], steps, in) : NULL;
    sqlite3_close(db);
    end(store, c);
    return wrong;
}

static size_t tried, bad, opened_whole;

/* The folder, and the one of the keys in it. */
static void empty(const char *path) {
    char file[768];
    DIR *dir = opendir(path);
    for (const struct dirent *d; dir && (d = readdir(dir));) {
        snprintf(file, sizeof file, "%s/%s", path, d->d_name);
        if (d->d_name[0] != '.' && unlink(file) != 0)
            empty(file);
    }
    if (dir)
        closedir(dir);
}

static void try_image(struct image image) {
    empty(other);
    image_write(&image, other);
    const char *wrong = check(image.steps, other);
    tried++;
    opened_whole += !wrong;
    if (wrong && ++bad <= 20)
        fprintf(stderr, "after %zu steps, way %d, %llx: %s\n", image.steps, (int)image.way,
                (unsigned long long)image.mask, wrong);
}

/* The images of one moment. `most` 0: every subset where there are at most MANY changes, else all prefixes, all single
 * losses, all single arrivals, and 64 subsets and torn ones by chance. */
static void try_moment(size_t steps, size_t most, struct simulation_random *random) {
    const size_t pending = image_pending(steps);
    try_image((struct image){steps, IMAGE_NOTHING, 0});
    if (pending == 0)
        return;
    try_image((struct image){steps, IMAGE_ALL, 0});
    for (size_t i = 0; most && i < most; i++) {
        const uint64_t mask = simulation_next(random);
        const enum image_way way = i % 3 == 0 ? IMAGE_PREFIX : i % 3 == 1 ? IMAGE_SUBSET : IMAGE_TORN;
        try_image((struct image){steps, way, way == IMAGE_PREFIX ? mask % (pending + 1) : mask});
    }
    if (most)
        return;
    if (pending <= FEW) {
        for (uint64_t mask = 1; mask + 1 < UINT64_C(1) << pending; mask++)
            try_image((struct image){steps, IMAGE_SUBSET, mask});
    } else {
        for (size_t n = 1; n < pending; n++)
            try_image((struct image){steps, IMAGE_PREFIX, n});
        for (size_t n = 0; n < pending && n < 63; n++) {
            try_image((struct image){steps, IMAGE_SUBSET, UINT64_C(1) << n});
            try_image((struct image){steps, IMAGE_SUBSET, ~(UINT64_C(1) << n)});
        }
        for (int i = 0; i < MANY; i++)
            try_image((struct image){steps, IMAGE_SUBSET, simulation_next(random)});
    }
    for (int i = 0; i < MANY; i++)
        try_image((struct image){steps, IMAGE_TORN, simulation_next(random)});
}

int main(int argc, char **argv) {
    const size_t most = argc > 1 ? (size_t)strtoul(argv[1], NULL, 10) : 3;
    const size_t stride = argc > 2 ? (size_t)strtoul(argv[2], NULL, 10) : 1;
    const size_t part = argc > 3 ? (size_t)strtoul(argv[3], NULL, 10) : 0; /* of so many, by stride */
    struct simulation_random random;
    const struct step *steps;
    must(sodium_init() >= 0 && mkdtemp(folder) && mkdtemp(other), "no folder");
    simulation_seed(&random, 7 + part);
    record_begin(folder);
    play();
    record_end();
    const size_t n = record_steps(&steps);
    size_t syncs = 0, names = 0, moments = 0;
    const time_t begun = time(NULL);
    for (size_t i = 0; i < n; i++) {
        syncs += steps[i].kind == STEP_SYNC || steps[i].kind == STEP_SYNC_FOLDER;
        names += steps[i].kind == STEP_CREATE || steps[i].kind == STEP_RENAME || steps[i].kind == STEP_REMOVE;
    }
    for (size_t i = part % stride; i <= n; i += stride, moments++)
        try_moment(i, most, &random);
    printf("%zu steps recorded (%zu syncs, %zu names), %zu moments, %zu images, %zu whole with everything "
           "acknowledged, %zu bad, %ld s\n",
           n, syncs, names, moments, tried, opened_whole, bad, (long)(time(NULL) - begun));
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s %s", folder, other);
    (void)!system(command);
    return bad ? 1 : 0;
}
