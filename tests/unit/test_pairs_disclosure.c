/* rooms: aggregate store instrument */
/* The exact audit once more, over three linked waves of random organisations: with everything told about a construct in
 * all waves, and the changes of the persons who answered twice, no combination may depend on fewer than the minimum. */
#include "base/random.h"
#include "world.h"

#include "audit.h"

enum { K = 5, BURDEN = 1, ROLES = 2, WAVES = 3, ORGANISATIONS = 2 };

static const char *const roles[] = {"boss", "staff"};

struct respondent {
    int organisation, unit, role; /* role -1: a blank */
    int answer[WAVES];            /* 0: did not take part */
};

struct population {
    struct respondent persons[AUDIT_PERSONS];
    size_t n;
};

/* Panels of people who come and go together, so that there are groups of a size that can be told, and smaller ones. */
static void draw(struct simulation_random *r, struct population *p) {
    p->n = 0;
    for (int o = 0; o < ORGANISATIONS; o++) {
        size_t panels = 1 + simulation_below(r, 4);
        for (size_t panel = 0; panel < panels; panel++) {
            size_t size = 1 + simulation_below(r, 13), waves = 1 + simulation_below(r, 7);
            int unit = (int)simulation_below(r, 2);
            for (size_t i = 0; i < size; i++) {
                struct respondent *x = &p->persons[p->n++];
                *x = (struct respondent){.organisation = o, .unit = unit};
                x->role = simulation_below(r, 4) ? (int)(panel % 2) : (int)simulation_below(r, ROLES + 1) - 1;
                for (int w = 0; w < WAVES; w++) {
                    x->answer[w] = waves >> w & 1 ? 1 + (int)simulation_below(r, 5) : 0;
                }
            }
        }
    }
}

static void add_wave(struct world *w, const struct population *p, int wave) {
    w->n_responses = 0;
    for (size_t i = 0; i < p->n; i++) {
        const struct respondent *x = &p->persons[i];
        if (x->answer[wave]) {
            const char *json = arena_printf(w->arena, "{\"bur1\":%d,\"bur2\":%d", x->answer[wave], x->answer[wave]);
            json = x->role >= 0 ? arena_printf(w->arena, "%s,\"role\":\"%s\"}", json, roles[x->role])
                                : arena_printf(w->arena, "%s}", json);
            add_response(w, x->organisation ? "o1" : "o0", x->unit ? "u1" : "u0", json);
            struct response *r = &w->responses[w->n_responses - 1];
            r->has_pseudonym = true;
            r->pseudonym[3] = (uint8_t)i;
        }
    }
}

static bool in_group(const struct respondent *x, const struct group_results *g) {
    if (strcmp(g->question, "unit") == 0) {
        return x->unit == g->value[1] - '0';
    }
    return strcmp(g->question, "role") == 0 ? x->role >= 0 && strcmp(roles[x->role], g->value) == 0 : true;
}

struct told {
    struct figures_of_persons figures, by_size; /* by_size: with the change of every K pairs */
    size_t changes;
};

/* An organisation's (or, -1, everybody's) figure of a wave, if it is told. */
static void add_figure(struct told *t, const struct population *p, const struct group_results *g, const bool *joins,
                       int wave) {
    const struct cell *of = g->constructs[BURDEN].of;
    double n = 0, sum = 0;
    if (of[STAT_MEAN].state != CELL_VALUE) {
        return;
    }
    assert_true(t->figures.rows < AUDIT_FIGURES);
    for (size_t i = 0; i < p->n; i++) {
        const struct respondent *x = &p->persons[i];
        if (x->answer[wave] && joins[x->organisation] && in_group(x, g)) {
            t->figures.weight[t->figures.rows][i][wave] = 1;
            n++;
            sum += 6 - x->answer[wave];
        }
    }
    t->figures.rows++;
    assert_value(of[STAT_N], n);
    assert_value(of[STAT_MEAN], sum / n);
}

static size_t add_pairs(struct figures_of_persons *f, const struct population *p, const bool *joins, int wave,
                        double *sum) {
    size_t n = 0;
    *sum = 0;
    assert_true(f->rows < AUDIT_FIGURES);
    memset(f->weight[f->rows], 0, sizeof f->weight[f->rows]);
    for (size_t i = 0; i < p->n; i++) {
        const struct respondent *x = &p->persons[i];
        if (joins[x->organisation] && x->answer[wave] && x->answer[wave - 1]) {
            f->weight[f->rows][i][wave] = 1;
            f->weight[f->rows][i][wave - 1] = -1;
            n++;
            *sum += x->answer[wave - 1] - x->answer[wave];
        }
    }
    return n;
}

static void add_change(struct told *t, const struct population *p, const struct group_results *whole, const bool *joins,
                       int wave) {
    const struct cell *of = whole->constructs[BURDEN].of;
    double sum;
    if (of[STAT_CHANGE_PAIRS].state == CELL_VALUE) {
        size_t n = add_pairs(&t->figures, p, joins, wave, &sum);
        t->figures.rows++;
        t->changes++;
        assert_value(of[STAT_CHANGE_PAIRS], (double)n);
        assert_value(of[STAT_CHANGE], sum / (double)n);
    }
}

static void read_wave(struct world *w, const struct population *p, struct told *t, int wave) {
    struct results *r = open_results(w);
    bool told[ORGANISATIONS] = {false}, paired[ORGANISATIONS] = {false};
    double n_told = 0;
    const struct organisation_head *heads;
    size_t n = results_organisations(r, &heads);
    for (size_t i = 0; i < n; i++) {
        const struct organisation_results *o = read_organisation(w, r, heads[i].code);
        bool only[ORGANISATIONS] = {false};
        int at = o->code[1] - '0';
        only[at] = true;
        for (size_t g = 0; g < o->n_groups; g++) {
            add_figure(t, p, &o->groups[g], only, wave);
        }
        const struct cell *of = o->groups[0].constructs[BURDEN].of;
        told[at] = of[STAT_MEAN].state == CELL_VALUE;
        paired[at] = of[STAT_CHANGE_PAIRS].state == CELL_VALUE;
        n_told += told[at] ? of[STAT_N].value : 0;
        add_change(t, p, &o->groups[0], only, wave);
    }
    const struct organisation_results *all = read_overall(w, r);
    const bool everybody[ORGANISATIONS] = {true, true};
    const bool *joins = all->groups[0].constructs[BURDEN].of[STAT_N].value > n_told ? everybody : told;
    for (size_t g = 0; g < all->n_groups; g++) {
        add_figure(t, p, &all->groups[g], joins, wave);
    }
    add_change(t, p, &all->groups[0], paired, wave);
    results_close(r);
}

/* What the number of pairs alone would add. */
static void add_changes_by_size(struct told *t, const struct population *p) {
    t->by_size = t->figures;
    for (int wave = 1; wave < WAVES; wave++) {
        for (int o = 0; o < ORGANISATIONS; o++) {
            bool only[ORGANISATIONS] = {o == 0, o == 1};
            double sum;
            t->by_size.rows += add_pairs(&t->by_size, p, only, wave, &sum) >= K;
        }
    }
}

static void no_change_of_persons_tells_on_few(void **state) {
    (void)state;
    struct simulation_random random;
    simulation_seed(&random, 5);
    static struct told t;
    static struct population p;
    const char *wanted = getenv("READINESS_TEST_WORLDS"); /* for a longer search */
    size_t worlds = wanted ? (size_t)atoi(wanted) : 150, changes = 0, by_size = 0;
    for (size_t i = 0; i < worlds; i++) {
        draw(&random, &p);
        memset(&t, 0, sizeof t);
        t.figures.persons = p.n;
        t.figures.waves = WAVES;
        struct world *w = world_new(small_instrument);
        w->assessment.mode = MODE_CONFIDENTIAL;
        for (int wave = 0; wave < WAVES; wave++) {
            add_wave(w, &p, wave);
            if (wave == 0) {
                store_world(w);
            } else {
                store_next_world(w);
            }
            read_wave(w, &p, &t, wave);
        }
        world_free(w);
        changes += t.changes;
        if (audit_discloses(&t.figures, K)) {
            fail_msg("world %zu tells on fewer than %d", i, K);
        }
        add_changes_by_size(&t, &p);
        by_size += audit_discloses(&t.by_size, K);
    }
    print_message(
        "%zu changes of persons told; %zu of %zu worlds would tell on somebody by the number of pairs alone\n", changes,
        by_size, worlds);
    assert_true(changes > worlds / 4);
    assert_true(by_size > worlds / 10); /* the audit can fail */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_change_of_persons_tells_on_few),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
