/* Comments: what people wrote, question by question, in random order; or why it is not shown. */
#include "reports/sheets.h"

#include <string.h>

enum { EDGE, TEXT };   /* a sheet of one column would not be scaled to the page by LibreOffice */
enum { PIECE = 1800 }; /* characters a row: a row of a sheet is at most 409 points tall */

/* Where to end a piece: at the last blank or line end of its second half, or where the characters are used up. */
static size_t piece_end(struct str rest) {
    struct str piece = utf8_cut(rest, PIECE);
    size_t lines = 0;
    for (size_t i = 0; i < piece.n; i++)
        if (piece.p[i] == '\n' && ++lines == 18)
            return i + 1;
    if (piece.n == rest.n)
        return rest.n;
    for (size_t i = piece.n; i > piece.n / 2; i--)
        if (piece.p[i - 1] == ' ' || piece.p[i - 1] == '\n')
            return i;
    return piece.n;
}

static size_t put_comment(struct sheet *s, size_t row, const char *text) {
    struct book *book = s->book;
    struct str rest = str_trim(str_of(safe_text(book, text, 200000)));
    bool first = true;
    while (rest.n > 0) {
        size_t n = piece_end(rest);
        struct str piece = str_trim((struct str){rest.p, n});
        rest = (struct str){rest.p + n, rest.n - n};
        rest = str_trim(rest);
        const char *shown =
            arena_printf(book->arena, "%s%.*s%s", first ? "" : "… ", (int)piece.n, piece.p, rest.n ? " …" : "");
        double points = text_height(shown, sheet_span(s, TEXT, TEXT) * 0.97, 10);
        struct style style = {.wrap = 1, .top = points > 20, .line_below = rest.n ? 0 : 1};
        put_blank(s, row, EDGE, EDGE, (struct style){.line_below = style.line_below});
        /* already safe: written as it is, so that nothing is escaped twice */
        if (worksheet_write_string(s->page, (lxw_row_t)row, TEXT, shown,
                                   book_format(book, style_as_read(book, shown, style))) != LXW_NO_ERROR)
            book->failed = true;
        sheet_height(s, row++, points + 8);
        first = false;
    }
    return row;
}

static size_t put_list(struct sheet *s, size_t row, const struct comment_list *list) {
    struct book *book = s->book;
    const char *label = words_text(book->words, &book->instrument->questions[list->question].label);
    put_merged(s, row, EDGE, TEXT, label, (struct style){.size = 12, .bold = 1, .wrap = 1, .line_below = 2});
    sheet_height(s, row++, text_height(label, sheet_span(s, TEXT, TEXT) * 0.9, 12) + 6);
    if (list->withheld || list->n == 0) {
        const char *why = WORDS(book->words, "comments.withheld", "comments", words_least_comments(book->words), NULL);
        put_text(s, row, TEXT, why, (struct style){.ink = COLOUR_QUIET, .wrap = 1});
        sheet_height(s, row++, text_height(why, sheet_span(s, TEXT, TEXT) * 0.95, 10) + 8);
        return row + 1;
    }
    const char *count = words_count(book->words, "comments.count", list->n);
    put_text(s, row, TEXT, count, (struct style){.size = 9, .ink = COLOUR_QUIET});
    sheet_height(s, row++, 18);
    for (size_t i = 0; i < list->n; i++)
        row = put_comment(s, row, list->texts[i]);
    return row + 1;
}

void sheet_comments(struct book *book, const struct organisation_view *view) {
    struct sheet *s = book_sheet(book, word(book->words, "sheet.comments"));
    sheet_width(s, EDGE, EDGE, 2);
    sheet_width(s, TEXT, TEXT, 96);
    size_t row = put_heading(s, word(book->words, "comments.title"), word(book->words, "comments.how"), TEXT);
    for (size_t i = 0; i < view->results->n_comment_lists; i++)
        row = put_list(s, row, &view->results->comments[i]);
    if (view->results->n_comment_lists == 0)
        put_text(s, row, TEXT, word(book->words, "comments.none"), (struct style){.ink = COLOUR_QUIET});
    sheet_print(s, false, 1, 0);
}
