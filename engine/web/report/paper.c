#include "web/report/paper.h"

void paper_open_section(struct paper *p, const char *id, const char *key) {
    html_markup(p->h, "<section");
    html_attribute(p->h, "id", id);
    html_markup(p->h, "><h2>");
    html_text(p->h, word(p->w, key));
    html_markup(p->h, "</h2>");
}

void paper_close_section(struct paper *p) {
    html_markup(p->h, "</section>");
}

void paper_contents(struct paper *p, const struct paper_link *links, size_t n) {
    html_markup(p->h, "<nav class=contents");
    html_attribute(p->h, "aria-label", word(p->w, "report.contents"));
    html_markup(p->h, "><ul>");
    for (size_t i = 0; i < n; i++) {
        html_markup(p->h, "<li><a");
        html_attribute(p->h, "href", arena_printf(p->arena, "#%s", links[i].id));
        html_end(p->h);
        html_text(p->h, word(p->w, links[i].key));
        html_markup(p->h, "</a></li>");
    }
    html_markup(p->h, "</ul></nav>");
}

void paper_paragraph(struct paper *p, const char *text) {
    html_markup(p->h, "<p>");
    html_text(p->h, text);
    html_markup(p->h, "</p>");
}

void paper_note(struct paper *p, const char *text) {
    html_markup(p->h, "<p class=note>");
    html_text(p->h, text);
    html_markup(p->h, "</p>");
}

void paper_unseen(struct paper *p, const char *text) {
    html_markup(p->h, "<span class=unseen> ");
    html_text(p->h, text);
    html_markup(p->h, "</span>");
}

void paper_open_table(struct paper *p, const char *class, const char *caption, bool caption_seen) {
    html_markup(p->h, "<div class=scroll role=region tabindex=0");
    html_attribute(p->h, "aria-label", caption);
    html_markup(p->h, "><table");
    html_attribute(p->h, "class", class);
    html_markup(p->h, "><caption");
    if (!caption_seen)
        html_markup(p->h, " class=unseen");
    html_end(p->h);
    html_text(p->h, caption);
    html_markup(p->h, "</caption>");
}

void paper_close_table(struct paper *p) {
    html_markup(p->h, "</tbody></table></div>");
}

void paper_head(struct paper *p, const char *text, bool number) {
    html_markup(p->h, "<th scope=col");
    if (number)
        html_markup(p->h, " class=number");
    html_markup(p->h, "><span>");
    html_text(p->h, text);
    html_markup(p->h, "</span></th>");
}

void paper_open_row_head(struct paper *p) {
    html_markup(p->h, "<th scope=row>");
}

void paper_row_head(struct paper *p, const char *text) {
    paper_open_row_head(p);
    html_text(p->h, text);
    html_markup(p->h, "</th>");
}

void paper_cell(struct paper *p, const char *text) {
    html_markup(p->h, "<td>");
    html_text(p->h, text);
    html_markup(p->h, "</td>");
}

void paper_cell_withheld(struct paper *p) {
    html_markup(p->h, "<td class=\"number withheld\"><span aria-hidden=true>");
    html_text(p->h, word(p->w, "cell.withheld"));
    html_markup(p->h, "</span>");
    paper_unseen(p, word(p->w, "report.withheld"));
    html_markup(p->h, "</td>");
}

static void number_cell(struct paper *p, struct cell cell, const char *shown) {
    if (cell.state == CELL_WITHHELD) {
        paper_cell_withheld(p);
        return;
    }
    html_markup(p->h, "<td class=number>");
    html_text(p->h, cell.state == CELL_VALUE ? shown : "");
    html_markup(p->h, "</td>");
}

void paper_cell_mean(struct paper *p, struct cell cell, int decimals) {
    number_cell(p, cell, words_number(p->w, cell.value, decimals));
}

void paper_cell_share(struct paper *p, struct cell cell) {
    number_cell(p, cell, words_percent(p->w, cell.value));
}

static void persons_cell(struct paper *p, struct cell cell, const char *withheld) {
    if (cell.state == CELL_WITHHELD) {
        html_markup(p->h, "<td class=number>");
        html_text(p->h, withheld);
        html_markup(p->h, "</td>");
    } else {
        number_cell(p, cell, words_number(p->w, cell.value, 0));
    }
}

void paper_cell_n(struct paper *p, struct cell cell) {
    persons_cell(p, cell, word(p->w, "report.withheld"));
}

void paper_cell_answered(struct paper *p, const struct organisation_results *o) {
    persons_cell(p, o->answered, words_answered_withheld(p->w, o));
}

const char *paper_class(enum call call) {
    static const char *const classes[] = {[CALL_NONE] = "",           [CALL_STRONG_BARRIER] = "strong-barrier",
                                          [CALL_BARRIER] = "barrier", [CALL_MIXED] = "mixed",
                                          [CALL_ENABLER] = "enabler", [CALL_STRONG_ENABLER] = "strong-enabler"};
    return classes[call];
}

static void write_gap(struct paper *p, enum gap gap) {
    if (gap == GAP_NONE)
        return;
    html_text(p->h, gap == GAP_HIGHER ? "\xC2\xA0↑" : "\xC2\xA0↓");
    paper_unseen(p, word(p->w, gap == GAP_HIGHER ? "report.gap_higher" : "report.gap_lower"));
}

void paper_cell_call(struct paper *p, const struct figures *f, enum gap gap) {
    const struct cell share = f->of[STAT_FAVOURABLE];
    if (!cell_shown(share)) {
        number_cell(p, share, "");
        return;
    }
    html_markup(p->h, "<td");
    html_attribute(p->h, "class", arena_printf(p->arena, "number call %s", paper_class(f->call)));
    html_end(p->h);
    html_text(p->h, words_percent(p->w, share.value));
    if (f->call != CALL_NONE) {
        html_markup(p->h, " <span class=mark aria-hidden=true>");
        html_text(p->h, words_mark(f->call));
        html_markup(p->h, "</span>");
        paper_unseen(p, words_call(p->w, f->call));
    }
    write_gap(p, gap);
    html_markup(p->h, "</td>");
}

void paper_construct(struct paper *p, const struct construct *construct) {
    html_text(p->h, words_text(p->w, &construct->label));
    if (!construct->higher_is_barrier)
        return;
    html_markup(p->h, " <span class=turned>");
    html_text(p->h, word(p->w, "reading.turned_short"));
    html_markup(p->h, "</span>");
}
