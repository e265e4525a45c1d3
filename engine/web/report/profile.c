/* The profile as tables: the numbers behind the bars, how far they can be trusted, and how others stand. */
#include "web/report/paper.h"

static void write_heads(struct paper *p, const char *const *keys, size_t n, size_t words) {
    html_markup(p->h, "<thead><tr>");
    for (size_t i = 0; i < n; i++)
        paper_head(p, word(p->w, keys[i]), i != 0 && (words > 1 ? i < words : i != words));
    html_markup(p->h, "</tr></thead><tbody>");
}

/* "Organisation: Inner setting" over the constructs of a level and domain. */
static void write_band(struct paper *p, const struct construct *construct, size_t columns) {
    const char *level = words_level(p->w, construct->level);
    html_markup(p->h, "<tr class=band><th scope=rowgroup");
    html_attribute_number(p->h, "colspan", (long)columns);
    html_end(p->h);
    html_text(p->h, construct->domain ? WORDS(p->w, "profile.band", "level", level, "domain",
                                              words_text(p->w, &construct->domain->label), NULL)
                                      : level);
    html_markup(p->h, "</th></tr>");
}

static void write_interval(struct paper *p, const struct figures *f) {
    const struct cell low = f->of[STAT_CI_LOW], high = f->of[STAT_CI_HIGH];
    if (low.state == CELL_WITHHELD) {
        paper_cell_withheld(p);
        return;
    }
    html_markup(p->h, "<td class=number>");
    if (cell_shown(low) && cell_shown(high))
        html_text(p->h, WORDS(p->w, "scale.range", "low", words_number(p->w, low.value, 2), "high",
                              words_number(p->w, high.value, 2), NULL));
    html_markup(p->h, "</td>");
}

static void write_call(struct paper *p, const struct construct *construct, const struct figures *f) {
    html_markup(p->h, "<td");
    if (f->call != CALL_NONE)
        html_attribute(p->h, "class", arena_printf(p->arena, "call %s", paper_class(f->call)));
    html_end(p->h);
    if (f->call != CALL_NONE) {
        html_markup(p->h, "<span class=mark aria-hidden=true>");
        html_text(p->h, words_mark(f->call));
        html_markup(p->h, "</span> ");
        html_text(p->h, words_call(p->w, f->call));
        html_markup(p->h, "<span class=told>");
        html_text(p->h, told_call(p->w, construct, f));
        html_markup(p->h, "</span>");
    }
    html_markup(p->h, "</td>");
}

static void open_row(struct paper *p, const struct construct *construct) {
    html_markup(p->h, "<tr>");
    paper_open_row_head(p);
    paper_construct(p, construct);
    html_markup(p->h, "</th>");
}

static void write_answers(struct paper *p, const struct organisation_view *view, bool compared) {
    static const char *const heads[] = {"profile.construct", "profile.n",          "share.favourable",
                                        "share.neutral",     "share.unfavourable", "profile.mean",
                                        "report.interval",   "profile.call",       "profile.others"};
    const size_t columns = compared ? 9 : 8;
    paper_open_table(p, "data", word(p->w, "profile.title"), false);
    write_heads(p, heads, columns, 7);
    for (size_t i = 0; i < view->staff.n; i++) {
        const size_t c = view->staff.constructs[i];
        const struct construct *construct = &p->w->instrument->constructs[c];
        const struct figures *f = &view->results->groups[0].constructs[c];
        if (outline_begins_domain(&view->staff, p->w->instrument, i))
            write_band(p, construct, columns);
        open_row(p, construct);
        paper_cell_n(p, f->of[STAT_N]);
        paper_cell_share(p, f->of[STAT_FAVOURABLE]);
        paper_cell_share(p, f->of[STAT_NEUTRAL]);
        paper_cell_share(p, f->of[STAT_UNFAVOURABLE]);
        paper_cell_mean(p, f->of[STAT_MEAN], 2);
        write_interval(p, f);
        write_call(p, construct, f);
        if (compared)
            paper_cell(p, told_others(p->w, view, c));
        html_markup(p->h, "</tr>");
    }
    paper_close_table(p);
}

static void write_trust(struct paper *p, const struct organisation_view *view, bool compared) {
    static const char *const heads[] = {"profile.construct",  "profile.agreement",     "profile.ad",
                                        "profile.ad_cut",     "profile.rwg",           "profile.rwg_chance",
                                        "profile.others_low", "profile.others_median", "profile.others_high"};
    const size_t columns = compared ? 9 : 6;
    html_markup(p->h, "<h3>");
    html_text(p->h, word(p->w, "profile.trust_title"));
    html_markup(p->h, "</h3>");
    paper_note(p, word(p->w, "profile.trust_how"));
    paper_note(p, word(p->w, compared ? "profile.others_how" : "profile.others_none"));
    paper_open_table(p, "data", word(p->w, "profile.trust_title"), false);
    write_heads(p, heads, columns, 1);
    for (size_t i = 0; i < view->staff.n; i++) {
        const size_t c = view->staff.constructs[i];
        const struct construct *construct = &p->w->instrument->constructs[c];
        const struct figures *f = &view->results->groups[0].constructs[c];
        const struct cell ad = f->of[STAT_AD];
        open_row(p, construct);
        paper_cell(p, told_agreement(p->w, construct, f));
        paper_cell_mean(p, ad, 2);
        paper_cell_mean(p, cell_shown(ad) ? cell_value(agreement_cutoff(construct)) : cell_none(), 2);
        paper_cell_mean(p, f->of[STAT_RWGJ], 2);
        paper_cell_mean(p, f->of[STAT_RWGJ_CHANCE], 2);
        if (compared) {
            const struct benchmark others = results_benchmark(p->w->results, view->index, c);
            paper_cell_mean(p, others.low, 2);
            paper_cell_mean(p, others.median, 2);
            paper_cell_mean(p, others.high, 2);
        }
        html_markup(p->h, "</tr>");
    }
    paper_close_table(p);
}

void section_profile(struct paper *p, const struct organisation_view *view) {
    const bool compared = told_any_benchmark(p->w, view);
    paper_section(p, "profile", "profile.title");
    paper_note(p, word(p->w, "profile.how"));
    write_answers(p, view, compared);
    write_trust(p, view, compared);
    paper_close_section(p);
}
