/* wave open, close, extend, list, recovery-sheet, recover, lock. */
#include <string.h>

#include "aggregate/results.h"
#include "base/file.h"
#include "cli/cli.h"
#include "collect/plan.h"
#include "instrument/library.h"
#include "mail/hooks.h"
#include "store/accounts.h"
#include "store/counts.h"

enum { SHEET_MAX = 64 << 10 };

static enum result open_links_option(struct cli *cli, enum open_links *out) {
    static const char *const names[] = {"where-no-people", "all", "none"};
    const char *given = cli_option(cli, "open-links");
    *out = OPEN_LINKS_WHERE_NO_PEOPLE;
    for (int i = 0; given && i < 3; i++)
        if (strcmp(given, names[i]) == 0) {
            *out = (enum open_links)i;
            return RESULT_OK;
        }
    return given ? cli_refuse(cli, "open_links_unknown", "value", given) : RESULT_OK;
}

enum result run_wave_open(struct cli *cli) {
    struct assessment a;
    struct wave wave;
    struct new_wave request = {
        .label = cli_option(cli, "label"), .until = cli_option(cli, "until"), .timezone = cli_option(cli, "timezone")};
    const struct instrument *instrument = NULL;
    enum result result = cli_assessment(cli, cli->arguments[0], &a);
    if (result != RESULT_OK)
        return result;
    result = open_links_option(cli, &request.open_links);
    enum result loaded = library_load(NULL, &instrument, a.instrument, LIBRARY_PIN, cli->findings);
    if (result == RESULT_OK && loaded == RESULT_OK)
        result = collect_open_wave(cli->collect, &a, instrument, &request, &wave, cli->arena, cli->findings);
    instrument_release(instrument);
    if (loaded != RESULT_OK)
        return loaded;
    if (result == RESULT_OK) {
        cli_audit(cli, "wave_opened", a.name, wave.label);
        cli_say(cli, "said.wave_opened", "label", wave.label, "name", a.name);
    }
    return result == RESULT_MACHINE ? cli_trouble(cli) : result;
}

static enum result make_results(struct cli *cli, const struct assessment *a, struct id id) {
    struct wave wave;
    struct results *results;
    if (store_get_wave(cli->store, cli->arena, id, &wave) != RESULT_OK)
        return cli_trouble(cli);
    enum result result = results_open(&results, cli->store, a, &wave, cli->findings);
    if (result == RESULT_OK)
        results_close(results);
    return result;
}

/* The open wave that is meant, and the sheet in this file; NULL where none is named. */
static enum result find_wave_and_sheet(struct cli *cli, const char *path, struct assessment *a, struct wave *wave,
                                       const char **out) {
    struct str sheet = {NULL, 0};
    enum result result = cli_assessment(cli, cli->arguments[0], a);
    if (result == RESULT_OK)
        result = cli_wave(cli, a, WAVE_OPEN, wave);
    if (result == RESULT_OK && path)
        result = file_read(&sheet, cli->arena, cli_path(cli, path), SHEET_MAX, cli->findings);
    *out = sheet.p;
    return result;
}

enum result run_wave_close(struct cli *cli) {
    struct assessment a;
    struct wave wave;
    struct closing closing = {0};
    const char *sheet;
    enum result result = find_wave_and_sheet(cli, cli_option(cli, "sheet"), &a, &wave, &sheet);
    if (result != RESULT_OK)
        return result;
    if (!cli_confirmed(cli, "said.wave_close_confirm", wave.label)) /* irreversible */
        return cli_refuse(cli, "not_confirmed", "value", wave.label);
    result = collect_close_wave(cli->collect, &wave, sheet, &closing, cli->findings);
    if (result != RESULT_OK)
        return result == RESULT_MACHINE ? cli_trouble(cli) : result;
    cli_audit(cli, "wave_closed", a.name, wave.label);
    hooks_tell_closed(cli->store, &a, &wave);
    cli_say(cli, "said.wave_closed", "label", wave.label, "ballots", arena_printf(cli->arena, "%zu", closing.ballots),
            "responses", arena_printf(cli->arena, "%zu", closing.responses));
    if (closing.destroyed)
        cli_say(cli, "said.wave_destroyed", "n", arena_printf(cli->arena, "%zu", closing.destroyed), "k",
                arena_printf(cli->arena, "%d", wave.min_group));
    struct audit copied; /* also said when it cannot be found out */
    if (store_find_audit(cli->store, cli->arena, "keys_copied", "", &copied) != RESULT_INPUT ||
        store_find_audit(cli->store, cli->arena, "recovery_sheet_shown",
                         arena_printf(cli->arena, "%s/%s", a.name, wave.label), &copied) != RESULT_INPUT)
        cli_say(cli, "said.wave_destroy_copies", "label", wave.label);
    /* the published groups are decided now, once; while residue is still being removed, by the first report */
    return closing.cleaning ? RESULT_OK : make_results(cli, &a, wave.id);
}

enum result run_wave_extend(struct cli *cli) {
    struct assessment a;
    struct wave wave;
    const char *until = cli_option(cli, "until");
    enum result result = cli_assessment(cli, cli->arguments[0], &a);
    if (result == RESULT_OK)
        result = cli_wave(cli, &a, WAVE_OPEN, &wave);
    if (result != RESULT_OK)
        return result;
    if (plan_check_until(until, wave.timezone))
        return cli_refuse(cli, plan_check_until(until, wave.timezone), "value", until);
    if (store_extend_wave(cli->store, wave.id, until) != RESULT_OK)
        return cli_trouble(cli);
    cli_audit(cli, "wave_extended", a.name, wave.label);
    cli_say(cli, "said.wave_extended", "label", wave.label, "until", until);
    return RESULT_OK;
}

/* Empty where it is not told (store/counts.h) or nobody knows, as in every table for other programs. */
static const char *told(struct cli *cli, int n) {
    return n < 0 ? "" : arena_printf(cli->arena, "%d", n);
}

enum result run_wave_list(struct cli *cli) {
    static const char *const header[] = {"wave",     "state",  "opened",  "until",
                                         "timezone", "closed", "invited", "answered"};
    static const char *const states[] = {"open", "emptied", "closed"};
    struct assessment a;
    struct wave *waves;
    size_t n;
    enum result result = cli_assessment(cli, cli->arguments[0], &a);
    if (result != RESULT_OK)
        return result;
    if (store_list_waves(cli->store, cli->arena, a.id, &waves, &n) != RESULT_OK)
        return cli_trouble(cli);
    const char *const **rows = arena_array(cli->arena, n + 1, sizeof *rows);
    for (size_t i = 0; i < n; i++) {
        struct wave_counts counts;
        bool destroyed;
        if (store_count_answers(cli->store, cli->arena, &waves[i], &counts) != RESULT_OK ||
            store_is_destroyed(cli->store, &waves[i], &destroyed) != RESULT_OK)
            return cli_trouble(cli);
        const char **row = arena_array(cli->arena, 8, sizeof *row);
        row[0] = waves[i].label;
        row[1] = destroyed ? "destroyed" : states[waves[i].state];
        row[2] = waves[i].opened;
        row[3] = waves[i].until;
        row[4] = waves[i].timezone;
        row[5] = waves[i].closed;
        row[6] = told(cli, counts.invited);
        row[7] = told(cli, counts.answered);
        rows[i] = row;
    }
    cli_table(cli, header, 8, rows, n);
    return RESULT_OK;
}

enum result run_wave_recovery_sheet(struct cli *cli) {
    struct assessment a;
    struct wave wave;
    const char *sheet;
    enum result result = cli_assessment(cli, cli->arguments[0], &a);
    if (result == RESULT_OK)
        result = cli_wave(cli, &a, WAVE_OPEN, &wave);
    if (result == RESULT_OK)
        result = collect_recovery_sheet(cli->collect, &wave, cli->arena, &sheet, cli->findings);
    if (result != RESULT_OK)
        return result;
    cli_audit(cli, "recovery_sheet_shown", a.name, wave.label);
    cli_say(cli, "said.wave_recovery_sheet", "label", wave.label, "name", a.name);
    fprintf(cli->out, "\n%s\n", sheet);
    return RESULT_OK;
}

enum result run_wave_recover(struct cli *cli) {
    struct assessment a;
    struct wave wave;
    const char *sheet;
    enum result result = find_wave_and_sheet(cli, cli->arguments[1], &a, &wave, &sheet);
    if (result == RESULT_OK)
        result = collect_recover(cli->collect, &wave, sheet, cli->findings);
    if (result == RESULT_OK) {
        cli_audit(cli, "key_recovered", a.name, wave.label);
        cli_say(cli, "said.wave_recovered", "label", wave.label);
    }
    return result;
}

enum result run_wave_lock(struct cli *cli) {
    struct assessment a;
    struct wave wave;
    const char *sheet;
    enum result result = find_wave_and_sheet(cli, cli->arguments[1], &a, &wave, &sheet);
    if (result == RESULT_OK)
        result = collect_lock_wave(cli->collect, &wave, sheet, cli->findings);
    if (result == RESULT_OK) {
        cli_audit(cli, "wave_locked", a.name, wave.label);
        cli_say(cli, "said.wave_locked", "label", wave.label, "name", a.name);
    }
    return result;
}
