/* Comments: what people wrote, question by question, in random order; or why it is not shown. */
#include "web/report/paper.h"

static void write_list(struct paper *p, const struct comment_list *list) {
    html_markup(p->h, "<h3>");
    html_text(p->h, words_text(p->w, &p->w->instrument->questions[list->question].label));
    html_markup(p->h, "</h3>");
    if (list->withheld || list->n == 0) {
        paper_paragraph(p, WORDS(p->w, "comments.withheld", "comments", words_least_comments(p->w), NULL));
        return;
    }
    paper_note(p, words_count(p->w, "comments.count", list->n));
    html_markup(p->h, "<ul class=comments>");
    for (size_t i = 0; i < list->n; i++) {
        html_markup(p->h, "<li>");
        html_text(p->h, list->texts[i]);
        html_markup(p->h, "</li>");
    }
    html_markup(p->h, "</ul>");
}

void section_comments(struct paper *p, const struct organisation_view *view) {
    paper_section(p, "comments", "comments.title");
    if (view->results->n_comment_lists == 0)
        paper_paragraph(p, word(p->w, "comments.none"));
    else
        paper_note(p, word(p->w, "comments.how"));
    for (size_t i = 0; i < view->results->n_comment_lists; i++)
        write_list(p, &view->results->comments[i]);
    paper_close_section(p);
}
