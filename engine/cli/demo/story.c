#include "cli/demo/story.h"

#include <stdlib.h>
#include <string.h>

#include "access/links.h"
#include "aggregate/results.h"
#include "base/file.h"
#include "cli/demo/people.h"
#include "instrument/loader.h"
#include "reports/reports.h"

static const char organisation_section[] = "organisation.";

const char *story_text(const struct story *s, const char *key) {
    const struct ini_key *k = ini_find(s->ini, "demo", key);
    return k ? k->value : "";
}

static const char *value_of(const struct story *s, const char *code, const char *key) {
    const char *section = arena_printf(s->cli->arena, "%s%s", organisation_section, code);
    const struct ini_key *k = ini_find(s->ini, section, key);
    return k ? k->value : "";
}

static long number_of(const struct story *s, const char *code, const char *key) {
    long n = 0;
    (void)!str_to_long(str_of(value_of(s, code, key)), &n);
    return n;
}

static enum result add_organisations(struct story *s) {
    struct arena *arena = s->cli->arena;
    struct organisation *list = arena_array(arena, s->ini->n_sections, sizeof *list);
    size_t n = 0;
    for (size_t i = 0; i < s->ini->n_sections; i++) {
        const char *name = s->ini->sections[i].name;
        if (strncmp(name, organisation_section, sizeof organisation_section - 1) != 0)
            continue;
        const char *code = name + sizeof organisation_section - 1;
        list[n++] = (struct organisation){code, value_of(s, code, "name"), "", value_of(s, code, "language"),
                                          (int)number_of(s, code, "people")};
    }
    return store_put_organisations(s->cli->store, s->assessment.id, list, n);
}

/* "Garden wing, River wing": the unit of person i, turn by turn. */
static const char *unit_of(const struct story *s, const char *code, long i) {
    const char *units[8];
    size_t n = 0;
    struct str rest = str_of(value_of(s, code, "units")), part;
    while (rest.n && n < 8 && str_split(&rest, ',', &part)) {
        part = str_trim(part);
        units[n++] = arena_copy(s->cli->arena, part.p, part.n);
    }
    return n ? units[(size_t)i % n] : "";
}

static enum result add_people(struct story *s) {
    struct arena *arena = s->cli->arena;
    struct organisation *organisations;
    size_t n;
    enum result result = store_list_organisations(s->cli->store, arena, s->assessment.id, &organisations, &n);
    for (size_t o = 0; result == RESULT_OK && o < n; o++) {
        const char *code = organisations[o].code;
        long people = number_of(s, code, "people");
        if (strcmp(value_of(s, code, "open"), "yes") == 0) /* reached by one shared link instead */
            continue;
        struct person *list = arena_array(arena, (size_t)people + 1, sizeof *list);
        for (long i = 0; i < people; i++)
            list[i] = (struct person){.id = id_new(),
                                      .email = arena_printf(arena, "staff-%02ld@%s.example", i + 1, code),
                                      .name = "",
                                      .organisation = code,
                                      .unit = unit_of(s, code, i),
                                      .language = ""};
        result = store_put_people(s->cli->store, s->assessment.id, list, (size_t)people);
    }
    return result;
}

static enum result add_assessment(struct story *s) {
    const char *path = cli_instrument_path(s->cli, "implementation-readiness");
    char *whole = realpath(path, NULL);
    struct placeholder_value values[] = {{"innovation", "", story_text(s, "innovation")},
                                         {"innovation", "fr", story_text(s, "innovation_fr")}};
    s->assessment = (struct assessment){.id = id_new(),
                                        .name = story_text(s, "assessment"),
                                        .title = story_text(s, "title"),
                                        .instrument = arena_string(s->cli->arena, whole ? whole : path),
                                        .mode = MODE_ANONYMOUS,
                                        .min_group = 5,
                                        .min_comments = 10};
    free(whole);
    enum result result = store_add_assessment(s->cli->store, &s->assessment, values, 2);
    if (result == RESULT_OK)
        result = add_organisations(s);
    return result == RESULT_OK ? add_people(s) : result;
}

enum result story_prepare(struct story *s) {
    struct cli *cli = s->cli;
    enum result result = store_find_assessment(cli->store, cli->arena, story_text(s, "assessment"), &s->assessment);
    if (result == RESULT_INPUT)
        result = add_assessment(s);
    return result == RESULT_OK ? instrument_load(&s->instrument, s->assessment.instrument, cli->findings) : result;
}

/* The wave with this label; opens it when there is none. */
static enum result find_wave(struct story *s, const char *label, struct wave *wave) {
    struct wave *waves;
    size_t n;
    if (store_list_waves(s->cli->store, s->cli->arena, s->assessment.id, &waves, &n) != RESULT_OK)
        return RESULT_MACHINE;
    for (size_t i = 0; i < n; i++)
        if (strcmp(waves[i].label, label) == 0) {
            *wave = waves[i];
            return RESULT_OK;
        }
    struct new_wave request = {.label = label};
    return collect_open_wave(s->cli->collect, &s->assessment, s->instrument, &request, wave, s->cli->arena,
                             s->cli->findings);
}

/* How many answer through this link: everybody of the organisation through its open link. */
static long visits(const struct story *s, const struct link *link) {
    return link->invitation.kind == INVITATION_OPEN ? number_of(s, link->invitation.organisation, "people") : 1;
}

/* Of `of` visits, one in `skip` is left out (0: none); at most `most` are made. */
static enum result answer_links(struct story *s, const struct link *links, size_t n, uint32_t skip, size_t most) {
    struct simulated people = {.instrument = s->instrument, .texts = s->ini};
    struct visitor *visitor = visitor_new(s->url);
    const char *organisation = "";
    size_t total = 0, done = 0, made = 0;
    long seed = 1;
    enum result result = RESULT_OK;
    (void)!str_to_long(str_of(story_text(s, "seed")), &seed);
    for (size_t i = 0; i < n; i++)
        total += (size_t)visits(s, &links[i]);
    for (size_t i = 0; result == RESULT_OK && i < n && made < most; i++) {
        const struct invitation *v = &links[i].invitation;
        if (strcmp(organisation, v->organisation) != 0) { /* the same organisation leans the same way in every pass */
            double lean = 0;
            uint64_t mixed = (uint64_t)seed;
            for (const char *p = v->organisation; *p; p++)
                mixed = mixed * 31 + (uint8_t)*p;
            organisation = v->organisation;
            (void)!str_to_double(str_of(value_of(s, organisation, "lean")), &lean);
            simulation_seed(&people.random, mixed);
            simulate_organisation(&people, lean);
        }
        people.lead = v->kind == INVITATION_ORGANISATION;
        people.language = v->language[0] ? v->language : s->instrument->languages[0];
        for (long k = 0; result == RESULT_OK && k < visits(s, &links[i]) && made < most; k++) {
            simulate_person(&people, (int)(done % 60));
            if (people.lead || !skip || done % skip != skip - 1) {
                result = visitor_answer(visitor, links[i].token, simulate_choice, &people);
                result = result == RESULT_INPUT ? RESULT_OK : result;
                made++;
            }
            cli_progress(s->cli, "said.demo_answering", ++done, total);
        }
    }
    visitor_free(visitor);
    return result;
}

static enum result answer_wave(struct story *s, const struct wave *wave, uint32_t skip, size_t most) {
    struct link *links;
    size_t n;
    enum result result = collect_links(s->cli->collect, wave, s->cli->arena, &links, &n, s->cli->findings);
    return result == RESULT_OK ? answer_links(s, links, n, skip, most) : result;
}

enum result story_first_wave(struct story *s) {
    struct wave wave;
    struct closing closing;
    enum result result = find_wave(s, story_text(s, "first_wave"), &wave);
    if (result != RESULT_OK || wave.state == WAVE_CLOSED)
        return result;
    cli_say(s->cli, "said.demo_first", "url", s->url);
    result = answer_wave(s, &wave, 9, SIZE_MAX);
    if (result == RESULT_OK)
        result = collect_close_wave(s->cli->collect, &wave, NULL, &closing, s->cli->findings);
    if (result == RESULT_OK)
        cli_say(s->cli, "said.wave_closed", "label", wave.label, "ballots",
                arena_printf(s->cli->arena, "%zu", closing.ballots), "responses",
                arena_printf(s->cli->arena, "%zu", closing.responses));
    return result;
}

static const char *report_path(const struct story *s, const char *name) {
    return arena_printf(s->cli->arena, "%s/reports/%s.xlsx", s->folder, name);
}

/* The organisation's own language where its roster names one. */
static const char *report_language(const struct story *s, const char *code) {
    const char *language = value_of(s, code, "language");
    return language[0] ? language : s->instrument->languages[0];
}

static enum result write_missing(struct story *s, struct results *results) {
    const struct organisation_head *heads;
    size_t n = results_organisations(results, &heads);
    struct report_request request = {.results = results, .texts = s->cli->texts, .strategies = cli_strategies(s->cli)};
    enum result result = RESULT_OK;
    for (size_t i = 0; result == RESULT_OK && i < n; i++) {
        request.path = report_path(s, heads[i].code);
        request.language = report_language(s, heads[i].code);
        if (!file_exists(request.path))
            result = report_organisation(&request, i, s->cli->findings);
        cli_progress(s->cli, "said.demo_reporting", i + 1, n + 1);
    }
    request.path = report_path(s, "all-organisations");
    request.language = s->instrument->languages[0];
    if (result == RESULT_OK && !file_exists(request.path))
        result = report_all(&request, s->cli->findings);
    cli_progress(s->cli, "said.demo_reporting", n + 1, n + 1);
    return result;
}

enum result story_reports(struct story *s) {
    struct wave wave;
    struct results *results;
    const char *folder = arena_printf(s->cli->arena, "%s/reports", s->folder);
    enum result result = file_make_folder(folder, 0755, s->cli->findings);
    if (result == RESULT_OK)
        result = find_wave(s, story_text(s, "first_wave"), &wave);
    if (result == RESULT_OK)
        result = store_get_wave(s->cli->store, s->cli->arena, wave.id, &wave);
    if (result == RESULT_OK)
        result = results_open(&results, s->cli->store, &s->assessment, &wave, s->cli->findings);
    if (result != RESULT_OK)
        return result;
    result = write_missing(s, results);
    results_close(results);
    return result;
}

enum result story_second_wave(struct story *s) {
    struct wave *waves, wave;
    size_t n;
    if (store_list_waves(s->cli->store, s->cli->arena, s->assessment.id, &waves, &n) != RESULT_OK)
        return RESULT_MACHINE;
    if (n > 1)
        return RESULT_OK;
    enum result result = find_wave(s, story_text(s, "second_wave"), &wave);
    return result == RESULT_OK ? answer_wave(s, &wave, 3, 12) : result;
}

/* The first link of a kind that nobody has used. */
static const char *fresh_link(struct story *s, const struct link *links, size_t n, enum invitation_kind kind) {
    for (size_t i = n; i-- > 0;) {
        struct sitting sitting;
        if (links[i].invitation.kind != kind ||
            collect_find(s->cli->collect, s->cli->arena, links[i].token, &sitting) != RESULT_OK)
            continue;
        bool open = sitting.state == SITTING_OPEN;
        sitting_end(&sitting);
        if (open)
            return links[i].token;
    }
    return "";
}

static const char *open_code(const struct link *links, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (links[i].invitation.kind == INVITATION_OPEN)
            return links[i].code;
    return "";
}

/* The workspace of the demo's account; a link that sets its password as long as it has none. */
static enum result tell_workspace(struct story *s) {
    struct cli *cli = s->cli;
    struct account a;
    char token[ACCESS_TOKEN_LENGTH + 1];
    const char *email = story_text(s, "account");
    enum result result = store_find_account(cli->store, cli->arena, email, &a);
    if (result == RESULT_INPUT) {
        a = (struct account){.id = id_new(),
                             .email = email,
                             .name = "",
                             .role = ROLE_ADMINISTRATOR,
                             .language = "",
                             .timezone = "",
                             .password = "",
                             .created = clock_now()};
        result = store_add_account(cli->store, &a);
    }
    if (result == RESULT_OK && a.password[0]) {
        cli_say(cli, "said.demo_tell_sign_in", "url", s->url, "email", email);
        return RESULT_OK;
    }
    if (result == RESULT_OK)
        result = welcome_make(cli->store, a.id, clock_now(), token);
    if (result == RESULT_OK)
        cli_say(cli, "said.demo_tell_workspace", "url", s->url, "token", token);
    return result;
}

enum result story_tell(struct story *s) {
    struct wave wave;
    struct link *links = NULL;
    size_t n = 0;
    struct cli *cli = s->cli;
    enum result result = find_wave(s, story_text(s, "second_wave"), &wave);
    if (result == RESULT_OK && wave.state == WAVE_OPEN)
        result = collect_links(cli->collect, &wave, cli->arena, &links, &n, cli->findings);
    if (result != RESULT_OK || wave.state != WAVE_OPEN)
        return result;
    fprintf(cli->out, "\n");
    cli_say(cli, "said.demo_tell_staff", "url", s->url, "token", fresh_link(s, links, n, INVITATION_PERSONAL));
    cli_say(cli, "said.demo_tell_organisation", "url", s->url, "token",
            fresh_link(s, links, n, INVITATION_ORGANISATION));
    cli_say(cli, "said.demo_tell_code", "url", s->url, "code", open_code(links, n));
    if (tell_workspace(s) != RESULT_OK)
        return RESULT_MACHINE;
    cli_say(cli, "said.demo_tell_reports", "folder", s->folder);
    struct organisation *organisations;
    result = store_list_organisations(cli->store, cli->arena, s->assessment.id, &organisations, &n);
    for (size_t i = 0; result == RESULT_OK && i < n; i++)
        fprintf(cli->out, "  %s\n", report_path(s, organisations[i].code));
    fprintf(cli->out, "  %s\n\n", report_path(s, "all-organisations"));
    return result;
}
