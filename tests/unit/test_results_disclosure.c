/* rooms: aggregate store instrument */
/* An exact audit of everything that is told about random organisations, theirs and all together, read back from the
 * results: no combination of figures may depend on fewer than the minimum, and none of what an organisation tells in
 * detail (which is sums of squares, and of persons per answer) on fewer than twice the minimum. Nor may what all
 * together tell in detail, unless the organisations without detail, or the rest, are themselves so few: then they alone
 * may be found (results_overall.c). */
#include "base/random.h"
#include "world.h"

#include "audit.h"

enum { K = 5, LEAD1 = 0, BURDEN = 1, ROLES = 3, SITES = 2 };

static const char *const roles[ROLES] = {"boss", "staff", "other"};
static const char *const sites[SITES] = {"east", "west"};

struct respondent {
    int organisation, unit, role, site; /* role, site: -1 is a blank */
    int answer;                         /* to lead1; 0 is a blank */
};

struct population {
    struct respondent persons[256];
    size_t n;
    int organisations;
};

static void draw(struct simulation_random *r, struct population *p) {
    p->n = 0;
    p->organisations = 2 + (int)simulation_below(r, 3);
    for (int o = 0; o < p->organisations; o++) {
        size_t size = 2 + simulation_below(r, 22);
        for (size_t i = 0; i < size; i++) {
            p->persons[p->n++] =
                (struct respondent){.organisation = o,
                                    .unit = (int)simulation_below(r, 1 + simulation_below(r, 3)),
                                    .role = (int)simulation_below(r, 1 + simulation_below(r, ROLES + 1)) - 1,
                                    .site = (int)simulation_below(r, SITES),
                                    .answer = (int)simulation_below(r, 6)};
        }
    }
}

static struct world *world_of(const struct population *p) {
    struct world *w = world_new(small_instrument);
    for (int o = 0; o < p->organisations; o++) {
        add_organisation(w, arena_printf(w->arena, "o%d", o), 0, 0);
    }
    for (size_t i = 0; i < p->n; i++) {
        const struct respondent *x = &p->persons[i];
        const char *json = "{\"lead2\":3";
        json = x->answer ? arena_printf(w->arena, "%s,\"lead1\":%d,\"bur1\":%d", json, x->answer, x->answer) : json;
        json = x->role >= 0 ? arena_printf(w->arena, "%s,\"role\":\"%s\"", json, roles[x->role]) : json;
        json = arena_printf(w->arena, "%s,\"site\":\"%s\"}", json, sites[x->site]);
        add_response(w, arena_printf(w->arena, "o%d", x->organisation), arena_printf(w->arena, "u%d", x->unit), json);
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
    return strcmp(question, "site") == 0 ? strcmp(sites[x->site], value) == 0 : true;
}

enum variable_read { ITEM, CONSTRUCT }; /* lead1; burden, whose only answered item has the same answers, turned */

struct told {
    struct figures_of_persons means, details;
    size_t n_details[8];                  /* of organisation o: rows of details from n_details[o - 1] to n_details[o] */
    struct figures_of_persons by_size[8]; /* what each would tell from twice the minimum on, without the rule */
    size_t pooled;                        /* of the means, over all organisations */
    size_t plain, joined;                 /* in the whole: persons of organisations without detail, and of the rest */
};

static const struct figures *figures_of(const struct group_results *g, enum variable_read v) {
    return v == ITEM ? &g->items[LEAD1] : &g->constructs[BURDEN];
}

static bool is_told(const struct group_results *g, enum variable_read v) {
    return figures_of(g, v)->of[STAT_MEAN].state == CELL_VALUE;
}

static void add_row(struct figures_of_persons *f, const bool *in, size_t n) {
    assert_true(f->rows < AUDIT_FIGURES);
    for (size_t i = 0; i < n; i++) {
        f->weight[f->rows][i][0] = in[i];
    }
    f->rows++;
    f->persons = n;
    f->waves = 1;
}

/* Adds a told figure, and checks that it is the one of exactly the persons that we think are in it. */
static void add_figure(struct told *t, const struct population *p, const struct group_results *g, enum variable_read v,
                       const bool *joins, struct figures_of_persons *by_size) {
    const struct figures *f = figures_of(g, v);
    bool in[AUDIT_PERSONS];
    double n = 0, sum = 0, squares = 0;
    for (size_t i = 0; i < p->n; i++) {
        const struct respondent *x = &p->persons[i];
        in[i] = x->answer && joins[x->organisation] && in_group(x, g->question, g->value);
        double answer = v == ITEM ? x->answer : 6 - x->answer;
        n += in[i];
        sum += in[i] ? answer : 0;
        squares += in[i] ? answer * answer : 0;
    }
    add_row(&t->means, in, p->n);
    assert_value(f->of[STAT_N], n);
    assert_value(f->of[STAT_MEAN], sum / n);
    if (n >= 2 * K && by_size) {
        add_row(by_size, in, p->n);
    }
    if (f->of[STAT_SD].state == CELL_VALUE) {
        add_row(&t->details, in, p->n);
        assert_value(f->of[STAT_SD], sqrt((squares - sum * sum / n) / (n - 1)));
    } else {
        for (size_t s = STAT_SD; s <= STAT_CI_HIGH; s++) {
            assert_withheld(f->of[s]);
        }
        assert_true(v == CONSTRUCT || f->counts[0].state == CELL_WITHHELD);
    }
}

/* The analysis of variance gives the squares within the organisations shown. It is never withheld. */
static void add_anova(struct told *t, const struct population *p, const struct figures *f, const bool *told) {
    bool in[AUDIT_PERSONS];
    for (size_t s = STAT_ICC1; s <= STAT_P; s++) {
        assert_true(f->of[s].state != CELL_WITHHELD || f->of[STAT_SD].state == CELL_WITHHELD);
    }
    if (f->of[STAT_F].state == CELL_VALUE) {
        for (size_t i = 0; i < p->n; i++) {
            in[i] = p->persons[i].answer && told[p->persons[i].organisation];
        }
        add_row(&t->details, in, p->n);
    }
}

static void read_overall_figures(struct world *w, struct results *r, const struct population *p, struct told *t,
                                 enum variable_read v, const bool *told, bool (*site_told)[8]) {
    const bool everybody[8] = {true, true, true, true, true, true, true, true};
    size_t n_told = 0, n_all = 0;
    for (size_t i = 0; i < p->n; i++) {
        n_all += p->persons[i].answer > 0;
        n_told += p->persons[i].answer > 0 && told[p->persons[i].organisation];
    }
    const struct organisation_results *all = read_overall(w, r);
    if (!is_told(&all->groups[0], v)) {
        return;
    }
    /* With the rest, or without. */
    bool with_rest = figures_of(&all->groups[0], v)->of[STAT_N].value > (double)n_told;
    assert_true(!with_rest || n_all - n_told >= K);
    const bool *joins = with_rest ? everybody : told;
    t->joined = with_rest ? n_all - n_told : 0;
    assert_true(t->joined + n_told < 2 * K || figures_of(&all->groups[0], v)->of[STAT_SD].state == CELL_VALUE);
    add_figure(t, p, &all->groups[0], v, joins, NULL);
    add_anova(t, p, figures_of(&all->groups[0], v), told);
    for (size_t g = 1; g < all->n_groups; g++) {
        const struct group_results *group = &all->groups[g];
        if (is_told(group, v)) {
            bool pooled = strcmp(group->question, "role") == 0;
            t->pooled += pooled;
            add_figure(t, p, group, v, pooled ? joins : site_told[strcmp(group->value, sites[0]) == 0 ? 0 : 1], NULL);
        }
    }
}

/* Everything told about a variable. */
static void read_told(struct world *w, const struct population *p, struct told *t, enum variable_read v) {
    struct results *r = open_results(w);
    bool told[8] = {false}, site_told[SITES][8] = {{false}};
    memset(t, 0, sizeof *t);
    for (int o = 0; o < p->organisations; o++) {
        const struct organisation_results *results = read_organisation(w, r, arena_printf(w->arena, "o%d", o));
        bool only[8] = {false};
        only[o] = true;
        for (size_t g = 0; g < results->n_groups; g++) {
            if (is_told(&results->groups[g], v)) {
                add_figure(t, p, &results->groups[g], v, only, &t->by_size[o]);
            }
        }
        t->n_details[o] = t->details.rows;
        told[o] = is_told(&results->groups[0], v);
        const struct figures *whole = figures_of(&results->groups[0], v);
        if (told[o] && whole->of[STAT_SD].state == CELL_WITHHELD) {
            assert_true(whole->of[STAT_N].value < 2 * K); /* whatever the others are */
            t->plain += (size_t)whole->of[STAT_N].value;
        }
        for (int s = 0; s < SITES; s++) {
            site_told[s][o] = is_told(group_of(results, "site", sites[s]), v);
        }
    }
    read_overall_figures(w, r, p, t, v, told, site_told);
    results_close(r);
}

static bool too_few(size_t n) {
    return n > 0 && n < 2 * K;
}

/* Do details depend on fewer than twice the minimum, where they may not? */
static bool details_disclose(const struct told *t, const struct population *p) {
    static struct figures_of_persons own;
    for (int o = 0; o < p->organisations; o++) {
        size_t from = o ? t->n_details[o - 1] : 0;
        own = t->details;
        own.rows = t->n_details[o] - from;
        memmove(own.weight, own.weight + from, own.rows * sizeof *own.weight);
        if (audit_discloses(&own, 2 * K)) {
            return true;
        }
    }
    return !too_few(t->plain) && !too_few(t->joined) && audit_discloses(&t->details, 2 * K);
}

/* ... and by the size alone, within an organisation? */
static bool sizes_disclose(const struct told *t, const struct population *p) {
    for (int o = 0; o < p->organisations; o++) {
        if (audit_discloses(&t->by_size[o], 2 * K)) {
            return true;
        }
    }
    return false;
}

/* What a threshold alone would add: every role of at least K, over all. */
static void add_roles_by_threshold(struct figures_of_persons *f, const struct population *p) {
    for (int role = 0; role < ROLES; role++) {
        bool in[AUDIT_PERSONS];
        size_t n = 0;
        for (size_t i = 0; i < p->n; i++) {
            in[i] = p->persons[i].answer && p->persons[i].role == role;
            n += in[i];
        }
        if (n >= K) {
            add_row(f, in, p->n);
        }
    }
}

static void nothing_about_fewer_can_be_solved(void **state) {
    (void)state;
    struct simulation_random random;
    simulation_seed(&random, 3);
    static struct told t;
    static struct population p;
    const char *wanted = getenv("READINESS_TEST_WORLDS"); /* for a longer search */
    size_t worlds = wanted ? (size_t)atoi(wanted) : 200, figures = 0, details = 0, pooled = 0, by_threshold = 0,
           by_size = 0, together = 0;
    for (size_t i = 0; i < worlds; i++) {
        draw(&random, &p);
        struct world *w = world_of(&p);
        for (enum variable_read v = ITEM; v <= CONSTRUCT; v++) {
            read_told(w, &p, &t, v);
            figures += t.means.rows;
            details += t.details.rows;
            pooled += t.pooled;
            if (audit_discloses(&t.means, K)) {
                fail_msg("world %zu tells on fewer than %d", i, K);
            }
            together += !too_few(t.plain) && !too_few(t.joined);
            if (details_disclose(&t, &p)) {
                fail_msg("world %zu tells details of fewer than %d", i, 2 * K);
            }
            by_size += sizes_disclose(&t, &p);
            add_roles_by_threshold(&t.means, &p);
            by_threshold += audit_discloses(&t.means, K);
        }
        world_free(w);
    }
    print_message("%zu figures told, %zu of a pooled group; %zu of %zu would tell on somebody by a threshold alone\n",
                  figures, pooled, by_threshold, 2 * worlds);
    print_message(
        "%zu told in detail, %zu times audited all together; %zu of %zu would tell details of fewer by the size "
        "alone\n",
        details, together, by_size, 2 * worlds);
    assert_true(figures > 8 * worlds);
    assert_true(details > worlds);
    assert_true(by_threshold > worlds / 4); /* the audit can fail */
    assert_true(by_size > worlds / 4);
    assert_true(together > worlds / 4);
    assert_true(pooled > worlds / 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_about_fewer_can_be_solved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
