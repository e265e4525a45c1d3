/* rooms: aggregate store instrument */
/* An exact audit of everything that is told about random organisations, theirs and all together, read back from the
 * results: no combination of figures may depend on fewer than the minimum. */
#include "base/random.h"
#include "world.h"

enum { K = 5, MAX_FIGURES = 64, MAX_CELLS = 128, LEAD1 = 0, ROLES = 3, SITES = 2 };

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
        json = x->answer ? arena_printf(w->arena, "%s,\"lead1\":%d", json, x->answer) : json;
        json = x->role >= 0 ? arena_printf(w->arena, "%s,\"role\":\"%s\"", json, roles[x->role]) : json;
        json = arena_printf(w->arena, "%s,\"site\":\"%s\"}", json, sites[x->site]);
        add_response(w, arena_printf(w->arena, "o%d", x->organisation), arena_printf(w->arena, "u%d", x->unit), json);
    }
    store_world(w);
    return w;
}

/* Figures as rows over the persons who answered: 1 where the person is in. */
struct matrix {
    size_t pooled; /* of them, over all organisations */
    uint8_t in[MAX_FIGURES][256];
    size_t rows;
};

static bool in_group(const struct respondent *x, const char *question, const char *value) {
    if (strcmp(question, "unit") == 0) {
        return x->unit == value[1] - '0';
    }
    if (strcmp(question, "role") == 0) {
        return x->role >= 0 && strcmp(roles[x->role], value) == 0;
    }
    return strcmp(question, "site") == 0 ? strcmp(sites[x->site], value) == 0 : true;
}

/* Adds a told figure, and checks that it is the one of exactly the persons that we think are in it. */
static void add_figure(struct matrix *m, const struct population *p, const struct figures *f, const bool *joins,
                       const char *question, const char *value) {
    double n = 0, sum = 0;
    assert_true(m->rows < MAX_FIGURES);
    for (size_t i = 0; i < p->n; i++) {
        const struct respondent *x = &p->persons[i];
        bool in = x->answer && joins[x->organisation] && in_group(x, question, value);
        m->in[m->rows][i] = in;
        n += in;
        sum += in ? x->answer : 0;
    }
    m->rows++;
    assert_value(f->of[STAT_N], n);
    assert_value(f->of[STAT_MEAN], sum / n);
}

static bool is_told(const struct group_results *g) {
    return g->items[LEAD1].of[STAT_MEAN].state == CELL_VALUE;
}

/* Everything told about lead1. */
static void read_matrix(struct world *w, const struct population *p, struct matrix *m) {
    struct results *r = open_results(w);
    bool told[8] = {false}, rest[8] = {false}, site_told[SITES][8] = {{false}};
    size_t n_told = 0, n_all = 0;
    m->rows = m->pooled = 0;
    for (int o = 0; o < p->organisations; o++) {
        const struct organisation_results *results = read_organisation(w, r, arena_printf(w->arena, "o%d", o));
        bool only[8] = {false};
        only[o] = true;
        for (size_t g = 0; g < results->n_groups; g++) {
            const struct group_results *group = &results->groups[g];
            if (is_told(group)) {
                add_figure(m, p, &group->items[LEAD1], only, group->question, group->value);
            }
        }
        told[o] = is_told(&results->groups[0]);
        rest[o] = true;
        for (int s = 0; s < SITES; s++) {
            site_told[s][o] = is_told(group_of(results, "site", sites[s]));
        }
    }
    for (size_t i = 0; i < p->n; i++) {
        n_all += p->persons[i].answer > 0;
        n_told += p->persons[i].answer > 0 && told[p->persons[i].organisation];
    }
    const struct organisation_results *all = read_overall(w, r);
    if (is_told(&all->groups[0])) {
        /* With the rest, or without. */
        bool with_rest = all->groups[0].items[LEAD1].of[STAT_N].value > (double)n_told;
        assert_true(!with_rest || n_all - n_told >= K);
        const bool *joins = with_rest ? rest : told;
        add_figure(m, p, &all->groups[0].items[LEAD1], joins, "", "");
        for (size_t g = 1; g < all->n_groups; g++) {
            const struct group_results *group = &all->groups[g];
            if (is_told(group)) {
                bool pooled = strcmp(group->question, "role") == 0;
                m->pooled += pooled;
                const bool *who = pooled ? joins : site_told[strcmp(group->value, sites[0]) == 0 ? 0 : 1];
                add_figure(m, p, &group->items[LEAD1], who, group->question, group->value);
            }
        }
    }
    results_close(r);
}

/* Persons who are in the same figures cannot be told apart: one column for all of them, with their number. */
struct columns {
    uint64_t in[MAX_FIGURES][MAX_CELLS];
    size_t persons[MAX_CELLS];
    size_t n, rows;
};

static void merge_columns(const struct matrix *m, const struct population *p, struct columns *c) {
    c->n = 0;
    c->rows = m->rows;
    for (size_t i = 0; i < p->n; i++) {
        size_t at = 0;
        bool in_any = false;
        for (size_t r = 0; r < m->rows; r++) {
            in_any = in_any || m->in[r][i];
        }
        for (; in_any && at < c->n; at++) {
            bool same = true;
            for (size_t r = 0; r < m->rows; r++) {
                same = same && c->in[r][at] == m->in[r][i];
            }
            if (same) {
                break;
            }
        }
        if (in_any && at == c->n) {
            assert_true(c->n < MAX_CELLS);
            c->persons[c->n++] = 0;
            for (size_t r = 0; r < m->rows; r++) {
                c->in[r][at] = m->in[r][i];
            }
        }
        if (in_any) {
            c->persons[at]++;
        }
    }
}

static const uint64_t prime = (UINT64_C(1) << 31) - 1;

static uint64_t inverse(uint64_t a) {
    uint64_t result = 1;
    for (uint64_t e = prime - 2; e; e >>= 1, a = a * a % prime) {
        result = e & 1 ? result * a % prime : result;
    }
    return result;
}

/* Brings the figures to reduced echelon form, so that most columns are told to be fixed at a glance. */
static size_t reduce(struct columns *c) {
    size_t rank = 0;
    for (size_t col = 0; col < c->n && rank < c->rows; col++) {
        size_t pivot = rank;
        while (pivot < c->rows && c->in[pivot][col] == 0) {
            pivot++;
        }
        if (pivot == c->rows) {
            continue;
        }
        for (size_t j = 0; j < c->n; j++) {
            uint64_t t = c->in[pivot][j];
            c->in[pivot][j] = c->in[rank][j];
            c->in[rank][j] = t;
        }
        uint64_t scale = inverse(c->in[rank][col]);
        for (size_t j = 0; j < c->n; j++) {
            c->in[rank][j] = c->in[rank][j] * scale % prime;
        }
        for (size_t r = 0; r < c->rows; r++) {
            uint64_t factor = c->in[r][col];
            for (size_t j = 0; r != rank && factor && j < c->n; j++) {
                c->in[r][j] = (c->in[r][j] + (prime - factor) * c->in[rank][j]) % prime;
            }
        }
        rank++;
    }
    c->rows = rank;
    return rank;
}

/* Is there a combination that is zero outside the columns of `set`? Exactly when the rest has a lower rank. */
static bool solvable(const struct columns *c, const bool *set) {
    struct columns left = {.rows = c->rows};
    for (size_t j = 0; j < c->n; j++) {
        if (!set[j]) {
            for (size_t r = 0; r < c->rows; r++) {
                left.in[r][left.n] = c->in[r][j];
            }
            left.n++;
        }
    }
    return reduce(&left) < c->rows;
}

static bool solvable_within(const struct columns *c, bool *set, size_t from, size_t persons) {
    for (size_t j = from; j < c->n; j++) {
        if (persons + c->persons[j] >= K) {
            continue;
        }
        set[j] = true;
        bool found = solvable(c, set) || solvable_within(c, set, j + 1, persons + c->persons[j]);
        set[j] = false;
        if (found) {
            return true;
        }
    }
    return false;
}

static bool discloses(const struct matrix *m, const struct population *p) {
    static struct columns c;
    bool set[MAX_CELLS] = {false};
    merge_columns(m, p, &c);
    reduce(&c);
    return solvable_within(&c, set, 0, 0);
}

/* What a threshold alone would add: every role of at least K, over all. */
static void add_roles_by_threshold(struct matrix *m, const struct population *p) {
    for (int role = 0; role < ROLES && m->rows < MAX_FIGURES; role++) {
        size_t n = 0;
        for (size_t i = 0; i < p->n; i++) {
            m->in[m->rows][i] = p->persons[i].answer && p->persons[i].role == role;
            n += m->in[m->rows][i];
        }
        m->rows += n >= K;
    }
}

static void nothing_about_fewer_can_be_solved(void **state) {
    (void)state;
    struct simulation_random random;
    simulation_seed(&random, 3);
    static struct matrix m;
    static struct population p;
    size_t worlds = 150, figures = 0, pooled = 0, by_threshold = 0;
    for (size_t i = 0; i < worlds; i++) {
        draw(&random, &p);
        struct world *w = world_of(&p);
        read_matrix(w, &p, &m);
        world_free(w);
        figures += m.rows;
        pooled += m.pooled;
        if (discloses(&m, &p)) {
            fail_msg("world %zu tells on fewer than %d", i, K);
        }
        add_roles_by_threshold(&m, &p);
        by_threshold += discloses(&m, &p);
    }
    print_message(
        "%zu figures told, %zu of a pooled group; %zu of %zu worlds would tell on somebody by a threshold alone\n",
        figures, pooled, by_threshold, worlds);
    assert_true(figures > 4 * worlds);
    assert_true(by_threshold > worlds / 8); /* the audit can fail */
    assert_true(pooled > worlds / 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_about_fewer_can_be_solved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
