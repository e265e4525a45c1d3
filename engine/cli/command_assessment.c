/* assessment new, list, show. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "instrument/loader.h"

/* A name is a word for the command line: letters, digits, - and _. */
static bool is_name(const char *s) {
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");
    return n > 0 && n <= 40 && s[n] == '\0';
}

static bool has_placeholder(const struct instrument *instrument, struct str name) {
    for (size_t i = 0; i < instrument->n_placeholders; i++)
        if (str_is(name, instrument->placeholders[i].name))
            return true;
    return false;
}

/* "name=text|name.fr=text": what the assessment fills in. */
static enum result read_values(struct cli *cli, const struct instrument *instrument, struct placeholder_value *values,
                               size_t max, size_t *n) {
    const char *innovation = cli_option(cli, "innovation");
    struct str rest = str_of(cli_option(cli, "set")), part, name, language;
    enum result result = RESULT_OK;
    if (innovation)
        values[(*n)++] = (struct placeholder_value){"innovation", "", innovation};
    while (rest.n && str_split(&rest, '|', &part) && *n < max) {
        if (!str_split(&part, '=', &name) || !part.p)
            return cli_refuse(cli, "value_without_name", "value", arena_copy(cli->arena, name.p, name.n));
        struct str text = str_trim(part), left = str_trim(name);
        (void)!str_split(&left, '.', &name);
        language = left.p ? left : str_of("");
        values[(*n)++] = (struct placeholder_value){arena_copy(cli->arena, name.p, name.n),
                                                    arena_copy(cli->arena, language.p, language.n),
                                                    arena_copy(cli->arena, text.p, text.n)};
    }
    for (size_t i = 0; i < *n; i++)
        if (!has_placeholder(instrument, str_of(values[i].name)))
            result = cli_refuse(cli, "placeholder_unknown", "name", values[i].name);
        else if (!utf8_is_line(str_of(values[i].value))) /* with a line break in its subject no mail would leave */
            result = cli_refuse(cli, "placeholder_lines", "name", values[i].name);
    return result;
}

static enum result check_options(struct cli *cli, struct assessment *a) {
    const char *mode = cli_option(cli, "mode"), *min_group = cli_option(cli, "min-group");
    const char *timezone = cli_option(cli, "timezone");
    enum result result = RESULT_OK;
    long number = 5;
    if (!is_name(a->name))
        result = cli_refuse(cli, "assessment_name", "name", a->name);
    if (!a->title[0] || utf8_length(str_of(a->title)) > 200 || !utf8_is_line(str_of(a->title)))
        result = cli_refuse(cli, "title_length", "title", a->title);
    if (mode && strcmp(mode, "anonymous") != 0 && strcmp(mode, "confidential") != 0)
        result = cli_refuse(cli, "mode_unknown", "mode", mode);
    if (min_group && (!str_to_long(str_of(min_group), &number) || number < 3 || number > 20))
        result = cli_refuse(cli, "min_group_range", "value", min_group);
    if (timezone && !clock_timezone_good(timezone))
        result = cli_refuse(cli, "timezone_unknown", "value", timezone);
    a->timezone = timezone;
    a->mode = mode && strcmp(mode, "confidential") == 0 ? MODE_CONFIDENTIAL : MODE_ANONYMOUS;
    a->min_group = (int)number;
    a->min_comments = number * 2 > 10 ? (int)number * 2 : 10;
    return result;
}

enum result run_assessment_new(struct cli *cli) {
    enum { VALUES_MAX = 64 };
    struct placeholder_value values[VALUES_MAX];
    size_t n_values = 0;
    const struct instrument *instrument = NULL;
    const char *path = cli_instrument_path(cli, cli_option(cli, "instrument"));
    char *whole = realpath(path, NULL);
    struct assessment a = {.id = id_new(),
                           .name = cli->arguments[0],
                           .title = cli_option(cli, "title"),
                           .instrument = arena_string(cli->arena, whole ? whole : path)};
    free(whole);
    enum result result = check_options(cli, &a);
    enum result loaded = instrument_load(&instrument, path, cli->findings);
    if (loaded == RESULT_OK && read_values(cli, instrument, values, VALUES_MAX, &n_values) != RESULT_OK)
        result = RESULT_INPUT;
    instrument_release(instrument);
    if (loaded != RESULT_OK || result != RESULT_OK)
        return loaded != RESULT_OK ? loaded : result;
    result = store_add_assessment(cli->store, &a, values, n_values);
    if (result == RESULT_INPUT)
        return cli_refuse(cli, "assessment_exists", "name", a.name);
    if (result != RESULT_OK)
        return cli_trouble(cli);
    cli_audit(cli, "assessment_made", a.name, NULL);
    cli_say(cli, "said.assessment_made", "name", a.name);
    return RESULT_OK;
}

static const char *const state_names[] = {"active", "archived", "deleted"};

static const char *mode_name(const struct assessment *a) {
    return a->mode == MODE_ANONYMOUS ? "anonymous" : "confidential";
}

enum result run_assessment_list(struct cli *cli) {
    static const char *const header[] = {"name", "title", "instrument", "mode", "min_group", "state"};
    struct assessment *list;
    size_t n;
    if (store_list_assessments(cli->store, cli->arena, &list, &n) != RESULT_OK)
        return cli_trouble(cli);
    const char *const **rows = arena_array(cli->arena, n + 1, sizeof *rows);
    for (size_t i = 0; i < n; i++) {
        const char **row = arena_array(cli->arena, 6, sizeof *row);
        row[0] = list[i].name;
        row[1] = list[i].title;
        row[2] = list[i].instrument;
        row[3] = mode_name(&list[i]);
        row[4] = arena_printf(cli->arena, "%d", list[i].min_group);
        row[5] = state_names[list[i].state];
        rows[i] = row;
    }
    cli_table(cli, header, 6, rows, n);
    return RESULT_OK;
}

enum result run_assessment_show(struct cli *cli) {
    static const char *const header[] = {"what", "value"};
    struct assessment a;
    struct organisation *organisations;
    struct person *people;
    struct wave *waves;
    size_t n_organisations, n_people, n_waves;
    enum result result = cli_assessment(cli, cli->arguments[0], &a);
    if (result != RESULT_OK)
        return result;
    if (store_list_organisations(cli->store, cli->arena, a.id, &organisations, &n_organisations) != RESULT_OK ||
        store_list_people(cli->store, cli->arena, a.id, &people, &n_people) != RESULT_OK ||
        store_list_waves(cli->store, cli->arena, a.id, &waves, &n_waves) != RESULT_OK)
        return cli_trouble(cli);
    const char *pairs[][2] = {{"name", a.name},
                              {"title", a.title},
                              {"instrument", a.instrument},
                              {"mode", mode_name(&a)},
                              {"min_group", arena_printf(cli->arena, "%d", a.min_group)},
                              {"min_comments", arena_printf(cli->arena, "%d", a.min_comments)},
                              {"timezone", a.timezone},
                              {"state", state_names[a.state]},
                              {"organisations", arena_printf(cli->arena, "%zu", n_organisations)},
                              {"people", arena_printf(cli->arena, "%zu", n_people)},
                              {"waves", arena_printf(cli->arena, "%zu", n_waves)}};
    const char *const *rows[sizeof pairs / sizeof *pairs];
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        rows[i] = pairs[i];
    cli_table(cli, header, 2, rows, sizeof pairs / sizeof *pairs);
    return RESULT_OK;
}
