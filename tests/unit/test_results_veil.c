/* rooms: aggregate store instrument */
/* Means that are withheld so that items, constructs and domains together tell on nobody who left items out: cases
 * worked out by hand, and an exact audit of everything told about random organisations, as one system. */
#include "base/random.h"
#include "world.h"

#include "audit.h"

enum { K = 5, ITEMS = 5, LAST_LEAD = 2, LAST_LOAD = 4, LEAD = 0, LOAD = 1, ROLES = 3, SITES = 2, FEW = 8 };

static const char instrument[] =
    "[survey]\nschema = 1\nname = veil\nversion = 1\ntitle = Veil\nlanguage = en\nlicence = CC-BY-4.0\n"
    "[scale.agree5]\n1 = Never\n2 = Seldom\n3 = Sometimes\n4 = Often\n5 = Always\nfavourable = 4, 5\n"
    "unfavourable = 1, 2\n"
    "[scale.three]\n1 = No\n2 = Partly\n3 = Yes\nfavourable = 3\nunfavourable = 1\n"
    "[domain.inner]\nlabel = Inner setting\n"
    "[construct.lead]\nlabel = Leaders\ndomain = inner\nlevel = organisation\nanswered_by = staff\nscale = agree5\n"
    "item.lead1 = One.\nitem.lead2 = Two.\nitem.lead3 = Three.\n"
    "[construct.load]\nlabel = Load\ndomain = inner\nlevel = organisation\nanswered_by = staff\nscale = agree5\n"
    "item.load1 = Four.\nitem.load2 = Five.\n"
    "[construct.plan]\nlabel = Plan\nlevel = organisation\nanswered_by = staff\nscale = three\n"
    "item.plan1 = Six.\nitem.plan2 = Seven.\n"
    "[question.role]\ntype = choice\nlabel = Role?\nchoices = boss: \"Boss\" | staff: \"Staff\" | other: \"Other\"\n"
    "group = yes\n"
    "[question.site]\ntype = choice\nlabel = Site?\nchoices = east: \"East\" | west: \"West\"\ngroup = yes\n";

static const char *const names[] = {"lead1", "lead2", "lead3", "load1", "load2", "plan1", "plan2"};
static const char *const roles[] = {"boss", "staff", "other"};
static const char *const sites[] = {"east", "west"};

/* Cases. */

static bool is_veiled(const struct figures *f) {
    bool veiled = f->of[STAT_N].state == CELL_VALUE && f->of[STAT_MEAN].state == CELL_WITHHELD;
    if (veiled) {
        assert_withheld(f->of[STAT_SD]);
        assert_withheld(f->of[STAT_CI_LOW]);
        assert_withheld(f->of[STAT_CI_HIGH]);
        assert_true(!f->counts || f->counts[0].state == CELL_WITHHELD);
    }
    return veiled;
}

/* Twelve persons; `open` of them left the second item of the load out. */
static void add_twelve(struct world *w, const char *organisation, size_t open) {
    for (size_t i = 0; i < 12; i++) {
        const char *json = arena_printf(w->arena, "{\"lead1\":%zu,\"lead2\":4,\"lead3\":%zu,\"load1\":%zu", 1 + i % 5,
                                        1 + i % 2, 2 + i % 4);
        json = i < open ? json : arena_printf(w->arena, "%s,\"load2\":%zu", json, 1 + i % 5);
        add_response(w, organisation, "", arena_printf(w->arena, "%s}", json));
    }
}

static void where_one_skipped_one_of_two_items_the_second_has_no_mean(void **state) {
    (void)state;
    struct world *w = world_new(instrument);
    add_organisation(w, "open", 0, 0);
    add_organisation(w, "whole", 0, 0);
    add_organisation(w, "many", 0, 0);
    add_twelve(w, "open", 1);
    add_twelve(w, "whole", 0);
    add_twelve(w, "many", 6);
    store_world(w);
    struct results *r = open_results(w);
    const struct group_results *open = &read_organisation(w, r, "open")->groups[0];
    /* 2, 3, 4, 5, 2, ...: three of each, so 3.5; with load2 2 3 4 5 1 2 3 4 5 1 2 the scores are known by hand. */
    assert_value(open->items[3].of[STAT_MEAN], 3.5);
    assert_value(open->items[3].of[STAT_N], 12);
    double scores = 2;
    for (size_t i = 1; i < 12; i++) {
        scores += ((double)(2 + i % 4) + (double)(1 + i % 5)) / 2;
    }
    assert_value(open->constructs[LOAD].of[STAT_MEAN], scores / 12);
    assert_true(is_veiled(&open->items[LAST_LOAD]));
    assert_value(open->items[LAST_LOAD].of[STAT_N], 11);
    assert_value(open->items[LAST_LOAD].of[STAT_FAVOURABLE], 4. / 11);
    assert_value(open->constructs[LOAD].of[STAT_FAVOURABLE], (6. / 12 + 4. / 11) / 2);
    assert_false(is_veiled(&open->items[LAST_LEAD])); /* nobody skipped one of those */
    /* Everybody has a score on both constructs, but the load's do not add up to its items'. */
    assert_false(is_veiled(&open->domains[LEVEL_ORGANISATION]));
    const struct group_results *whole = &read_organisation(w, r, "whole")->groups[0];
    assert_value(whole->items[LAST_LOAD].of[STAT_MEAN], (2 * 1 + 3 * 2 + 2 * 3 + 2 * 4 + 2 * 5 + 1) / 12.);
    assert_int_equal(whole->items[LAST_LOAD].counts[0].state, CELL_VALUE);
    assert_false(is_veiled(&read_organisation(w, r, "many")->groups[0].items[LAST_LOAD])); /* six and six */
    /* Whoever takes "whole" and "many" from all together would have the one again. */
    const struct group_results *all = &read_overall(w, r)->groups[0];
    assert_true(is_veiled(&all->items[LAST_LOAD]));
    assert_int_equal(all->items[3].of[STAT_MEAN].state, CELL_VALUE);
    assert_int_equal(all->constructs[LOAD].of[STAT_MEAN].state, CELL_VALUE);
    results_close(r);
    world_free(w);
}

static void what_five_organisations_veil_adds_up(void **state) {
    (void)state;
    struct world *w = world_new(instrument);
    for (int o = 0; o < 5; o++) {
        const char *name = arena_printf(w->arena, "o%d", o);
        add_organisation(w, name, 0, 0);
        add_twelve(w, name, 1);
    }
    store_world(w);
    struct results *r = open_results(w);
    assert_true(is_veiled(&read_organisation(w, r, "o4")->groups[0].items[LAST_LOAD]));
    assert_int_equal(read_overall(w, r)->groups[0].items[LAST_LOAD].of[STAT_MEAN].state, CELL_VALUE);
    results_close(r);
    world_free(w);
}

static void where_few_answered_the_last_item_no_item_has_a_mean(void **state) {
    (void)state;
    struct world *w = world_new(instrument);
    add_organisation(w, "rare", 0, 0);
    add_twelve(w, "rare", 9); /* three answered load2, which is not told; the others' load is load1 alone */
    store_world(w);
    struct results *r = open_results(w);
    const struct group_results *rare = &read_organisation(w, r, "rare")->groups[0];
    assert_withheld(rare->items[LAST_LOAD].of[STAT_N]);
    assert_true(is_veiled(&rare->items[3]));
    assert_int_equal(rare->constructs[LOAD].of[STAT_MEAN].state, CELL_VALUE);
    results_close(r);
    world_free(w);
}

static void who_has_one_score_less_veils_the_domain(void **state) {
    (void)state;
    struct world *w = world_new(instrument);
    add_organisation(w, "left", 0, 0);
    add_twelve(w, "left", 0);
    add_response(w, "left", "", "{\"lead1\":2,\"lead2\":5,\"lead3\":4}");
    store_world(w);
    struct results *r = open_results(w);
    const struct group_results *g = &read_organisation(w, r, "left")->groups[0];
    assert_true(is_veiled(&g->domains[LEVEL_ORGANISATION]));
    assert_int_equal(g->domains[LEVEL_ORGANISATION].of[STAT_FAVOURABLE].state, CELL_VALUE);
    assert_false(is_veiled(&g->items[LAST_LEAD]));
    assert_false(is_veiled(&g->items[LAST_LOAD]));
    results_close(r);
    world_free(w);
}

static void shares_that_would_give_the_mean_are_withheld_with_it(void **state) {
    (void)state;
    struct world *w = world_new(instrument);
    add_organisation(w, "three", 0, 0);
    for (size_t i = 0; i < 12; i++) {
        const char *json = arena_printf(w->arena, "{\"plan1\":%zu", 1 + i % 3);
        json = i == 0 ? json : arena_printf(w->arena, "%s,\"plan2\":%zu", json, 1 + i % 2);
        add_response(w, "three", "", arena_printf(w->arena, "%s}", json));
    }
    store_world(w);
    struct results *r = open_results(w);
    const struct group_results *g = &read_organisation(w, r, "three")->groups[0];
    assert_true(is_veiled(&g->items[6]));
    assert_value(g->items[6].of[STAT_N], 11);
    assert_withheld(g->items[6].of[STAT_FAVOURABLE]);
    assert_withheld(g->items[6].of[STAT_UNFAVOURABLE]);
    assert_value(g->constructs[2].of[STAT_FAVOURABLE], 4. / 12); /* of plan1 alone */
    results_close(r);
    world_free(w);
}

static void the_veil_is_kept_with_the_published_groups(void **state) {
    (void)state;
    struct world *w = world_new(instrument);
    add_organisation(w, "open", 0, 0);
    add_twelve(w, "open", 1);
    store_world(w);
    results_close(open_results(w));
    struct published *list = NULL;
    size_t n = 0;
    assert_int_equal(store_list_published(w->store, w->arena, w->wave.id, &list, &n), RESULT_OK);
    for (size_t i = 0; i < n; i++) {
        if (list[i].organisation[0]) {
            const char *json = arena_copy(w->arena, list[i].groups.p, list[i].groups.n);
            assert_non_null(strstr(json, "\"veiled.item.load2\":[\"\"]"));
            assert_non_null(strstr(json, "\"rules\":[\"2\",\"3\"]"));
        }
    }
    assert_true(n == 2);
    world_free(w);
}

/* The audit. */

struct respondent {
    int organisation, role, site, unit;
    int answers[ITEMS]; /* 0: left out */
};

struct population {
    struct respondent persons[AUDIT_PERSONS];
    size_t n;
    int organisations;
};

static int draw_answer(struct simulation_random *r, size_t left_out) {
    return simulation_below(r, 100) < left_out ? 0 : 1 + (int)simulation_below(r, 5);
}

static void draw(struct simulation_random *r, struct population *p) {
    static const size_t chances[] = {0, 0, 0, 3, 10, 40, 80};
    p->n = 0;
    p->organisations = 1 + (int)simulation_below(r, 4);
    for (int o = 0; o < p->organisations; o++) {
        size_t size = 3 + simulation_below(r, 28), left_out[ITEMS], stops = simulation_below(r, 4) ? 0 : 10;
        bool grouped = simulation_below(r, 2), units = simulation_below(r, 4) == 0;
        for (size_t i = 0; i < ITEMS; i++) {
            left_out[i] = chances[simulation_below(r, sizeof chances / sizeof *chances)];
        }
        for (size_t i = 0; i < size; i++) {
            struct respondent x = {.organisation = o, .role = -1, .site = (int)simulation_below(r, SITES)};
            x.role = grouped ? (int)simulation_below(r, ROLES + 1) - 1 : (int)simulation_below(r, 8) / 7;
            x.unit = units ? (int)simulation_below(r, 2) : 0;
            bool stopped = simulation_below(r, 100) < stops;
            for (size_t item = 0; item < ITEMS; item++) {
                x.answers[item] = stopped && item > LAST_LEAD ? 0 : draw_answer(r, left_out[item]);
            }
            p->persons[p->n++] = x;
        }
    }
}

static struct world *world_of(const struct population *p) {
    struct world *w = world_new(instrument);
    for (int o = 0; o < p->organisations; o++) {
        add_organisation(w, arena_printf(w->arena, "o%d", o), 0, 0);
    }
    for (size_t i = 0; i < p->n; i++) {
        const struct respondent *x = &p->persons[i];
        const char *json = arena_printf(w->arena, "{\"site\":\"%s\"", sites[x->site]);
        json = x->role >= 0 ? arena_printf(w->arena, "%s,\"role\":\"%s\"", json, roles[x->role]) : json;
        for (size_t item = 0; item < ITEMS; item++) {
            json =
                x->answers[item] ? arena_printf(w->arena, "%s,\"%s\":%d", json, names[item], x->answers[item]) : json;
        }
        add_response(w, arena_printf(w->arena, "o%d", x->organisation), arena_printf(w->arena, "u%d", x->unit),
                     arena_printf(w->arena, "%s}", json));
    }
    store_world(w);
    return w;
}

static bool in_group(const struct respondent *x, const char *question, const char *value) {
    if (strcmp(question, "unit") == 0) {
        return x->unit == value[1] - '0';
    }
    if (strcmp(question, "role") == 0) {
        return x->role >= 0 && strcmp(roles[x->role], value) == 0;
    }
    return strcmp(question, "site") != 0 || strcmp(sites[x->site], value) == 0;
}

/* The variables: items, then the two constructs, then the domain. */
enum { VARIABLES = ITEMS + 3, DOMAIN = ITEMS + 2 };

static const struct figures *figures_of(const struct group_results *g, size_t variable) {
    return variable < ITEMS    ? &g->items[variable]
           : variable < DOMAIN ? &g->constructs[variable - ITEMS]
                               : &g->domains[LEVEL_ORGANISATION];
}

static size_t answered(const struct respondent *x, size_t construct) {
    size_t n = 0;
    for (size_t i = construct == LEAD ? 0 : LAST_LEAD + 1; i <= (construct == LEAD ? LAST_LEAD : LAST_LOAD); i++) {
        n += x->answers[i] > 0;
    }
    return n;
}

static bool has_score(const struct respondent *x, size_t construct) {
    return answered(x, construct) >= (construct == LEAD ? 2 : 1); /* half of the items */
}

enum { SCALE = 12 }; /* so that all weights are whole */

/* How a person's answers weigh in a variable; all 0: they do not count for it. */
static void weigh(const struct respondent *x, size_t variable, int8_t *weights) {
    memset(weights, 0, ITEMS * sizeof *weights);
    for (size_t item = 0; item < ITEMS; item++) {
        size_t construct = item <= LAST_LEAD ? LEAD : LOAD;
        bool counts = x->answers[item] && (variable < ITEMS || has_score(x, construct));
        size_t parts = answered(x, construct);
        if (variable < ITEMS) {
            parts = 1;
            counts = counts && item == variable;
        } else if (variable < DOMAIN) {
            counts = counts && construct == variable - ITEMS;
        } else {
            parts *= (size_t)has_score(x, LEAD) + has_score(x, LOAD);
        }
        weights[item] = (int8_t)(counts ? SCALE / (int)parts : 0);
    }
}

static bool counts_for(const struct respondent *x, size_t variable) {
    int8_t weights[ITEMS];
    weigh(x, variable, weights);
    return weights[0] || weights[1] || weights[2] || weights[3] || weights[4];
}

struct told {
    struct figures_of_persons with_veil, without;
    size_t veiled, together;
    size_t figures;
};

static void add_row(struct figures_of_persons *f, const struct population *p, const bool *in, size_t variable) {
    assert_true(f->rows < AUDIT_FIGURES);
    for (size_t i = 0; i < p->n; i++) {
        int8_t weights[ITEMS];
        weigh(&p->persons[i], variable, weights);
        for (size_t item = 0; item < ITEMS; item++) {
            f->weight[f->rows][i][item] = in[i] ? weights[item] : 0;
        }
    }
    f->rows++;
    f->persons = p->n;
    f->waves = ITEMS;
}

/* Adds a figure, and checks that it is the mean of exactly the persons that we think are in it. */
static void add_figure(struct told *t, const struct population *p, const struct group_results *g, size_t variable,
                       const bool *joins) {
    const struct figures *f = figures_of(g, variable);
    bool in[AUDIT_PERSONS], veiled = is_veiled(f);
    double n = 0, sum = 0;
    if (f->of[STAT_N].state != CELL_VALUE) {
        return;
    }
    for (size_t i = 0; i < p->n; i++) {
        const struct respondent *x = &p->persons[i];
        int8_t weights[ITEMS];
        in[i] = joins[x->organisation] && counts_for(x, variable) && in_group(x, g->question, g->value);
        weigh(x, variable, weights);
        for (size_t item = 0; in[i] && item < ITEMS; item++) {
            sum += (double)(weights[item] * x->answers[item]) / SCALE;
        }
        n += in[i];
    }
    assert_value(f->of[STAT_N], n);
    add_row(&t->without, p, in, variable);
    t->veiled += veiled;
    t->figures++;
    if (!veiled) {
        assert_true(fabs(f->of[STAT_MEAN].value - sum / n) < 1e-9);
        add_row(&t->with_veil, p, in, variable);
    }
}

static bool is_told(const struct group_results *g, size_t variable) {
    return figures_of(g, variable)->of[STAT_N].state == CELL_VALUE;
}

static void read_together(struct world *w, struct results *r, const struct population *p, struct told *t,
                          bool (*told)[FEW], bool (*site_told)[VARIABLES][FEW]) {
    static const bool everybody[FEW] = {true, true, true, true, true, true, true, true};
    const struct organisation_results *all = read_overall(w, r);
    for (size_t v = 0; v < VARIABLES; v++) {
        size_t n = 0;
        for (size_t i = 0; i < p->n; i++) {
            n += told[v][p->persons[i].organisation] && counts_for(&p->persons[i], v);
        }
        if (!is_told(&all->groups[0], v)) {
            continue;
        }
        const bool *joins = figures_of(&all->groups[0], v)->of[STAT_N].value > (double)n ? everybody : told[v];
        for (size_t g = 0; g < all->n_groups; g++) {
            const struct group_results *group = &all->groups[g];
            bool site = strcmp(group->question, "site") == 0;
            add_figure(t, p, group, v, site ? site_told[strcmp(group->value, sites[0]) != 0][v] : joins);
            t->together += is_told(group, v) && !is_veiled(figures_of(group, v));
        }
    }
}

static void read_told(struct world *w, const struct population *p, struct told *t) {
    struct results *r = open_results(w);
    bool told[VARIABLES][FEW] = {{false}}, site_told[SITES][VARIABLES][FEW] = {{{false}}};
    memset(t, 0, sizeof *t);
    for (int o = 0; o < p->organisations; o++) {
        const struct organisation_results *results = read_organisation(w, r, arena_printf(w->arena, "o%d", o));
        bool only[FEW] = {false};
        only[o] = true;
        for (size_t v = 0; v < VARIABLES; v++) {
            for (size_t g = 0; g < results->n_groups; g++) {
                add_figure(t, p, &results->groups[g], v, only);
            }
            told[v][o] = is_told(&results->groups[0], v);
            for (int s = 0; s < SITES; s++) {
                site_told[s][v][o] = is_told(group_of(results, "site", sites[s]), v);
            }
        }
    }
    read_together(w, r, p, t, told, site_told);
    results_close(r);
}

static void items_constructs_and_domains_together_tell_on_nobody(void **state) {
    (void)state;
    struct simulation_random random;
    static struct told t;
    static struct population p;
    const char *wanted = getenv("READINESS_TEST_WORLDS"); /* for a longer search */
    size_t worlds = wanted ? (size_t)atoi(wanted) : 200, figures = 0, veiled = 0, without = 0, together = 0;
    simulation_seed(&random, 11);
    for (size_t i = 0; i < worlds; i++) {
        draw(&random, &p);
        struct world *w = world_of(&p);
        read_told(w, &p, &t);
        figures += t.figures;
        veiled += t.veiled;
        together += t.together;
        if (audit_discloses(&t.with_veil, K)) {
            fail_msg("world %zu tells on fewer than %d", i, K);
        }
        without += audit_discloses(&t.without, K);
        world_free(w);
    }
    print_message(
        "%zu figures, %zu of them veiled, %zu told of all together; without the veil %zu of %zu tell on somebody\n",
        figures, veiled, together, without, worlds);
    assert_true(without > worlds / 3); /* the audit can fail */
    assert_true(figures > 2 * veiled);
    assert_true(together > 5 * worlds);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_one_skipped_one_of_two_items_the_second_has_no_mean),
        cmocka_unit_test(what_five_organisations_veil_adds_up),
        cmocka_unit_test(where_few_answered_the_last_item_no_item_has_a_mean),
        cmocka_unit_test(who_has_one_score_less_veils_the_domain),
        cmocka_unit_test(shares_that_would_give_the_mean_are_withheld_with_it),
        cmocka_unit_test(the_veil_is_kept_with_the_published_groups),
        cmocka_unit_test(items_constructs_and_domains_together_tell_on_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
