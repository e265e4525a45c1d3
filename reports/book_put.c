#include "reports/book.h"

#include <math.h>
#include <string.h>

enum { CELL_MAX = 32767, CELL_LINES = 250 };
enum { SCREEN_PIXELS = 1210 }; /* what is read first must be there without scrolling sideways */

/* Length of the UTF-8 sequence that begins at p, or 0 when it is not a valid one. */
static size_t sequence_at(const char *p, size_t left) {
    unsigned char c = (unsigned char)*p;
    size_t n = c < 0x80 ? 1 : c >= 0xC2 && c < 0xE0 ? 2 : c >= 0xE0 && c < 0xF0 ? 3 : c >= 0xF0 && c < 0xF5 ? 4 : 0;
    return n && n <= left && utf8_valid((struct str){p, n}) ? n : 0;
}

/* Control characters that no cell can hold. */
static bool is_left_out(unsigned char c) {
    return (c < 0x20 && c != '\n' && c != '\t') || c == 0x7F;
}

/* "_x0041_" in a cell is read as a character code: the underscore itself must then be written as one. What is left out
 * anyway does not keep the rest apart. */
static bool looks_like_escape(const char *p, size_t left) {
    char seen[8] = "";
    for (size_t n = 0; n < 7 && left > 0; p++, left--)
        if (!is_left_out((unsigned char)*p))
            seen[n++] = *p;
    return seen[0] == '_' && seen[1] == 'x' && seen[6] == '_' && strspn(seen + 2, "0123456789abcdefABCDEF") == 4;
}

/* U+FFFE and U+FFFF are not characters of XML. */
static bool is_noncharacter(const char *p, size_t n) {
    return n == 3 && (memcmp(p, "\xEF\xBF\xBE", 3) == 0 || memcmp(p, "\xEF\xBF\xBF", 3) == 0);
}

/* One unit of text, made harmless, into `piece`; how many bytes were read. `units` is what Excel will count. */
static size_t safe_piece(const char *p, size_t left, const char **piece, size_t *piece_n, size_t *units) {
    size_t n = sequence_at(p, left);
    *units = n == 4 ? 2 : 1;
    *piece = p;
    *piece_n = n;
    if (n == 0 || is_noncharacter(p, n)) {
        *piece = "\xEF\xBF\xBD";
        *piece_n = 3;
        *units = 1;
        return n ? n : 1;
    }
    unsigned char c = (unsigned char)*p;
    if (c == '\t') {
        *piece = " ";
    } else if (is_left_out(c)) {
        *piece_n = 0;
        *units = 0;
    } else if (looks_like_escape(p, left)) {
        *piece = "_x005F_";
        *piece_n = *units = 7;
    }
    return n;
}

char *safe_text(struct book *book, const char *text, size_t max) {
    struct buf b = BUF_INIT;
    size_t units = 0, lines = 0, left = text ? strlen(text) : 0;
    size_t mark_n = 0; /* bytes of b that leave room for the ellipsis */
    bool cut = false;
    while (left > 0) {
        const char *piece;
        size_t piece_n, piece_units;
        size_t n = safe_piece(text, left, &piece, &piece_n, &piece_units);
        if (units + piece_units > max) {
            cut = true;
            break;
        }
        if (piece_n == 1 && *piece == '\n' && ++lines > CELL_LINES)
            piece = " ";
        buf_bytes(&b, piece, piece_n);
        units += piece_units;
        if (units < max)
            mark_n = b.n;
        text += n;
        left -= n;
    }
    char *out = cut ? arena_printf(book->arena, "%.*s…", (int)mark_n, b.p) : arena_copy(book->arena, b.p, b.n);
    buf_free(&b);
    return out;
}

static void check(struct sheet *s, lxw_error error) {
    if (error != LXW_NO_ERROR)
        s->book->failed = true;
}

/* Is the first letter one of a script that is written from the right? Not every program finds that out for itself, and
 * the marks at the end of a sentence would stand at its beginning. */
static bool begins_from_right(const char *text) {
    struct str rest = str_of(text);
    while (rest.n > 0) {
        const uint32_t c = utf8_next(&rest);
        if ((c >= 0x590 && c < 0x900) || (c >= 0xFB1D && c < 0xFE00) || (c >= 0xFE70 && c < 0xFF00))
            return true;
        if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= 0xC0 && c < 0x590))
            return false;
    }
    return false;
}

struct style style_as_read(const struct book *book, const char *text, struct style style) {
    style.from_right = language_is_rtl(book->words->language) && begins_from_right(text);
    return style;
}

void put_text(struct sheet *s, size_t row, size_t column, const char *text, struct style style) {
    lxw_format *format = book_format(s->book, style_as_read(s->book, text, style));
    const char *safe = safe_text(s->book, text, CELL_MAX);
    if (*safe)
        check(s, worksheet_write_string(s->page, (lxw_row_t)row, (lxw_col_t)column, safe, format));
    else
        check(s, worksheet_write_blank(s->page, (lxw_row_t)row, (lxw_col_t)column, format));
}

void put_merged(struct sheet *s, size_t row, size_t first, size_t last, const char *text, struct style style) {
    if (first == last) {
        put_text(s, row, first, text, style);
        return;
    }
    check(s, worksheet_merge_range(s->page, (lxw_row_t)row, (lxw_col_t)first, (lxw_row_t)row, (lxw_col_t)last,
                                   safe_text(s->book, text, CELL_MAX),
                                   book_format(s->book, style_as_read(s->book, text, style))));
}

void put_blank(struct sheet *s, size_t row, size_t first, size_t last, struct style style) {
    for (size_t i = first; i <= last; i++)
        check(s, worksheet_write_blank(s->page, (lxw_row_t)row, (lxw_col_t)i, book_format(s->book, style)));
}

void put_number(struct sheet *s, size_t row, size_t column, double x, struct style style) {
    lxw_format *format = book_format(s->book, style);
    if (isfinite(x))
        check(s, worksheet_write_number(s->page, (lxw_row_t)row, (lxw_col_t)column, x, format));
    else
        check(s, worksheet_write_blank(s->page, (lxw_row_t)row, (lxw_col_t)column, format));
}

/* How "not shown" looks: quiet, in the middle, on no colour. */
static struct style withheld_style(struct style style) {
    style.ink = COLOUR_QUIET;
    style.fill = COLOUR_NONE;
    style.align = style.align == 'l' ? 'l' : style.align == 'r' ? 'r' : 'c';
    style.number = NUMBER_PLAIN;
    style.call = style.gap = 0;
    style.bold = 0;
    return style;
}

void put_cell(struct sheet *s, size_t row, size_t column, struct cell cell, struct style style) {
    if (cell.state == CELL_VALUE)
        put_number(s, row, column, cell.value, style);
    else if (cell.state == CELL_WITHHELD)
        put_text(s, row, column, word(s->book->words, "cell.withheld"), withheld_style(style));
    else
        put_blank(s, row, column, column, style);
}

static void put_persons(struct sheet *s, size_t row, size_t column, struct cell cell, const char *withheld,
                        struct style style) {
    if (cell.state != CELL_WITHHELD) {
        put_cell(s, row, column, cell, style);
        return;
    }
    style = withheld_style(style);
    style.wrap = 1;
    style.size = 8;
    put_text(s, row, column, withheld, style);
}

void put_n(struct sheet *s, size_t row, size_t column, struct cell cell, struct style style) {
    put_persons(s, row, column, cell, word(s->book->words, "report.withheld"), style);
}

void put_answered(struct sheet *s, size_t row, size_t column, const struct organisation_results *o,
                  struct style style) {
    put_persons(s, row, column, o->answered, words_answered_withheld(s->book->words, o), style);
}

void put_share(struct sheet *s, size_t row, size_t column, const struct figures *f, enum gap gap, struct style style) {
    style.number = NUMBER_SHARE;
    style.align = style.align ? style.align : 'c';
    if (f->of[STAT_FAVOURABLE].state == CELL_VALUE && f->call != CALL_NONE) {
        style = style_of_call(f->call, style);
        style.call = (uint8_t)f->call;
        style.gap = (uint8_t)gap;
    }
    put_cell(s, row, column, f->of[STAT_FAVOURABLE], style);
}

void put_call(struct sheet *s, size_t row, size_t column, const struct figures *f, struct style style) {
    struct book *book = s->book;
    if (f->call == CALL_NONE) {
        struct cell cell = f->of[STAT_MEAN].state == CELL_WITHHELD ? cell_withheld() : cell_none();
        put_cell(s, row, column, cell, style);
        return;
    }
    put_text(s, row, column, arena_printf(book->arena, "%s  %s", words_mark(f->call), words_call(book->words, f->call)),
             style_of_call(f->call, style));
}

void put_runs(struct sheet *s, size_t row, size_t column, const struct text_run *runs, size_t n, struct style style) {
    struct book *book = s->book;
    lxw_rich_string_tuple *parts = arena_array(book->arena, n, sizeof *parts);
    lxw_rich_string_tuple **list = arena_array(book->arena, n + 1, sizeof *list);
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        parts[used].string = safe_text(book, runs[i].text, 8000);
        parts[used].format = book_format(book, runs[i].style);
        if (*parts[used].string) {
            list[used] = &parts[used];
            used++;
        }
    }
    if (used > 0)
        style = style_as_read(book, parts[0].string, style);
    if (used < 2) /* the library wants at least two */
        put_text(s, row, column, used ? parts[0].string : "", style);
    else
        check(s,
              worksheet_write_rich_string(s->page, (lxw_row_t)row, (lxw_col_t)column, list, book_format(book, style)));
}

/* Width of a character in units of a digit. Arial's, in thousandths of its size, from the blank to the tilde; a letter
 * with an accent is as wide as most letters; what is not Latin is taken as wide. */
static double character_width(const char *p, size_t n) {
    static const short arial[] = {278,  278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
                                  556,  556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
                                  1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
                                  667,  778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
                                  333,  556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
                                  556,  556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584};
    unsigned char c = (unsigned char)*p;
    if (n >= 3)
        return c >= 0xE1 && strncmp(p, "\xE2\x80", 2) != 0 ? 1.8 : 0.9;
    return c >= ' ' && c <= '~' ? arial[c - ' '] / 556.0 : 1;
}

double text_height(const char *text, double characters, int size) {
    /* a column's character is 7 pixels wide; a digit of Arial is 0.556 of its size */
    double room = characters * 7 / (5.56 * size / 10 * 1.333), line = 0, word_width = 0;
    int lines = 1;
    struct str rest = str_of(text);
    while (rest.n > 0) {
        size_t n = sequence_at(rest.p, rest.n);
        n = n ? n : 1;
        double w = character_width(rest.p, n);
        if (*rest.p == '\n') {
            lines++;
            line = word_width = 0;
        } else {
            line += w;
            word_width = *rest.p == ' ' ? 0 : word_width + w;
            if (line > room && *rest.p != ' ') {
                lines++;
                line = word_width < room ? word_width : w;
            }
        }
        rest.p += n;
        rest.n -= n;
    }
    return lines * size * 1.28 + 3;
}

size_t put_heading(struct sheet *s, const char *title, const char *explanation, size_t last_column) {
    put_text(s, 0, 0, title, (struct style){.size = 18, .bold = 1});
    sheet_height(s, 0, 30);
    if (!explanation || !*explanation)
        return 2;
    while (last_column > 0 && pixels_wide(s, 0, last_column) > SCREEN_PIXELS)
        last_column--;
    put_merged(s, 1, 0, last_column, explanation, (struct style){.wrap = 1, .top = 1, .ink = COLOUR_QUIET});
    sheet_height(s, 1, text_height(explanation, sheet_span(s, 0, last_column), 10) + 4);
    return 3;
}

void put_head(struct sheet *s, size_t row, size_t column, const char *text, char align) {
    put_text(s, row, column, text,
             (struct style){.size = 9, .bold = 1, .wrap = 1, .align = (uint8_t)align, .line_below = 2});
}
