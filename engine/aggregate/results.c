#include "aggregate/results.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "aggregate/results_state.h"
#include "aggregate/score.h"

const char *const statistic_names[STAT_COUNT] = {
    [STAT_N] = "n",
    [STAT_MEAN] = "mean",
    [STAT_SD] = "sd",
    [STAT_CI_LOW] = "ci_low",
    [STAT_CI_HIGH] = "ci_high",
    [STAT_FAVOURABLE] = "favourable",
    [STAT_NEUTRAL] = "neutral",
    [STAT_UNFAVOURABLE] = "unfavourable",
    [STAT_NOT_APPLICABLE] = "not_applicable",
    [STAT_RWGJ] = "rwgj",
    [STAT_RWGJ_CHANCE] = "rwgj_chance",
    [STAT_AD] = "ad",
    [STAT_ICC1] = "icc1",
    [STAT_ICC2] = "icc2",
    [STAT_F] = "f",
    [STAT_P] = "p",
    [STAT_ALPHA] = "alpha",
    [STAT_OMEGA] = "omega",
    [STAT_ITEM_REST] = "item_rest",
    [STAT_ALPHA_WITHOUT] = "alpha_without",
    [STAT_CHANGE] = "change",
    [STAT_CHANGE_LOW] = "change_low",
    [STAT_CHANGE_HIGH] = "change_high",
    [STAT_G] = "g",
    [STAT_CHANGE_PAIRS] = "change_pairs",
    [STAT_RATE] = "rate",
    [STAT_INVITED] = "invited",
    [STAT_ANSWERED] = "answered",
};

static void copy_wave(struct results *r, const struct assessment *assessment, const struct wave *wave) {
    r->assessment = *assessment;
    r->assessment.name = arena_string(r->arena, assessment->name);
    r->assessment.title = arena_string(r->arena, assessment->title);
    r->assessment.instrument = arena_string(r->arena, assessment->instrument);
    r->assessment.deleted = arena_string(r->arena, assessment->deleted);
    r->assessment.timezone = arena_string(r->arena, assessment->timezone);
    r->assessment.languages = arena_string(r->arena, assessment->languages);
    r->wave = *wave;
    r->wave.label = arena_string(r->arena, wave->label);
    r->wave.opened = arena_string(r->arena, wave->opened);
    r->wave.until = arena_string(r->arena, wave->until);
    r->wave.closed = arena_string(r->arena, wave->closed);
    r->wave.timezone = arena_string(r->arena, wave->timezone);
    /* The wave's minima are frozen; the assessment's may have been raised since. */
    int k = wave->min_group > assessment->min_group ? wave->min_group : assessment->min_group;
    int comments = wave->min_comments > assessment->min_comments ? wave->min_comments : assessment->min_comments;
    r->k = (size_t)k;
    r->min_comments = (size_t)comments;
}

/* Where a mean of the construct counts as favourable, and the middle of its scale, as scored. */
static void make_rules(struct results *r) {
    const struct instrument *in = r->instrument;
    r->rules = arena_array(r->arena, in->n_constructs, sizeof *r->rules);
    for (size_t c = 0; c < in->n_constructs; c++) {
        const struct construct *construct = &in->constructs[c];
        struct call_rule rule = {NAN, (construct->scale->low + construct->scale->high) / 2.0};
        for (size_t i = 0; i < construct->n_items; i++) {
            const struct item *item = &in->items[construct->first_item + i];
            for (size_t p = 0; p < construct->scale->n_points; p++) {
                int code = construct->scale->points[p].code;
                if (item_side(in, item, code) > 0) {
                    rule.favourable = fmin(rule.favourable, item_scored(in, item, code));
                }
            }
        }
        r->rules[c] = rule;
    }
}

/* Everything that tells that an organisation took part, with its name. */
struct presence {
    const char *code;
    bool there;
    const struct organisation *organisation;
    double invited, answered;
    struct organisation_answer *answer;
};

struct presences {
    struct results *r;
    struct presence *list;
    size_t n, capacity;
    struct answers *answers;
    size_t *index; /* hash table: position + 1 */
    size_t index_size;
};

static size_t code_slot(const struct presences *p, const char *code) {
    uint64_t h = UINT64_C(1469598103934665603);
    for (; *code; code++) {
        h = (h ^ (unsigned char)*code) * UINT64_C(1099511628211);
    }
    return (size_t)(h ^ h >> 32) & (p->index_size - 1);
}

static void put_in_index(struct presences *p, size_t position) {
    size_t at = code_slot(p, p->list[position].code);
    while (p->index[at]) {
        at = (at + 1) & (p->index_size - 1);
    }
    p->index[at] = position + 1;
}

static struct presence *presence_of(struct presences *p, const char *code) {
    for (size_t at = p->index_size ? code_slot(p, code) : 0; p->index_size && p->index[at];
         at = (at + 1) & (p->index_size - 1)) {
        if (strcmp(p->list[p->index[at] - 1].code, code) == 0) {
            return &p->list[p->index[at] - 1];
        }
    }
    p->list = arena_grow(p->r->arena, p->list, p->n, &p->capacity, sizeof *p->list);
    p->list[p->n] = (struct presence){.code = arena_string(p->r->arena, code), .invited = NAN, .answered = NAN};
    if (2 * ++p->n > p->index_size) {
        p->index_size = p->index_size ? 2 * p->index_size : 64;
        p->index = arena_array(p->r->arena, p->index_size, sizeof *p->index);
        for (size_t i = 0; i < p->n; i++) {
            put_in_index(p, i);
        }
    } else {
        put_in_index(p, p->n - 1);
    }
    return &p->list[p->n - 1];
}

/* The organisation's own rating, as scored, for what it was asked. */
static struct organisation_answer *answer_of(struct results *r, const struct answers *answers) {
    const struct instrument *in = r->instrument;
    struct organisation_answer *a = arena_alloc(r->arena, sizeof *a);
    a->items = arena_array(r->arena, in->n_items, sizeof *a->items);
    a->constructs = arena_array(r->arena, in->n_constructs, sizeof *a->constructs);
    for (size_t i = 0; i < in->n_items; i++) {
        bool asked = in->constructs[in->items[i].construct].answered_by & AUDIENCE_ORGANISATION;
        a->items[i] = asked ? cell_value(score_item(answers, &in->items[i])) : cell_none();
    }
    for (size_t c = 0; c < in->n_constructs; c++) {
        bool asked = in->constructs[c].answered_by & AUDIENCE_ORGANISATION;
        a->constructs[c] = asked ? cell_value(score_construct(answers, &in->constructs[c])) : cell_none();
    }
    return a;
}

static bool each_answer(void *context, const char *organisation, struct str json) {
    struct presences *p = context;
    memset(p->answers->of, 0, p->r->instrument->n_fields * sizeof *p->answers->of);
    struct arena *scratch = arena_new();
    if (answers_read_json(p->answers, json, scratch)) {
        struct presence *o = presence_of(p, organisation);
        o->there = true;
        o->answer = answer_of(p->r, p->answers);
    }
    arena_free(scratch);
    return true;
}

/* Collects what is known of every organisation. */
static enum result find_presences(struct presences *p, struct arena *scratch) {
    struct results *r = p->r;
    struct organisation *organisations = NULL;
    struct invited *invited = NULL;
    struct published *published = NULL;
    size_t n_organisations = 0, n_invited = 0, n_published = 0;
    if (store_list_organisations(r->store, scratch, r->assessment.id, &organisations, &n_organisations) != RESULT_OK ||
        store_list_invited(r->store, scratch, r->wave.id, &invited, &n_invited) != RESULT_OK ||
        store_list_published(r->store, scratch, r->wave.id, &published, &n_published) != RESULT_OK) {
        return RESULT_MACHINE;
    }
    for (size_t i = 0; i < n_organisations; i++) {
        struct presence *o = presence_of(p, organisations[i].code);
        o->organisation = &organisations[i];
        if (organisations[i].headcount > 0) {
            o->invited = organisations[i].headcount;
        }
    }
    for (size_t i = 0; i < n_invited; i++) {
        struct presence *o = presence_of(p, invited[i].organisation);
        o->there = o->there || invited[i].invited > 0 || invited[i].answered > 0 || invited[i].organisation_answered;
        o->invited = invited[i].invited > 0 ? invited[i].invited : o->invited;
        o->answered = invited[i].answered;
    }
    for (size_t i = 0; i < n_published; i++) {
        if (published[i].organisation[0]) {
            presence_of(p, published[i].organisation)->there = true;
        }
    }
    p->answers = answers_new(scratch, r->instrument);
    return store_each_organisation_answer(r->store, r->wave.id, each_answer, p);
}

static int compare_by_code(const void *a, const void *b, void *context) {
    const struct results *r = context;
    return strcmp(r->heads[*(const size_t *)a].code, r->heads[*(const size_t *)b].code);
}

static enum result load_heads(struct results *r) {
    struct arena *scratch = arena_new();
    struct presences p = {.r = r};
    enum result result = find_presences(&p, scratch);
    r->heads = arena_array(r->arena, p.n, sizeof *r->heads);
    r->states = arena_array(r->arena, p.n, sizeof *r->states);
    r->by_code = arena_array(r->arena, p.n, sizeof *r->by_code);
    for (size_t i = 0; i < p.n; i++) {
        const struct presence *o = &p.list[i];
        if (!o->there) {
            continue;
        }
        const char *name = o->organisation && o->organisation->name[0] ? o->organisation->name : o->code;
        const char *parent = o->organisation && o->organisation->parent ? o->organisation->parent : "";
        r->heads[r->n_heads] =
            (struct organisation_head){o->code, arena_string(r->arena, name), arena_string(r->arena, parent)};
        r->states[r->n_heads] = (struct organisation_state){o->invited, o->answered, o->answer};
        r->by_code[r->n_heads] = r->n_heads;
        r->n_heads++;
    }
    qsort_r(r->by_code, r->n_heads, sizeof *r->by_code, compare_by_code, r);
    arena_free(scratch);
    return result;
}

size_t results_head(const struct results *r, const char *code) {
    for (size_t low = 0, high = r->n_heads; low < high;) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(r->heads[r->by_code[middle]].code, code);
        if (order == 0) {
            return r->by_code[middle];
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NOWHERE;
}

enum result results_open(struct results **out, struct store *store, const struct assessment *assessment,
                         const struct wave *wave, struct findings *findings) {
    *out = NULL;
    if (wave->state != WAVE_CLOSED) {
        finding_add(findings, SEVERITY_ERROR, (struct place){NULL, 0, 0}, "results_wave_open", "wave", wave->label,
                    NULL);
        return RESULT_INPUT;
    }
    struct arena *arena = arena_new();
    struct results *r = arena_alloc(arena, sizeof *r);
    r->arena = arena;
    r->store = store;
    copy_wave(r, assessment, wave);
    enum result result = wave_load_instrument(&r->instrument, store, r->wave.id, r->assessment.instrument, findings);
    if (result == RESULT_OK) {
        r->layout = layout_new(arena, r->instrument);
        make_rules(r);
        result = results_ensure(store, &r->wave, r->instrument);
    }
    if (result == RESULT_OK) {
        result = store_list_placeholders(store, arena, assessment->id, &r->placeholders, &r->n_placeholders);
    }
    if (result == RESULT_OK) {
        result = load_heads(r);
    }
    if (result == RESULT_MACHINE) {
        finding_add(findings, SEVERITY_ERROR, (struct place){NULL, 0, 0}, "results_not_read", "wave", wave->label,
                    NULL);
    }
    if (result != RESULT_OK) {
        results_close(r);
        return result;
    }
    *out = r;
    return RESULT_OK;
}

void results_close(struct results *r) {
    if (r) {
        for (size_t i = 0; i < r->n_past; i++) {
            results_close(r->past[i].results);
        }
        instrument_release(r->instrument);
        arena_free(r->arena);
    }
}

const struct instrument *results_instrument(const struct results *r) {
    return r->instrument;
}

const struct assessment *results_assessment(const struct results *r) {
    return &r->assessment;
}

const struct wave *results_wave(const struct results *r) {
    return &r->wave;
}

size_t results_organisations(const struct results *r, const struct organisation_head **heads) {
    *heads = r->heads;
    return r->n_heads;
}

/* What the assessment fills in for a placeholder in a language, or NULL. */
static const char *placeholder_in(const struct results *r, const char *name, const char *language) {
    const char *found = NULL;
    for (size_t i = 0; i < r->n_placeholders; i++) {
        const struct placeholder_value *v = &r->placeholders[i];
        if (strcmp(v->name, name) == 0) {
            if (strcmp(v->language, language) == 0) {
                return v->value;
            }
            found = v->language[0] ? found : v->value;
        }
    }
    return found;
}

const char *results_text(const struct results *r, struct arena *arena, const struct text *text, size_t language) {
    const struct instrument *in = r->instrument;
    const char **names = arena_array(arena, in->n_placeholders, sizeof *names);
    const char **values = arena_array(arena, in->n_placeholders, sizeof *values);
    size_t n = 0;
    for (size_t i = 0; i < in->n_placeholders; i++) {
        const char *value = placeholder_in(r, in->placeholders[i].name, in->languages[language]);
        if (value) {
            names[n] = in->placeholders[i].name;
            values[n++] = value;
        }
    }
    struct buf filled = BUF_INIT;
    instrument_fill(&filled, in, language, text_in(text, language), names, values, n);
    const char *copy = arena_copy(arena, filled.p, filled.n);
    buf_free(&filled);
    return copy;
}
