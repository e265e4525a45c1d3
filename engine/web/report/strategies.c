/* From barriers to action: strategies to consider; over all organisations, what is a barrier in how many of them. */
#include "reports/told_action.h"
#include "web/report/paper.h"

/* A strategy's name, and under it the cluster it belongs to. */
static void write_strategy(struct paper *p, const struct strategy *strategy) {
    paper_open_row_head(p);
    html_markup(p->h, "<b>");
    html_text(p->h, strategy->label);
    html_markup(p->h, "</b>");
    if (*strategy->cluster) {
        html_markup(p->h, "<br><span class=note>");
        html_text(p->h, strategy->cluster);
        html_markup(p->h, "</span>");
    }
    html_markup(p->h, "</th>");
}

static void write_reasons(struct paper *p, const struct offer *offer, bool who) {
    struct str rest = str_of(told_reasons(p->w, offer, who)), line;
    html_markup(p->h, "<td>");
    for (size_t i = 0; rest.p && str_split(&rest, '\n', &line); i++) {
        if (i > 0)
            html_markup(p->h, "<br>");
        html_text(p->h, arena_copy(p->arena, line.p, line.n));
    }
    html_markup(p->h, "</td>");
}

static void write_count(struct paper *p, size_t n) {
    html_markup(p->h, "<td class=number>");
    html_text(p->h, words_whole(p->w, n));
    html_markup(p->h, "</td>");
}

static void write_share(struct paper *p, size_t n, size_t all) {
    html_markup(p->h, "<td class=number>");
    html_text(p->h, words_percent(p->w, (double)n / (double)all));
    html_markup(p->h, "</td>");
}

static void write_sources(struct paper *p, const struct offers *offers) {
    struct told_line *lines;
    const size_t n = told_offer_sources(p->w, offers, &lines);
    if (*told_more(p->w, offers))
        paper_note(p, told_more(p->w, offers));
    html_markup(p->h, "<h3>");
    html_text(p->h, word(p->w, "strategies.sources"));
    html_markup(p->h, "</h3><dl class=method>");
    for (size_t i = 0; i < n; i++) {
        html_markup(p->h, "<div><dt>");
        html_text(p->h, lines[i].label);
        html_markup(p->h, "</dt><dd>");
        html_text(p->h, lines[i].text);
        html_markup(p->h, "</dd></div>");
    }
    html_markup(p->h, "</dl>");
}

static void write_offers(struct paper *p, const struct offers *offers) {
    paper_open_table(p, "data strategies", word(p->w, "strategies.title"), false);
    html_markup(p->h, "<thead><tr>");
    paper_head(p, word(p->w, "strategies.strategy"), false);
    paper_head(p, word(p->w, "strategies.serves"), true);
    if (offers->matrix)
        paper_head(p, word(p->w, "strategies.sum"), true);
    paper_head(p, word(p->w, offers->matrix ? "strategies.why" : "strategies.which"), false);
    html_markup(p->h, "</tr></thead><tbody>");
    for (size_t i = 0; i < offers->n && i < OFFERS_SHOWN; i++) {
        const struct offer *offer = &offers->list[i];
        html_markup(p->h, "<tr>");
        write_strategy(p, offer->strategy);
        write_count(p, offer->n_reasons);
        if (offers->matrix) {
            html_markup(p->h, "<td class=number>");
            html_text(p->h, offer->cumulative > 0 ? words_number(p->w, offer->cumulative, 0) : "");
            html_markup(p->h, "</td>");
        }
        write_reasons(p, offer, offers->matrix);
        html_markup(p->h, "</tr>");
    }
    paper_close_table(p);
}

void section_strategies(struct paper *p, const struct organisation_view *view) {
    const struct offers offers = words_offers(p->w, view);
    paper_section(p, "strategies", "strategies.title");
    paper_paragraph(p, told_offers(p->w, &offers, true));
    if (offers.n > 0) {
        write_offers(p, &offers);
        write_sources(p, &offers);
    }
    paper_close_section(p);
}

static void write_common(struct paper *p, const struct all_view *view, const struct offers *offers) {
    static const char *const heads[] = {"common.barrier_in", "common.share"};
    paper_open_table(p, "data strategies", word(p->w, "common.title"), false);
    html_markup(p->h, "<thead><tr>");
    paper_head(p, word(p->w, "profile.construct"), false);
    for (size_t i = 0; i < 2; i++)
        paper_head(p, word(p->w, heads[i]), true);
    paper_head(p, word(p->w, "common.where"), false);
    html_markup(p->h, "</tr></thead><tbody>");
    for (size_t i = 0; i < offers->n_barriers; i++) {
        const struct common common = common_calls(view, offers->barriers[i], false);
        html_markup(p->h, "<tr>");
        paper_open_row_head(p);
        paper_construct(p, &p->w->instrument->constructs[offers->barriers[i]]);
        html_markup(p->h, "</th><td class=number>");
        html_text(p->h, told_common(p->w, common));
        html_markup(p->h, "</td>");
        write_share(p, common.hits, common.shown);
        paper_cell(p, told_where(p->w, view, offers->barriers[i]));
        html_markup(p->h, "</tr>");
    }
    paper_close_table(p);
}

static void write_common_offers(struct paper *p, const struct all_view *view, const struct offers *offers) {
    const size_t shown = organisations_shown(view);
    paper_open_table(p, "data strategies", word(p->w, "common.strategies"), false);
    html_markup(p->h, "<thead><tr>");
    paper_head(p, word(p->w, "strategies.strategy"), false);
    paper_head(p, word(p->w, "common.serves"), true);
    paper_head(p, word(p->w, "common.share"), true);
    paper_head(p, word(p->w, offers->matrix ? "strategies.why" : "strategies.which"), false);
    html_markup(p->h, "</tr></thead><tbody>");
    for (size_t i = 0; i < offers->n && i < OFFERS_SHOWN; i++) {
        html_markup(p->h, "<tr>");
        write_strategy(p, offers->list[i].strategy);
        write_count(p, offers->list[i].organisations);
        write_share(p, offers->list[i].organisations, shown);
        write_reasons(p, &offers->list[i], offers->matrix);
        html_markup(p->h, "</tr>");
    }
    paper_close_table(p);
}

void section_common(struct paper *p, const struct all_view *view) {
    const struct offers offers = words_offers_of_all(p->w, view);
    paper_section(p, "common", "common.title");
    paper_note(p, word(p->w, "common.how"));
    paper_paragraph(p, told_common_barriers(p->w, &offers));
    if (offers.n_barriers > 0) {
        write_common(p, view, &offers);
        html_markup(p->h, "<h3>");
        html_text(p->h, word(p->w, "common.strategies"));
        html_markup(p->h, "</h3>");
        paper_note(p, told_offers_of_all(p->w, &offers));
    }
    if (offers.n > 0) {
        write_common_offers(p, view, &offers);
        write_sources(p, &offers);
    }
    paper_close_section(p);
}
