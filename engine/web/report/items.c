/* Items: every rating item with its answers as they were given, a table for each construct. */
#include "web/report/paper.h"

static void write_heads(struct paper *p, const struct scale *scale) {
    static const char *const heads[] = {"profile.n", "share.favourable", "profile.mean"};
    html_markup(p->h, "<thead><tr>");
    paper_head(p, word(p->w, "items.text"), false);
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        paper_head(p, word(p->w, heads[i]), true);
    for (size_t i = 0; i < scale->n_points; i++)
        paper_head(p, words_text(p->w, &scale->points[i].label), true);
    for (size_t i = 0; i < scale->n_not_applicable; i++)
        paper_head(p, words_text(p->w, &scale->not_applicable[i].label), true);
    html_markup(p->h, "</tr></thead><tbody>");
}

/* Share of one answer on the colour of its side, deeper from a quarter and from half of the people: as on the sheet. */
static const char *heat(const struct instrument *instrument, const struct item *item, int code, double share) {
    static const enum call deep[] = {CALL_STRONG_BARRIER, CALL_MIXED, CALL_STRONG_ENABLER};
    static const enum call light[] = {CALL_BARRIER, CALL_MIXED, CALL_ENABLER};
    const int side = item_side(instrument, item, code);
    return share < 0.25 ? "" : paper_class(share >= 0.5 ? deep[side + 1] : light[side + 1]);
}

static void write_point(struct paper *p, const struct item *item, int code, struct cell count, double sum) {
    if (!cell_shown(count) || sum <= 0) {
        paper_cell_share(p, count);
        return;
    }
    const double share = count.value / sum;
    html_markup(p->h, "<td");
    html_attribute(p->h, "class", arena_printf(p->arena, "number %s", heat(p->w->instrument, item, code, share)));
    html_end(p->h);
    html_text(p->h, words_percent(p->w, share));
    html_markup(p->h, "</td>");
}

static void write_distribution(struct paper *p, const struct item *item, const struct figures *f) {
    const struct scale *scale = p->w->instrument->constructs[item->construct].scale;
    double sum = 0;
    for (size_t i = 0; f->counts && i < scale->n_points; i++)
        sum += f->counts[i].value;
    for (size_t i = 0; i < scale->n_points; i++)
        write_point(p, item, scale->points[i].code, f->counts ? f->counts[i] : cell_none(), sum);
    for (size_t i = 0; i < scale->n_not_applicable; i++)
        paper_cell_mean(p, f->counts ? f->counts[scale->n_points + i] : cell_none(), 0);
}

static void write_item(struct paper *p, const struct item *item, const struct figures *f) {
    html_markup(p->h, "<tr>");
    paper_open_row_head(p);
    html_text(p->h, words_text(p->w, &item->text));
    if (item->reverse) {
        html_markup(p->h, " <span class=turned>");
        html_text(p->h, word(p->w, "items.reversed"));
        html_markup(p->h, "</span>");
    }
    html_markup(p->h, "</th>");
    paper_cell_n(p, f->of[STAT_N]);
    paper_cell_call(p, f, GAP_NONE);
    paper_cell_mean(p, f->of[STAT_MEAN], 2);
    write_distribution(p, item, f);
    html_markup(p->h, "</tr>");
}

void section_items(struct paper *p, const struct organisation_view *view) {
    const struct instrument *instrument = p->w->instrument;
    paper_section(p, "items", "items.title");
    paper_note(p, word(p->w, "items.how"));
    for (size_t i = 0; i < view->staff.n; i++) {
        const struct construct *construct = &instrument->constructs[view->staff.constructs[i]];
        paper_open_table(p, "data items", words_text(p->w, &construct->label), true);
        write_heads(p, construct->scale);
        for (size_t j = construct->first_item; j < construct->first_item + construct->n_items; j++)
            write_item(p, &instrument->items[j], &view->results->groups[0].items[j]);
        paper_close_table(p);
    }
    paper_close_section(p);
}
