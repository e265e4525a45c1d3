#include "reports/told.h"

#include "reports/says.h"

const char *told_strength(const struct words *w, const struct construct *construct, const struct figures *f) {
    return WORDS(w, "summary.strong", "share", words_percent(w, f->of[STAT_FAVOURABLE].value), "mean",
                 words_number(w, f->of[STAT_MEAN].value, 1), "scale", words_scale_range(w, construct), NULL);
}

static const char *disagreement(const struct words *w, const struct organisation_view *view) {
    size_t c = widest_disagreement(view->results, w->instrument, &view->staff);
    if (c == SIZE_MAX)
        return word(w, "talk.staff_unknown");
    const struct construct *construct = &w->instrument->constructs[c];
    const struct figures *f = &view->results->groups[0].constructs[c];
    const char *key = agreement_of(construct, f) == AGREEMENT_POOR ? "talk.staff" : "talk.staff_little";
    return WORDS(w, key, "construct", words_text(w, &construct->label), "points",
                 words_number(w, f->of[STAT_AD].value, 1), "scale", words_scale_range(w, construct), NULL);
}

static const char *between_groups(const struct words *w, const struct organisation_view *view) {
    struct widest_gap gap = widest_group_gap(view->results, w->instrument, &view->staff);
    if (gap.construct == SIZE_MAX)
        return word(w, "talk.groups_unknown");
    const struct construct *construct = &w->instrument->constructs[gap.construct];
    const struct group_results *high = &view->results->groups[gap.higher], *low = &view->results->groups[gap.lower];
    double a = high->constructs[gap.construct].of[STAT_MEAN].value,
           b = low->constructs[gap.construct].of[STAT_MEAN].value;
    const char *key = a - b >= gap_worth_marking(construct) ? "talk.groups" : "talk.groups_little";
    return WORDS(w, key, "construct", words_text(w, &construct->label), "high", words_group(w, high), "high_mean",
                 words_number(w, a, 1), "low", words_group(w, low), "low_mean", words_number(w, b, 1), "breakdown",
                 words_breakdown(w, high), NULL);
}

static const char *with_organisation(const struct words *w, const struct organisation_view *view) {
    if (!view->results->has_answer)
        return word(w, "talk.own_missing");
    size_t c = widest_own_gap(view->results, w->instrument, &view->staff);
    if (c == SIZE_MAX)
        return word(w, "talk.own_unknown");
    return WORDS(w, "talk.own", "construct", words_text(w, &w->instrument->constructs[c].label), "staff",
                 words_number(w, view->results->groups[0].constructs[c].of[STAT_MEAN].value, 1), "own",
                 words_number(w, view->results->answer.constructs[c].value, 1), NULL);
}

void told_talk(const struct words *w, const struct organisation_view *view, struct told_line lines[TOLD_TALK]) {
    lines[0] = (struct told_line){word(w, "talk.staff_label"), disagreement(w, view)};
    lines[1] = (struct told_line){word(w, "talk.groups_label"), between_groups(w, view)};
    lines[2] = (struct told_line){word(w, "talk.own_label"), with_organisation(w, view)};
}

const char *told_others(const struct words *w, const struct organisation_view *view, size_t construct) {
    const struct benchmark others = results_benchmark(w->results, view->index, construct);
    const struct evidence e = evidence_of_others(&view->results->groups[0].constructs[construct], &others);
    return says(w, SUBJECT_OTHERS, &e);
}

bool told_any_benchmark(const struct words *w, const struct organisation_view *view) {
    for (size_t i = 0; i < view->staff.n; i++)
        if (cell_shown(results_benchmark(w->results, view->index, view->staff.constructs[i]).median))
            return true;
    return false;
}

const char *told_own(const struct words *w, const struct construct *construct, const struct figures *staff,
                     struct cell own) {
    const struct evidence e = evidence_of_own(construct, staff, own);
    return says(w, SUBJECT_OWN, &e);
}

const char *told_call(const struct words *w, const struct construct *construct, const struct figures *f) {
    const struct evidence e = evidence_of_construct(w, construct, f);
    return says(w, SUBJECT_SHARE, &e);
}

const char *told_agreement(const struct words *w, const struct construct *construct, const struct figures *f) {
    const struct evidence e = evidence_of_construct(w, construct, f);
    return says(w, SUBJECT_AGREEMENT, &e);
}

const char *told_response(const struct words *w, const struct organisation_results *o) {
    const struct evidence e = evidence_of_response(o);
    return says(w, SUBJECT_RESPONSE, &e);
}

const char *told_change(const struct words *w, const struct organisation_view *view, size_t construct) {
    const struct evidence e =
        evidence_of_change(w, view->history, construct, &view->results->groups[0].constructs[construct]);
    return says(w, SUBJECT_CHANGE, &e);
}

const char *told_promise(const struct words *w) {
    const struct wave *wave = results_wave(w->results);
    return WORDS(w, wave->mode == MODE_ANONYMOUS ? "summary.anonymous" : "summary.confidential", "k",
                 arena_printf(w->arena, "%d", wave->min_group), "comments", words_least_comments(w), NULL);
}

const char *const told_method_numbers[] = {"item",     "person", "organisation", "shares", "call",
                                           "interval", "ad",     "rwg",          NULL};
const char *const told_method_compared[] = {"own", "gap", "others", "change", NULL};
const char *const told_method_overall[] = {"together", "anova", "alpha", "omega", "needed", NULL};
const char *const told_method_protection[] = {"threshold", "classes", "ladder", "comments_rule", NULL};

struct told_line told_method(const struct words *w, const char *name) {
    const struct wave *wave = results_wave(w->results);
    const char *text =
        WORDS(w, arena_printf(w->arena, "method.%s", name), "k", arena_printf(w->arena, "%d", wave->min_group), "twice",
              arena_printf(w->arena, "%d", 2 * wave->min_group), "comments", words_least_comments(w), "enabler",
              words_percent(w, w->instrument->enabler_share), "barrier", words_percent(w, w->instrument->barrier_share),
              "strong_enabler", words_percent(w, STRONG_ENABLER_SHARE), "strong_barrier",
              words_percent(w, STRONG_BARRIER_SHARE), NULL);
    return (struct told_line){word(w, arena_printf(w->arena, "method.%s_term", name)), text};
}

struct told_line told_method_mode(const struct words *w) {
    bool anonymous = results_wave(w->results)->mode == MODE_ANONYMOUS;
    return (struct told_line){word(w, "method.mode_term"),
                              word(w, anonymous ? "method.mode_anonymous" : "method.mode_confidential")};
}

struct told_line told_method_withheld(const struct words *w, const struct organisation_view *view) {
    struct withheld_summary withheld = results_withheld(view->results);
    return (struct told_line){word(w, "method.withheld_term"),
                              WORDS(w, "method.withheld", "groups", words_whole(w, withheld.groups_dropped), "cells",
                                    words_whole(w, withheld.cells_withheld), NULL)};
}

struct told_line told_method_withheld_all(const struct words *w, const struct all_view *view) {
    return (struct told_line){word(w, "method.withheld_term"),
                              WORDS(w, "method.withheld_all", "cells", words_whole(w, withheld_of_all(view)), NULL)};
}

void told_source(const struct words *w, struct told_line lines[TOLD_SOURCE]) {
    const struct instrument *instrument = w->instrument;
    const struct told_line rows[TOLD_SOURCE] = {
        {"method.instrument", WORDS(w, "method.instrument_text", "title", words_text(w, &instrument->title), "name",
                                    instrument->name, "version", instrument->version, NULL)},
        {"method.hash", words_hash(w)},
        {"method.status", words_text(w, &instrument->status)},
        {"method.citation", instrument->citation},
        {"method.licence", instrument->licence},
        {"method.program", "Readiness " READINESS_VERSION},
    };
    for (size_t i = 0; i < TOLD_SOURCE; i++) {
        const bool stated = rows[i].text && *rows[i].text;
        lines[i] = (struct told_line){word(w, rows[i].label), stated ? rows[i].text : word(w, "method.not_stated")};
    }
}
