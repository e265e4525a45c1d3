/* The doctor on what is kept: the database, its disk, copies, keys, and work that waits. */
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "cli/doctor.h"
#include "collect/safekeeping.h"
#include "store/accounts.h"
#include "store/mailings.h"

enum { BACKUP_DAYS = 2, DAY = 86400 };

static const char *number(const struct doctor *d, size_t n) {
    return arena_printf(d->cli->arena, "%zu", n);
}

/* "12.3 MB", "4.5 GB". */
static const char *size_text(const struct doctor *d, int64_t bytes) {
    const struct cli *cli = d->cli;
    const double x = (double)bytes;
    if (x < 1e9)
        return texts_fill(cli->texts, cli->arena, cli->language, "doctor.megabytes", "n",
                          texts_number(cli->arena, cli->language, x / 1e6, 1), NULL);
    return texts_fill(cli->texts, cli->arena, cli->language, "doctor.gigabytes", "n",
                      texts_number(cli->arena, cli->language, x / 1e9, 1), NULL);
}

/* Removing residue and updating write the database anew, so there must be room for another one, and a copy. */
static void look_at_disk(struct doctor *d, const struct store_condition *c) {
    const char *room = c->free_bytes < 0 ? "?" : size_text(d, c->free_bytes);
    if (c->free_bytes >= 0 && c->free_bytes < FREE_LITTLE)
        TELL(d, HEALTH_WRONG, "disk_full", "free", room);
    else if (c->free_bytes >= 0 && c->free_bytes < 3 * c->bytes)
        TELL(d, HEALTH_ATTENTION, "disk_low", "free", room);
    else
        TELL(d, HEALTH_OK, "disk", "free", room);
}

static void look_at_promises(struct doctor *d, const struct store_condition *c) {
    if (c->overwrites)
        TELL(d, HEALTH_OK, "overwrites", "engine", c->engine);
    else
        TELL(d, HEALTH_WRONG, "overwrites_not", "engine", c->engine);
    if (c->waits_for_disk && c->journal)
        TELL(d, HEALTH_OK, "durable");
    else
        TELL(d, HEALTH_WRONG, "durable_not");
}

/* Of a database server: its files, journals and copies are its administrator's. */
static void look_at_server(struct doctor *d, const struct store_condition *c) {
    TELL(d, HEALTH_OK, "server", "engine", c->engine);
    if (c->waits_for_disk)
        TELL(d, HEALTH_OK, "server_durable");
    else
        TELL(d, HEALTH_WRONG, "server_durable_not");
    for (size_t i = 0; i < c->n_advice; i++) {
        const char *code = arena_printf(d->cli->arena, "server_%s", c->advice[i].code);
        doctor_add(d, c->advice[i].grave ? HEALTH_WRONG : HEALTH_ATTENTION, code,
                   texts_get(d->cli->texts, d->cli->language, arena_printf(d->cli->arena, "doctor.%s", code)));
    }
}

static void look_at_copies(struct doctor *d) {
    struct kept_copy *copies;
    size_t n;
    if (store_list_copies(d->cli->store, d->cli->arena, &copies, &n) != RESULT_OK)
        return;
    for (size_t i = 0; i < n; i++) {
        const char *until = arena_string(d->cli->arena, clock_add_days(copies[i].made, COPY_DAYS).text);
        if (copies[i].replaced)
            TELL(d, HEALTH_ATTENTION, "copy_aside", "file", copies[i].path, "day", copies[i].made.text, "until", until);
        else
            TELL(d, HEALTH_OK, "copy_update", "file", copies[i].path, "day", copies[i].made.text, "until", until);
    }
}

static void look_at_backups(struct doctor *d) {
    struct audit a;
    const enum result result = store_find_audit(d->cli->store, d->cli->arena, "backup_made", "", &a);
    if (result == RESULT_INPUT) {
        TELL(d, HEALTH_ATTENTION, "backup_never");
    } else if (result == RESULT_OK) {
        const char *day = arena_string(d->cli->arena, clock_day(a.time).text);
        const int64_t age = (clock_now() - a.time) / DAY;
        if (age > BACKUP_DAYS)
            TELL(d, HEALTH_ATTENTION, "backup_old", "day", day, "n", arena_printf(d->cli->arena, "%d", (int)age));
        else
            TELL(d, HEALTH_OK, "backup", "day", day);
    }
}

static void look_at_keys(struct doctor *d) {
    struct findings *own = findings_new();
    const char *keys = d->cli->settings->keys;
    struct keys_found found;
    const bool all = cli_check_keys(keys, &d->kept, NULL, &found, own) == RESULT_OK;
    if (all && found.good)
        TELL(d, HEALTH_OK, "keys", "n", number(d, found.good));
    if (found.locked)
        TELL(d, HEALTH_OK, "keys_locked", "n", number(d, found.locked));
    if (!d->kept.n_open)
        TELL(d, HEALTH_OK, "keys_none");
    doctor_add_findings(d, HEALTH_WRONG, own);
    findings_free(own);
}

/* Whoever copies the database's folder must not have the keys too. */
static void look_at_place_of_keys(struct doctor *d) {
    if (file_is_inside(d->cli->settings->keys, store_folder(d->cli->store)))
        TELL(d, HEALTH_ATTENTION, "keys_inside", "folder", cli_full_path(d->cli, store_folder(d->cli->store)));
}

/* What waits for somebody: mailings, waves that should have been closed, residue that is still there. */
static void look_at_work(struct doctor *d, size_t engines) {
    struct cli *cli = d->cli;
    struct wave *waves;
    struct mailing *mailings;
    size_t n = 0, running = 0, past = 0;
    if (store_list_waves_in(cli->store, cli->arena, WAVE_EMPTIED, &waves, &n) == RESULT_OK && n)
        TELL(d, HEALTH_ATTENTION, "cleaning", "n", number(d, n));
    if (store_list_waves_in(cli->store, cli->arena, WAVE_OPEN, &waves, &n) == RESULT_OK)
        for (size_t i = 0; i < n; i++)
            past +=
                waves[i].until[0] && strcmp(waves[i].until, clock_local_day(clock_now(), waves[i].timezone).text) < 0;
    if (past)
        TELL(d, HEALTH_ATTENTION, "waves_past", "n", number(d, past));
    if (store_list_mailings_in(cli->store, cli->arena, MAILING_RUNNING, &mailings, &running) != RESULT_OK)
        running = 0;
    if (store_list_mailings_in(cli->store, cli->arena, MAILING_PAUSED, &mailings, &n) == RESULT_OK && n)
        TELL(d, HEALTH_ATTENTION, "mailings_paused", "n", number(d, n));
    if (running && !cli->mailer && !engines)
        TELL(d, HEALTH_ATTENTION, "mailings_wait", "n", number(d, running));
    else
        TELL(d, HEALTH_OK, "mailings", "n", number(d, running));
}

static void look_at_contents(struct doctor *d) {
    struct findings *own = findings_new();
    const enum result result = store_check(d->cli->store, d->cli->arena, &d->kept, own);
    if (result == RESULT_OK)
        TELL(d, HEALTH_OK, "contents", "assessments", number(d, d->kept.assessments), "waves", number(d, d->kept.waves),
             "open", number(d, d->kept.n_open));
    else if (findings_total(own) == 0)
        TELL(d, HEALTH_WRONG, "unreadable");
    doctor_add_findings(d, HEALTH_WRONG, own);
    findings_free(own);
}

void doctor_look_at_data(struct doctor *d) {
    struct cli *cli = d->cli;
    struct store_condition c;
    if (!cli->store) {
        if (!store_exists(cli->settings->db))
            TELL(d, HEALTH_ATTENTION, "no_database", "db", store_address(cli->arena, cli->settings->db));
        return;
    }
    const size_t engines = doctor_look_at_engines(d);
    if (cli->client >= 0)
        TELL(d, HEALTH_OK, "served");
    else if (!engines)
        TELL(d, HEALTH_OK, "not_served");
    if (store_describe(cli->store, cli->arena, &c) != RESULT_OK) {
        TELL(d, HEALTH_WRONG, "unreadable");
        return;
    }
    TELL(d, HEALTH_OK, "database", "file", c.path ? cli_full_path(cli, c.path) : c.name, "size", size_text(d, c.bytes),
         "version", arena_printf(cli->arena, "%d", c.version));
    look_at_contents(d);
    if (c.path) {
        look_at_disk(d, &c);
        look_at_promises(d, &c);
    } else {
        look_at_server(d, &c);
    }
    look_at_keys(d);
    if (c.path) /* else its folder holds no answers */
        look_at_place_of_keys(d);
    look_at_backups(d);
    look_at_copies(d);
    look_at_work(d, engines);
}
