/* Method: how each number is made, which thresholds were applied, what was withheld, and where the instrument is from.
 */
#include "reports/says.h"
#include "reports/sheets.h"

/* The sheet while it is written; a title waits for the first row under it, to stay with it on one page. */
struct method {
    struct sheet *s;
    struct page_breaks breaks;
    size_t title_row; /* of a title that waits; 0: none */
    double title_points;
};

enum { TERM, TEXT, SENTENCE, LAST = SENTENCE }; /* a rule has its condition and its sentence where others have a text */

static void keep(struct method *m, size_t row, double points) {
    const bool titled = m->title_row > 0;
    page_breaks_add(m->s, &m->breaks, titled ? m->title_row : row, titled ? m->title_points + points : points);
    m->title_row = 0;
}

static size_t put_row(struct method *m, size_t row, const char *term, const char *text) {
    struct sheet *s = m->s;
    put_text(s, row, TERM, term, (struct style){.bold = 1, .wrap = 1, .top = 1, .line_below = 1});
    put_merged(s, row, TEXT, LAST, text, (struct style){.wrap = 1, .top = 1, .line_below = 1});
    double a = text_height(term, sheet_span(s, TERM, TERM) * 0.88, 10);
    double b = text_height(text, sheet_span(s, TEXT, LAST) * 0.96, 10);
    a = (a > b ? a : b) + 8;
    sheet_height(s, row, a);
    keep(m, row, a);
    return row + 1;
}

static size_t put_title(struct method *m, size_t row, const char *text) {
    struct sheet *s = m->s;
    put_text(s, row, TERM, text, (struct style){.size = 12, .bold = 1});
    sheet_height(s, row, 28);
    m->title_row = row;
    m->title_points = 28;
    return row + 1;
}

static size_t put_line(struct method *m, size_t row, struct told_line line) {
    return put_row(m, row, line.label, line.text);
}

static size_t put_rows(struct method *m, size_t row, const char *const *names) {
    for (; *names; names++)
        row = put_line(m, row, told_method(m->s->book->words, *names));
    return row;
}

static size_t put_source(struct method *m, size_t row) {
    struct sheet *s = m->s;
    struct told_line lines[TOLD_SOURCE];
    told_source(s->book->words, lines);
    row = put_title(m, row, word(s->book->words, "method.source_title"));
    for (size_t i = 0; i < TOLD_SOURCE; i++)
        row = put_line(m, row, lines[i]);
    return row;
}

/* One rule; the subject's name stands beside its first. Returns its height. */
static double put_rule(struct sheet *s, size_t row, const struct rule *rule, bool first, bool last) {
    struct book *book = s->book;
    const char *subject = first ? word(book->words, says_subject_key(rule->subject)) : "";
    const char *when = says_when(book->words, rule),
               *says = word(book->words, arena_printf(book->arena, "says.%s", rule->name));
    struct style text = {.size = 9, .wrap = 1, .top = 1, .line_below = 1}, term = text;
    term.size = 10;
    term.bold = 1;
    term.line_below = last;
    put_text(s, row, TERM, subject, term);
    put_text(s, row, TEXT, when, text);
    put_text(s, row, SENTENCE, says, text);
    double a = text_height(subject, sheet_span(s, TERM, TERM) * 0.88, 10);
    double b = text_height(when, sheet_span(s, TEXT, TEXT) * 0.96, 9);
    double c = text_height(says, sheet_span(s, SENTENCE, SENTENCE) * 0.96, 9);
    a = a > b ? a : b;
    a = (a > c ? a : c) + 4;
    sheet_height(s, row, a);
    return a;
}

/* A subject's rules, from the one at `first` to the one before `end`. */
static size_t put_subject(struct method *m, size_t row, size_t first, size_t end) {
    for (size_t i = first; i < end; i++, row++)
        keep(m, row, put_rule(m->s, row, &says_rules[i], i == first, i + 1 == end));
    return row;
}

/* The rules behind the sentences; those of one organisation, or of all together. */
static size_t put_rules(struct method *m, size_t row, bool overall) {
    struct sheet *s = m->s;
    struct book *book = s->book;
    row = put_title(m, row, word(book->words, "says.title"));
    put_merged(s, row, TERM, LAST, word(book->words, "says.how"), (struct style){.wrap = 1, .ink = COLOUR_QUIET});
    sheet_height(s, row, text_height(word(book->words, "says.how"), sheet_span(s, TERM, LAST) * 0.95, 10) + 6);
    row++;
    put_head(s, row, TERM, word(book->words, "method.rule_about"), 'l');
    put_head(s, row, TEXT, word(book->words, "method.rule_when"), 'l');
    put_head(s, row, SENTENCE, word(book->words, "method.rule_says"), 'l');
    sheet_height(s, row++, 20);
    m->title_points += 60;
    for (size_t i = 0; i < n_says_rules;) {
        const enum subject subject = says_rules[i].subject;
        const bool of_all = subject == SUBJECT_RELIABILITY || subject == SUBJECT_CONSISTENCY;
        const bool of_both = subject == SUBJECT_RESPONSE || subject == SUBJECT_SHARE || subject == SUBJECT_CHANGE;
        const size_t first = i;
        while (i < n_says_rules && says_rules[i].subject == subject)
            i++;
        if (of_both || of_all == overall)
            row = put_subject(m, row, first, i);
    }
    return row;
}

static size_t begin(struct method *m, struct book *book) {
    struct sheet *s = book_sheet(book, word(book->words, "sheet.method"));
    sheet_width(s, TERM, TERM, 28);
    sheet_width(s, TEXT, TEXT, 44);
    sheet_width(s, SENTENCE, SENTENCE, 38);
    *m = (struct method){.s = s, .breaks = page_breaks_begin(s, false, LAST, 66)};
    return put_heading(s, word(book->words, "method.title"), word(book->words, "method.how"), LAST);
}

static void end(struct method *m, size_t row) {
    put_source(m, row);
    page_breaks_set(m->s, &m->breaks);
    sheet_print(m->s, false, 1, 0);
}

void sheet_method(struct book *book, const struct organisation_view *view) {
    struct method method, *m = &method;
    size_t row = begin(m, book);
    row = put_title(m, row, word(book->words, "method.numbers_title"));
    row = put_rows(m, row, told_method_numbers);
    row = put_rows(m, row, told_method_compared);
    row = put_rules(m, row + 1, false);
    row = put_title(m, row + 1, word(book->words, "method.protection_title"));
    row = put_line(m, row, told_method_mode(book->words));
    row = put_rows(m, row, told_method_protection);
    row = put_line(m, row, told_method_withheld(book->words, view));
    end(m, row + 1);
}

void sheet_method_all(struct book *book, const struct all_view *view) {
    struct method method, *m = &method;
    size_t row = begin(m, book);
    row = put_title(m, row, word(book->words, "method.numbers_title"));
    row = put_rows(m, row, told_method_numbers);
    row = put_rows(m, row, told_method_overall);
    row = put_rules(m, row + 1, true);
    row = put_title(m, row + 1, word(book->words, "method.protection_title"));
    row = put_rows(m, row, told_method_protection);
    row = put_line(m, row, told_method_withheld_all(book->words, view));
    end(m, row + 1);
}
