/* verify: is the database, or a backup, whole, and can its answers be opened when the time comes? */
#include <string.h>

#include "base/json.h"
#include "cli/care.h"
#include "collect/safekeeping.h"

enum result cli_check_keys(const char *keys, const struct kept *kept, const char *missing_code,
                           struct keys_found *found, struct findings *findings) {
    enum result all = RESULT_OK;
    *found = (struct keys_found){0};
    for (size_t i = 0; i < kept->n_open; i++) {
        struct findings *own = findings_new();
        const struct kept_wave *w = &kept->open[i];
        bool locked = false;
        const enum result result = collect_check_key(keys, w, &locked, own);
        if (result == RESULT_OK) {
            found->good += !locked;
            found->locked += locked;
        } else if (missing_code && findings_have(own, "key_not_there", 0)) {
            finding_add(findings, SEVERITY_WARNING, (struct place){keys, 0, 0}, missing_code, "name", w->assessment,
                        "label", w->label, NULL);
        } else {
            findings_add_all(findings, own);
            all = result;
        }
        findings_free(own);
    }
    return all;
}

static const char *number(struct cli *cli, size_t n) {
    return arena_printf(cli->arena, "%zu", n);
}

static void write_json(struct cli *cli, const char *what, const struct kept *k, const struct keys_found *keys,
                       bool good, const struct findings *findings) {
    struct buf b = BUF_INIT;
    struct json_writer w = {.out = &b};
    json_open(&w, '{');
    json_key(&w, "file");
    json_text(&w, what);
    json_key(&w, "good");
    json_bool(&w, good);
    const struct {
        const char *name;
        size_t n;
    } counts[] = {{"version", (size_t)k->version}, {"assessments", k->assessments},
                  {"people", k->people},           {"waves", k->waves},
                  {"open_waves", k->n_open},       {"keys_good", keys->good},
                  {"keys_locked", keys->locked}};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        json_key(&w, counts[i].name);
        json_number(&w, (double)counts[i].n);
    }
    json_key(&w, "last_day");
    json_text(&w, k->day);
    fprintf(cli->out, "%s,\"findings\":", b.p);
    fflush(cli->out);
    findings_write_json(findings, cli->texts, cli->language, cli->out);
    fprintf(cli->out, "}\n");
    buf_free(&b);
}

void cli_say_keys(struct cli *cli, const struct kept *kept, const struct keys_found *found) {
    cli_say(cli, "said.verify_keys", "n", number(cli, kept->n_open), "good", number(cli, found->good));
    if (found->locked)
        cli_say(cli, "said.verify_keys_locked", "n", number(cli, found->locked));
}

static void tell(struct cli *cli, const char *what, const struct kept *k, const struct keys_found *keys) {
    cli_say(cli, "said.verify_holds", "file", what, "version", arena_printf(cli->arena, "%d", k->version), "day",
            k->day[0] ? k->day : "-", "assessments", number(cli, k->assessments), "waves", number(cli, k->waves),
            "people", number(cli, k->people));
    if (k->version < k->newest)
        cli_say(cli, "said.verify_older", "version", arena_printf(cli->arena, "%d", k->newest));
    cli_say_keys(cli, k, keys);
}

/* Every wave is pinned to a text; can it be read, and is it the one? */
static enum result check_instruments(struct cli *cli, struct findings *findings) {
    struct assessment *list;
    struct wave *waves;
    size_t n, n_waves;
    enum result all = RESULT_OK;
    if (store_list_assessments(cli->store, cli->arena, &list, &n) != RESULT_OK)
        return RESULT_MACHINE;
    for (size_t i = 0; i < n; i++) {
        if (store_list_waves(cli->store, cli->arena, list[i].id, &waves, &n_waves) != RESULT_OK)
            return RESULT_MACHINE;
        for (size_t j = 0; j < n_waves; j++) {
            const struct instrument *instrument = collect_instrument(cli->collect, &waves[j]);
            if (!instrument || memcmp(instrument->hash, waves[j].instrument_hash, sizeof instrument->hash) != 0) {
                finding_add(findings, SEVERITY_ERROR, (struct place){NULL, 0, 0}, "check_instrument_changed", "name",
                            list[i].name, "label", waves[j].label, NULL);
                all = RESULT_INPUT;
            }
            instrument_release(instrument);
        }
    }
    return all;
}

enum result run_verify(struct cli *cli) {
    const char *given = cli_option(cli, "keys");
    const char *keys = given ? cli_path(cli, given) : cli->settings->keys;
    const char *file = cli->n_arguments ? cli_path(cli, cli->arguments[0]) : NULL;
    const char *what = file ? file : store_address(cli->arena, cli->settings->db);
    struct kept kept = {.day = ""};
    struct keys_found keys_found = {0};
    if (!file && !cli->store) {
        if (findings_total(cli->findings) == 0)
            return cli_refuse(cli, "store_missing", "value", what);
        return findings_have(cli->findings, "store_not_opened", 0) ? RESULT_MACHINE : RESULT_INPUT;
    }
    struct findings *own = findings_new();
    enum result result =
        file ? store_check_copy(file, cli->arena, &kept, own) : store_check(cli->store, cli->arena, &kept, own);
    const enum result opened =
        cli_check_keys(keys, &kept, file && !given ? "copy_key_not_there" : NULL, &keys_found, own);
    if (result == RESULT_OK)
        result = opened;
    if (result == RESULT_OK && !file)
        result = check_instruments(cli, own);
    if (cli_format_is(cli, "json")) {
        write_json(cli, what, &kept, &keys_found, result == RESULT_OK, own);
    } else {
        findings_add_all(cli->findings, own);
        if (kept.version)
            tell(cli, what, &kept, &keys_found);
        cli_say(cli, result == RESULT_OK ? "said.verify_good" : "said.verify_bad", "file", what);
    }
    findings_free(own);
    return result == RESULT_MACHINE ? cli_trouble(cli) : result;
}
