/* The method in short; the workbook's sheet has all of it. */
#include "web/report/paper.h"

static void write_line(struct paper *p, struct told_line line) {
    html_markup(p->h, "<div><dt>");
    html_text(p->h, line.label);
    html_markup(p->h, "</dt><dd>");
    html_text(p->h, line.text);
    html_markup(p->h, "</dd></div>");
}

void section_method(struct paper *p, struct told_line withheld) {
    static const char *const names[] = {"organisation", "shares", "call", "interval", "gap"};
    struct told_line source[TOLD_SOURCE];
    told_source(p->w, source);
    paper_section(p, "method", "method.title");
    paper_paragraph(p, told_promise(p->w));
    paper_note(p, word(p->w, "report.method_how"));
    html_markup(p->h, "<dl class=method>");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        write_line(p, told_method(p->w, names[i]));
    write_line(p, told_method_mode(p->w));
    for (const char *const *name = told_method_protection; *name; name++)
        write_line(p, told_method(p->w, *name));
    write_line(p, withheld);
    for (size_t i = 0; i < TOLD_SOURCE; i++)
        write_line(p, source[i]);
    html_markup(p->h, "</dl>");
    paper_close_section(p);
}
