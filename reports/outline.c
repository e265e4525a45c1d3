#include "reports/outline.h"

#include <math.h>
#include <stdlib.h>

bool cell_shown(struct cell c) {
    return c.state == CELL_VALUE;
}

/* Level first, then domain, so that a level's constructs stand together. */
static bool comes_before(const struct instrument *instrument, size_t a, size_t b) {
    const struct construct *x = &instrument->constructs[a], *y = &instrument->constructs[b];
    if (x->level != y->level)
        return x->level < y->level;
    if (x->domain != y->domain)
        return y->domain == NULL || (x->domain != NULL && x->domain < y->domain);
    return a < b;
}

struct outline outline_of(struct arena *arena, const struct instrument *instrument, enum audience audience) {
    struct outline o = {0, arena_array(arena, instrument->n_constructs + 1, sizeof(size_t))};
    for (size_t c = 0; c < instrument->n_constructs; c++) {
        if (!(instrument->constructs[c].answered_by & audience))
            continue;
        size_t at = o.n++;
        for (; at > 0 && comes_before(instrument, c, o.constructs[at - 1]); at--)
            o.constructs[at] = o.constructs[at - 1];
        o.constructs[at] = c;
    }
    return o;
}

bool outline_begins_level(const struct outline *o, const struct instrument *instrument, size_t i) {
    return i == 0 ||
           instrument->constructs[o->constructs[i]].level != instrument->constructs[o->constructs[i - 1]].level;
}

bool outline_begins_domain(const struct outline *o, const struct instrument *instrument, size_t i) {
    return outline_begins_level(o, instrument, i) ||
           instrument->constructs[o->constructs[i]].domain != instrument->constructs[o->constructs[i - 1]].domain;
}

double agreement_cutoff(const struct construct *construct) {
    return (double)construct->scale->n_points / 6;
}

enum agreement agreement_of(const struct construct *construct, const struct figures *f) {
    if (!cell_shown(f->of[STAT_AD]))
        return AGREEMENT_UNKNOWN;
    if (f->of[STAT_AD].value > agreement_cutoff(construct))
        return AGREEMENT_POOR;
    if (cell_shown(f->of[STAT_RWGJ]) && cell_shown(f->of[STAT_RWGJ_CHANCE]) &&
        f->of[STAT_RWGJ].value > f->of[STAT_RWGJ_CHANCE].value)
        return AGREEMENT_GOOD;
    return AGREEMENT_UNCERTAIN;
}

static double scale_range(const struct construct *construct) {
    double range = construct->scale->high - construct->scale->low;
    return range > 0 ? range : 1;
}

double gap_worth_marking(const struct construct *construct) {
    return scale_range(construct) / 8;
}

enum gap gap_of(const struct construct *construct, const struct figures *whole, const struct figures *group) {
    if (!cell_shown(whole->of[STAT_MEAN]) || !cell_shown(group->of[STAT_MEAN]))
        return GAP_NONE;
    double difference = group->of[STAT_MEAN].value - whole->of[STAT_MEAN].value;
    double worth = gap_worth_marking(construct);
    return difference >= worth ? GAP_HIGHER : difference <= -worth ? GAP_LOWER : GAP_NONE;
}

bool shows_anything(const struct organisation_results *o, const struct outline *outline) {
    for (size_t i = 0; i < outline->n; i++)
        if (cell_shown(o->groups[0].constructs[outline->constructs[i]].of[STAT_MEAN]))
            return true;
    return false;
}

/* How far on its side a construct is: the favourable share, then the mean as a share of the scale. */
static double strength(const struct construct *construct, const struct figures *f) {
    double mean =
        cell_shown(f->of[STAT_MEAN]) ? (f->of[STAT_MEAN].value - construct->scale->low) / scale_range(construct) : 0;
    return f->of[STAT_FAVOURABLE].value + mean / 1000;
}

size_t strongest(const struct organisation_results *o, const struct instrument *instrument,
                 const struct outline *outline, bool enablers, size_t *constructs, size_t max) {
    size_t n = 0;
    for (size_t i = 0; i < outline->n; i++) {
        size_t c = outline->constructs[i];
        const struct figures *f = &o->groups[0].constructs[c];
        bool on_side = enablers ? f->call >= CALL_ENABLER : f->call == CALL_BARRIER || f->call == CALL_STRONG_BARRIER;
        if (!on_side || !cell_shown(f->of[STAT_FAVOURABLE]))
            continue;
        double value = strength(&instrument->constructs[c], f);
        size_t at = n;
        for (; at > 0; at--) {
            size_t other = constructs[at - 1];
            double theirs = strength(&instrument->constructs[other], &o->groups[0].constructs[other]);
            if (enablers ? theirs >= value : theirs <= value)
                break;
            if (at < max)
                constructs[at] = other;
        }
        if (at < max) {
            constructs[at] = c;
            n += n < max;
        }
    }
    return n;
}

size_t widest_disagreement(const struct organisation_results *o, const struct instrument *instrument,
                           const struct outline *outline) {
    size_t widest = SIZE_MAX;
    double most = 0;
    for (size_t i = 0; i < outline->n; i++) {
        size_t c = outline->constructs[i];
        struct cell ad = o->groups[0].constructs[c].of[STAT_AD];
        double units = cell_shown(ad) ? ad.value / agreement_cutoff(&instrument->constructs[c]) : 0;
        if (units > most) {
            most = units;
            widest = c;
        }
    }
    return widest;
}

/* Only groups of the same breakdown are compared: a role with a role, never a role with a unit. */
static bool comparable(const struct organisation_results *o, size_t a, size_t b, size_t construct) {
    const char *x = o->groups[a].question, *y = o->groups[b].question;
    while (*x && *x == *y)
        x++, y++;
    return *x == *y && cell_shown(o->groups[a].constructs[construct].of[STAT_MEAN]) &&
           cell_shown(o->groups[b].constructs[construct].of[STAT_MEAN]);
}

struct widest_gap widest_group_gap(const struct organisation_results *o, const struct instrument *instrument,
                                   const struct outline *outline) {
    struct widest_gap widest = {SIZE_MAX, 0, 0};
    double most = -1;
    for (size_t i = 0; i < outline->n; i++) {
        size_t c = outline->constructs[i];
        for (size_t a = 1; a < o->n_groups; a++)
            for (size_t b = a + 1; b < o->n_groups; b++) {
                if (!comparable(o, a, b, c))
                    continue;
                double gap =
                    (o->groups[a].constructs[c].of[STAT_MEAN].value - o->groups[b].constructs[c].of[STAT_MEAN].value) /
                    scale_range(&instrument->constructs[c]);
                if (fabs(gap) > most) {
                    most = fabs(gap);
                    widest = (struct widest_gap){c, gap >= 0 ? a : b, gap >= 0 ? b : a};
                }
            }
    }
    return widest;
}

size_t widest_own_gap(const struct organisation_results *o, const struct instrument *instrument,
                      const struct outline *outline) {
    size_t widest = SIZE_MAX;
    double most = -1;
    for (size_t i = 0; o->has_answer && i < outline->n; i++) {
        size_t c = outline->constructs[i];
        struct cell staff = o->groups[0].constructs[c].of[STAT_MEAN], own = o->answer.constructs[c];
        if (!cell_shown(staff) || !cell_shown(own))
            continue;
        double gap = fabs(staff.value - own.value) / scale_range(&instrument->constructs[c]);
        if (gap > most) {
            most = gap;
            widest = c;
        }
    }
    return widest;
}
