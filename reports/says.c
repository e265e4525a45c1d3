#include "reports/says.h"

#include <math.h>

static const double most = 0.75, many = 0.60; /* of those invited: a picture that carries, and one that begins to */
static const double reliable = 0.70, chance = 0.05, well = 0.80;

static bool always(const struct evidence *e) {
    (void)e;
    return true;
}

static bool rate_most(const struct evidence *e) {
    return e->rate >= most;
}

static bool rate_many(const struct evidence *e) {
    return e->rate >= many;
}

static bool rate_few(const struct evidence *e) {
    return e->rate < many;
}

static bool strong_enabler(const struct evidence *e) {
    return e->call == CALL_STRONG_ENABLER;
}

static bool enabler_by_share(const struct evidence *e) {
    return e->call == CALL_ENABLER && e->favourable >= e->enabler_share;
}

static bool enabler_by_mean(const struct evidence *e) {
    return e->call == CALL_ENABLER;
}

static bool strong_barrier(const struct evidence *e) {
    return e->call == CALL_STRONG_BARRIER;
}

static bool barrier_by_share(const struct evidence *e) {
    return e->call == CALL_BARRIER && e->favourable <= e->barrier_share;
}

static bool barrier_by_mean(const struct evidence *e) {
    return e->call == CALL_BARRIER;
}

static bool mixed(const struct evidence *e) {
    return e->call == CALL_MIXED;
}

static bool agree(const struct evidence *e) {
    return e->agreement == AGREEMENT_GOOD;
}

static bool agree_perhaps(const struct evidence *e) {
    return e->agreement == AGREEMENT_UNCERTAIN;
}

static bool differ(const struct evidence *e) {
    return e->agreement == AGREEMENT_POOR;
}

static bool first_wave(const struct evidence *e) {
    return !e->earlier;
}

static bool was_not_there(const struct evidence *e) {
    return e->why == COMPARISON_NOT_THERE;
}

static bool was_not_asked(const struct evidence *e) {
    return e->why == COMPARISON_NOT_ASKED;
}

static bool had_other_items(const struct evidence *e) {
    return e->why == COMPARISON_OTHER_ITEMS;
}

static bool had_other_scale(const struct evidence *e) {
    return e->why == COMPARISON_OTHER_SCALE;
}

static bool had_other_people(const struct evidence *e) {
    return e->why == COMPARISON_OTHER_PEOPLE;
}

static bool is_unreadable(const struct evidence *e) {
    return e->why == COMPARISON_UNREADABLE;
}

static bool change_not_told(const struct evidence *e) {
    return isnan(e->change);
}

static bool change_without_interval(const struct evidence *e) {
    return isnan(e->change_low) || isnan(e->change_high);
}

static bool change_inside(const struct evidence *e) {
    return e->change_low <= 0 && e->change_high >= 0;
}

static bool change_much_better(const struct evidence *e) {
    return e->change >= e->worth;
}

static bool change_better(const struct evidence *e) {
    return e->change > 0;
}

static bool change_much_worse(const struct evidence *e) {
    return e->change <= -e->worth;
}

static bool others_unknown(const struct evidence *e) {
    return isnan(e->mean) || isnan(e->others_low) || isnan(e->others_high);
}

static bool others_below(const struct evidence *e) {
    return e->mean < e->others_low;
}

static bool others_above(const struct evidence *e) {
    return e->mean > e->others_high;
}

static bool own_missing(const struct evidence *e) {
    return !e->rated;
}

static bool staff_withheld(const struct evidence *e) {
    return e->staff_withheld;
}

static bool staff_missing(const struct evidence *e) {
    return isnan(e->staff);
}

static bool own_higher(const struct evidence *e) {
    return e->staff - e->own <= -e->worth;
}

static bool staff_higher(const struct evidence *e) {
    return e->staff - e->own >= e->worth;
}

static bool reliability_unknown(const struct evidence *e) {
    return isnan(e->p) || isnan(e->icc2);
}

static bool organisations_alike(const struct evidence *e) {
    return e->p >= chance;
}

static bool means_reliable(const struct evidence *e) {
    return e->icc2 >= reliable;
}

static bool items_well(const struct evidence *e) {
    return e->alpha >= well;
}

static bool items_enough(const struct evidence *e) {
    return e->alpha >= reliable;
}

static bool items_weak(const struct evidence *e) {
    return e->alpha < reliable;
}

const struct rule says_rules[] = {
    {SUBJECT_RESPONSE, "response.most", rate_most},
    {SUBJECT_RESPONSE, "response.many", rate_many},
    {SUBJECT_RESPONSE, "response.few", rate_few},
    {SUBJECT_RESPONSE, "response.unknown", always},
    {SUBJECT_SHARE, "share.strong_enabler", strong_enabler},
    {SUBJECT_SHARE, "share.enabler", enabler_by_share},
    {SUBJECT_SHARE, "share.enabler_mean", enabler_by_mean},
    {SUBJECT_SHARE, "share.strong_barrier", strong_barrier},
    {SUBJECT_SHARE, "share.barrier", barrier_by_share},
    {SUBJECT_SHARE, "share.barrier_mean", barrier_by_mean},
    {SUBJECT_SHARE, "share.mixed", mixed},
    {SUBJECT_SHARE, "share.unknown", always},
    {SUBJECT_AGREEMENT, "agreement.good", agree},
    {SUBJECT_AGREEMENT, "agreement.uncertain", agree_perhaps},
    {SUBJECT_AGREEMENT, "agreement.poor", differ},
    {SUBJECT_AGREEMENT, "agreement.unknown", always},
    {SUBJECT_CHANGE, "change.first", first_wave},
    {SUBJECT_CHANGE, "change.not_there", was_not_there},
    {SUBJECT_CHANGE, "change.not_asked", was_not_asked},
    {SUBJECT_CHANGE, "change.other_items", had_other_items},
    {SUBJECT_CHANGE, "change.other_scale", had_other_scale},
    {SUBJECT_CHANGE, "change.other_people", had_other_people},
    {SUBJECT_CHANGE, "change.unreadable", is_unreadable},
    {SUBJECT_CHANGE, "change.not_told", change_not_told},
    {SUBJECT_CHANGE, "change.no_interval", change_without_interval},
    {SUBJECT_CHANGE, "change.inside", change_inside},
    {SUBJECT_CHANGE, "change.much_better", change_much_better},
    {SUBJECT_CHANGE, "change.better", change_better},
    {SUBJECT_CHANGE, "change.much_worse", change_much_worse},
    {SUBJECT_CHANGE, "change.worse", always},
    {SUBJECT_OTHERS, "others.unknown", others_unknown},
    {SUBJECT_OTHERS, "others.below", others_below},
    {SUBJECT_OTHERS, "others.above", others_above},
    {SUBJECT_OTHERS, "others.between", always},
    {SUBJECT_OWN, "own.missing", own_missing},
    {SUBJECT_OWN, "own.withheld", staff_withheld},
    {SUBJECT_OWN, "own.no_staff", staff_missing},
    {SUBJECT_OWN, "own.organisation", own_higher},
    {SUBJECT_OWN, "own.staff", staff_higher},
    {SUBJECT_OWN, "own.close", always},
    {SUBJECT_RELIABILITY, "reliability.unknown", reliability_unknown},
    {SUBJECT_RELIABILITY, "reliability.alike", organisations_alike},
    {SUBJECT_RELIABILITY, "reliability.good", means_reliable},
    {SUBJECT_RELIABILITY, "reliability.weak", always},
    {SUBJECT_CONSISTENCY, "consistency.well", items_well},
    {SUBJECT_CONSISTENCY, "consistency.enough", items_enough},
    {SUBJECT_CONSISTENCY, "consistency.weak", items_weak},
    {SUBJECT_CONSISTENCY, "consistency.unknown", always},
};
const size_t n_says_rules = sizeof says_rules / sizeof *says_rules;

const char *says_subject_key(enum subject subject) {
    static const char *const keys[] = {
        [SUBJECT_RESPONSE] = "says.response",       [SUBJECT_SHARE] = "says.share",
        [SUBJECT_AGREEMENT] = "says.agreement",     [SUBJECT_CHANGE] = "says.change",
        [SUBJECT_OTHERS] = "says.others",           [SUBJECT_OWN] = "says.own",
        [SUBJECT_RELIABILITY] = "says.reliability", [SUBJECT_CONSISTENCY] = "says.consistency",
    };
    return keys[subject];
}

const struct rule *says_rule(enum subject subject, const struct evidence *e) {
    const struct rule *rule = says_rules;
    while (rule->subject != subject || !rule->holds(e))
        rule++;
    return rule;
}

const char *says(const struct words *w, enum subject subject, const struct evidence *e) {
    return word(w, arena_printf(w->arena, "says.%s", says_rule(subject, e)->name));
}

const char *says_when(const struct words *w, const struct rule *rule) {
    const struct instrument *in = w->instrument;
    return WORDS(w, arena_printf(w->arena, "when.%s", rule->name), "twice",
                 words_whole(w, 2 * (size_t)results_wave(w->results)->min_group), "enabler",
                 words_percent(w, in->enabler_share), "barrier", words_percent(w, in->barrier_share), "strong_enabler",
                 words_percent(w, STRONG_ENABLER_SHARE), "strong_barrier", words_percent(w, STRONG_BARRIER_SHARE),
                 "most", words_percent(w, most), "many", words_percent(w, many), "reliable",
                 words_number(w, reliable, 2), "well", words_number(w, well, 2), "chance", words_number(w, chance, 2),
                 NULL);
}

static double told(struct cell cell) {
    return cell_shown(cell) ? cell.value : NAN;
}

struct evidence evidence_none(void) {
    return (struct evidence){.rate = NAN,
                             .favourable = NAN,
                             .enabler_share = NAN,
                             .barrier_share = NAN,
                             .change = NAN,
                             .change_low = NAN,
                             .change_high = NAN,
                             .worth = NAN,
                             .mean = NAN,
                             .others_low = NAN,
                             .others_high = NAN,
                             .staff = NAN,
                             .own = NAN,
                             .p = NAN,
                             .icc2 = NAN,
                             .alpha = NAN};
}

struct evidence evidence_of_response(const struct organisation_results *o) {
    struct evidence e = evidence_none();
    e.rate = told(o->rate);
    return e;
}

struct evidence evidence_of_construct(const struct words *w, const struct construct *construct,
                                      const struct figures *f) {
    struct evidence e = evidence_none();
    e.call = f->call;
    e.favourable = told(f->of[STAT_FAVOURABLE]);
    e.enabler_share = w->instrument->enabler_share;
    e.barrier_share = w->instrument->barrier_share;
    e.agreement = agreement_of(construct, f);
    return e;
}

struct evidence evidence_of_change(const struct words *w, const struct wave_history *history, size_t construct,
                                   const struct figures *f) {
    struct evidence e = evidence_none();
    e.earlier = history->n_waves > 1;
    if (e.earlier)
        e.why = history->points[(history->n_waves - 2) * w->instrument->n_constructs + construct].why;
    e.change = told(f->of[STAT_CHANGE]);
    e.change_low = told(f->of[STAT_CHANGE_LOW]);
    e.change_high = told(f->of[STAT_CHANGE_HIGH]);
    e.worth = gap_worth_marking(&w->instrument->constructs[construct]);
    return e;
}

struct evidence evidence_of_others(const struct figures *f, const struct benchmark *others) {
    struct evidence e = evidence_none();
    e.mean = told(f->of[STAT_MEAN]);
    e.others_low = told(others->low);
    e.others_high = told(others->high);
    return e;
}

struct evidence evidence_of_own(const struct construct *construct, const struct figures *staff, struct cell own) {
    struct evidence e = evidence_none();
    e.rated = cell_shown(own);
    e.own = told(own);
    e.staff_withheld = staff->of[STAT_MEAN].state == CELL_WITHHELD;
    e.staff = told(staff->of[STAT_MEAN]);
    e.worth = gap_worth_marking(construct);
    return e;
}

struct evidence evidence_of_reliability(const struct figures *f) {
    struct evidence e = evidence_none();
    e.p = told(f->of[STAT_P]);
    e.icc2 = told(f->of[STAT_ICC2]);
    e.alpha = told(f->of[STAT_ALPHA]);
    return e;
}
