/* readiness check FILE...: all findings of instrument files; exit 1 when one is an error. With --against ASSESSMENT
 * also what each file would mean beside the assessment's newest wave: that is information, and no mistake. */
#include <stdlib.h>
#include <string.h>

#include "base/ini.h"
#include "base/json.h"
#include "base/nearest.h"
#include "cli/cli.h"
#include "cli/explain.h"
#include "instrument/compare.h"
#include "instrument/loader.h"

/* What the files are set against, and what was said of it as JSON. */
struct against {
    const struct instrument *was; /* a reference; NULL without --against */
    struct assessment assessment;
    const char *wave; /* its label; NULL when the assessment has none yet, and its file is taken */
    bool is_open;     /* people are answering */
    struct buf json;
    struct json_writer writer;
};

static enum result load_pinned(struct cli *cli, struct against *against, const struct wave *wave) {
    struct wave_file *files;
    size_t n;
    if (store_list_wave_files(cli->store, cli->arena, wave->id, &files, &n) != RESULT_OK)
        return cli_trouble(cli);
    struct instrument_file *list = arena_array(cli->arena, n + 1, sizeof *list);
    for (size_t i = 0; i < n; i++)
        list[i] = (struct instrument_file){files[i].language, files[i].text};
    against->wave = wave->label[0] ? wave->label : arena_printf(cli->arena, "%d", wave->number);
    against->is_open = wave->state == WAVE_OPEN;
    struct findings *findings = findings_new(); /* of a text that was good when the wave began */
    enum result result = instrument_parse(&against->was, against->wave, list, n, findings);
    findings_free(findings);
    return result == RESULT_OK ? RESULT_OK : cli_trouble(cli);
}

static enum result load_against(struct cli *cli, struct against *against) {
    struct wave *waves;
    size_t n;
    enum result result = cli_assessment(cli, cli_option(cli, "against"), &against->assessment);
    if (result != RESULT_OK)
        return result;
    if (store_list_waves(cli->store, cli->arena, against->assessment.id, &waves, &n) != RESULT_OK)
        return cli_trouble(cli);
    return n > 0 ? load_pinned(cli, against, &waves[n - 1])
                 : instrument_load(&against->was, against->assessment.instrument, cli->findings);
}

static const char *const change_names[] = {"none", "wording", "additive", "breaking"};

static const char *about_change(struct cli *cli, const char *key, enum change change) {
    return texts_get(cli->texts, cli->language, arena_printf(cli->arena, "%s_%s", key, change_names[change]));
}

static const char *in_words(struct cli *cli, const struct difference *d) {
    return texts_fill(cli->texts, cli->arena, cli->language, arena_printf(cli->arena, "work.see_diff_%s", d->code),
                      "subject", d->subject, "was", d->was, "is", d->is, NULL);
}

static void say_comparison(struct cli *cli, const struct against *against, const struct comparison *c) {
    cli_say(cli, against->wave ? "said.check_against_wave" : "said.check_against_file", "name",
            against->assessment.name, "wave", against->wave ? against->wave : "", "instrument",
            against->assessment.instrument, "change", about_change(cli, "said.check_change", c->change), "means",
            about_change(cli, "work.see_means", c->change));
    for (size_t i = 0; i < c->n; i++)
        fprintf(cli->out, "    %s %s\n", about_change(cli, "work.see_change", c->list[i].change),
                in_words(cli, &c->list[i]));
    if (against->is_open && c->n > 0)
        cli_say(cli, comparison_is_words_only(c) ? "said.check_may_adopt" : "said.check_not_adopt", "wave",
                against->wave, "name", against->assessment.name);
}

static void write_pair(struct json_writer *w, const char *key, const char *text) {
    json_key(w, key);
    json_text(w, text);
}

static void write_comparison(struct cli *cli, struct against *against, const char *file, const struct comparison *c) {
    struct json_writer *w = &against->writer;
    json_open(w, '{');
    write_pair(w, "file", file);
    write_pair(w, "assessment", against->assessment.name);
    write_pair(w, "wave", against->wave);
    write_pair(w, "change", change_names[c->change]);
    json_key(w, "adoptable"); /* by the wave, while people are answering */
    json_bool(w, against->is_open && comparison_is_words_only(c));
    json_key(w, "differences");
    json_open(w, '[');
    for (size_t i = 0; i < c->n; i++) {
        const struct difference *d = &c->list[i];
        json_open(w, '{');
        write_pair(w, "change", change_names[d->change]);
        write_pair(w, "code", d->code);
        write_pair(w, "subject", d->subject);
        write_pair(w, "was", d->was);
        write_pair(w, "is", d->is);
        write_pair(w, "message", in_words(cli, d));
        json_close(w, '}');
    }
    json_close(w, ']');
    json_close(w, '}');
}

static void say_good(struct cli *cli, const char *file, const struct instrument *instrument, size_t warnings) {
    cli_say(cli, warnings ? "said.check_usable" : "said.check_good", "file", file, "warnings",
            arena_printf(cli->arena, "%zu", warnings), "constructs",
            arena_printf(cli->arena, "%zu", instrument->n_constructs), "items",
            arena_printf(cli->arena, "%zu", instrument->n_items), "questions",
            arena_printf(cli->arena, "%zu", instrument->n_questions));
    for (size_t l = 1; l < instrument->n_languages; l++)
        cli_say(cli, "said.check_coverage", "language", instrument->languages[l], "percent",
                arena_printf(cli->arena, "%.0f", 100 * instrument_coverage(instrument, l)));
}

/* Strategies that stand in no list: whoever reads the report would not be offered them. */
static void check_strategies(struct cli *cli, const struct instrument *instrument, const char *path) {
    const struct strategies *strategies = cli_strategies(cli);
    const char *const *codes;
    const size_t n = strategies_codes(strategies, &codes);
    struct ini *ini = NULL;
    (void)!ini_parse(&ini, cli->arena, path, instrument->files[0].text, NULL); /* was good: only for its lines */
    for (size_t c = 0; ini && c < instrument->n_constructs; c++) {
        const struct construct *construct = &instrument->constructs[c];
        const struct ini_key *key =
            ini_find(ini, arena_printf(cli->arena, "construct.%s", construct->name), "strategies");
        for (size_t i = 0; i < construct->n_strategies; i++) {
            if (strategies_find(strategies, cli->arena, construct->strategies[i], cli->language))
                continue;
            const char *near = nearest_name(construct->strategies[i], codes, n);
            finding_add(cli->findings, SEVERITY_WARNING, (struct place){path, key ? key->line : 0, 0},
                        near ? "strategies.not_listed.meant" : "strategies.not_listed", "construct", construct->name,
                        "strategy", construct->strategies[i], "meant", near ? near : "", NULL);
        }
    }
}

static enum result check_file(struct cli *cli, struct against *against, const char *path, const char *file) {
    const struct instrument *instrument = NULL;
    const size_t before = findings_count(cli->findings, SEVERITY_WARNING);
    enum result result = instrument_load(&instrument, path, cli->findings);
    if (result != RESULT_OK)
        return result;
    check_strategies(cli, instrument, path);
    const size_t n = strlen(path);
    if (n < 4 || strcmp(path + n - 4, ".ini") != 0) /* an editor has given it an ending of its own, such as .txt */
        finding_add(cli->findings, SEVERITY_WARNING, (struct place){path, 0, 0}, "file_ending", NULL);
    bool text = cli_format_is(cli, "text");
    if (text)
        say_good(cli, file, instrument, findings_count(cli->findings, SEVERITY_WARNING) - before);
    if (against->was) {
        const struct comparison c = instrument_compare(cli->arena, against->was, instrument);
        if (text)
            say_comparison(cli, against, &c);
        else
            write_comparison(cli, against, file, &c);
    }
    instrument_release(instrument);
    return RESULT_OK;
}

/* Of a translation NAME.fr.ini the NAME.ini, with which it is checked; any other path as it is. */
static const char *original_of(struct cli *cli, const char *path) {
    size_t n = strlen(path);
    if (!instrument_is_translation(path))
        return path;
    for (n -= strlen(".ini"); path[n - 1] != '.';)
        n--;
    return arena_printf(cli->arena, "%.*sini", (int)n, path);
}

static enum result check_files(struct cli *cli, struct against *against) {
    const char *seen[ARGUMENTS_MAX];
    size_t n_seen = 0;
    enum result result = RESULT_OK;
    for (size_t i = 0; i < cli->n_arguments; i++) {
        const char *given = cli_instrument_path(cli, cli->arguments[i]), *path = original_of(cli, given);
        char *whole = realpath(path, NULL);
        const char *place = arena_string(cli->arena, whole ? whole : path);
        free(whole);
        bool again = false;
        for (size_t k = 0; k < n_seen; k++)
            again = again || strcmp(seen[k], place) == 0;
        if (again)
            continue;
        seen[n_seen++] = place;
        enum result one = check_file(cli, against, path, path == given ? cli->arguments[i] : path);
        result = one == RESULT_OK ? result : one;
    }
    return result;
}

/* A terms file by itself. The one that is in use has been read before, and its mistakes said. */
static enum result check_terms(struct cli *cli, const char *file) {
    struct texts *texts = NULL;
    enum result result = texts_load_with(&texts, NULL, cli_path(cli, file), cli->findings);
    texts_free(texts);
    findings_sort(cli->findings);
    if (cli_format_is(cli, "json"))
        findings_write_json(cli->findings, cli->texts, cli->language, cli->out);
    else
        findings_write_coded(cli->findings, cli->texts, cli->language, cli->err);
    if (result == RESULT_OK && cli_format_is(cli, "text"))
        cli_say(cli, "said.check_terms_good", "file", file);
    return result;
}

enum result run_check(struct cli *cli) {
    if (cli_option(cli, "explain"))
        return explain_finding(cli, cli_option(cli, "explain"));
    if (cli_option(cli, "terms"))
        return check_terms(cli, cli_option(cli, "terms"));
    if (cli->n_arguments == 0) {
        fprintf(cli->err, "%s\n", texts_get(cli->texts, cli->language, "said.check_nothing"));
        return RESULT_USAGE;
    }
    struct against against = {.json = BUF_INIT};
    bool compared = cli_option(cli, "against") != NULL;
    against.writer.out = &against.json;
    json_open(&against.writer, '[');
    enum result result = compared ? load_against(cli, &against) : RESULT_OK;
    if (result == RESULT_OK)
        result = check_files(cli, &against);
    json_close(&against.writer, ']');
    findings_sort(cli->findings);
    if (!cli_format_is(cli, "json")) {
        findings_write_coded(cli->findings, cli->texts, cli->language, cli->err);
        if (findings_total(cli->findings) > 0)
            fprintf(cli->err, "%s\n", texts_get(cli->texts, cli->language, "said.check_ask"));
    } else {
        fputs(compared ? "{\"findings\":" : "", cli->out);
        findings_write_json(cli->findings, cli->texts, cli->language, cli->out);
        if (compared)
            fprintf(cli->out, ",\"comparisons\":%s}\n", against.json.p);
    }
    instrument_release(against.was);
    buf_free(&against.json);
    return result;
}
