#include "store/counts.h"

static bool stop_at_response(void *context, const struct response *r) {
    (void)r;
    *(bool *)context = true;
    return false;
}

static bool stop_at_rating(void *context, const char *organisation, struct str answers) {
    (void)organisation, (void)answers;
    *(bool *)context = true;
    return false;
}

enum result store_is_destroyed(struct store *s, const struct wave *w, bool *out) {
    struct aggregate_source source;
    bool any = false;
    *out = false;
    if (w->state != WAVE_CLOSED || w->imported)
        return RESULT_OK;
    enum result result = store_each_response(s, w->id, NULL, stop_at_response, &any);
    if (result == RESULT_OK && !any)
        result = store_each_organisation_answer(s, w->id, stop_at_rating, &any);
    if (result != RESULT_OK || any)
        return result;
    result = store_get_aggregate_source(s, w->id, &source);
    *out = result == RESULT_INPUT || (result == RESULT_OK && source.n_responses == 0);
    return result == RESULT_MACHINE ? result : RESULT_OK;
}

double counts_rate(const struct wave_counts *c, int answered, int invited) {
    if (answered < c->k || invited < c->k || answered > invited)
        return -1;
    return (double)answered / (double)invited;
}

/* Adds a row to the totals; one row without a number of people leaves that of all unknown. */
static void add(struct wave_counts *c, const struct organisation_count *row) {
    c->invited = c->invited < 0 || row->invited < 0 ? -1 : c->invited + row->invited;
    c->answered += row->answered;
    c->personal += row->personal;
    c->unanswered += row->unanswered;
}

/* Point 4 of the rule. */
static bool may_tell_unanswered(const struct wave_counts *c) {
    const int by_person = c->personal - c->unanswered, others = c->answered - by_person;
    return by_person >= c->k && (others == 0 || others >= c->k);
}

void counts_tell(struct wave_counts *c) {
    int few = 0, hidden = 0;
    for (size_t i = 0; i < c->n; i++)
        if (c->rows[i].answered < c->k) {
            few++;
            hidden += c->rows[i].answered;
        }
    const bool none_told = (size_t)few == c->n;
    c->everybody = few == 0 || hidden >= c->k || none_told;
    c->invited = c->answered = c->personal = c->unanswered = 0;
    for (size_t i = 0; i < c->n; i++)
        if (c->everybody || c->rows[i].answered >= c->k)
            add(c, &c->rows[i]);
    if (c->n == 0)
        c->invited = -1;
    if (c->answered < c->k)
        c->answered = -1;
    if (c->answered < 0 || !may_tell_unanswered(c))
        c->unanswered = -1;
    for (size_t i = 0; i < c->n; i++) {
        struct organisation_count *row = &c->rows[i];
        row->answered = row->answered < c->k ? -1 : row->answered;
        row->personal = row->unanswered = 0;
    }
}
