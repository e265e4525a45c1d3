/* What the sheets of a workbook share: opening and closing the file, styles from one palette, text that cannot harm,
 * page setup, and the words and orders that more than one sheet uses. For the files of reports/ only.
 *
 * Colours, marks and their meaning are in one place (struct style, style_of_call), so that a cell on a sheet and a bar
 * in a chart never disagree. Everything made here lives in the book's arena or in the workbook and goes with the book.
 */
#ifndef READINESS_REPORTS_BOOK_H
#define READINESS_REPORTS_BOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <xlsxwriter.h>

#include "base/clock.h"
#include "base/str.h"
#include "reports/reports.h"
#include "reports/words.h"

enum colour {
    COLOUR_NONE, /* as fill: none; as ink: the usual one */
    COLOUR_QUIET,
    COLOUR_WHITE,
    COLOUR_BAND,
    COLOUR_STRONG_BARRIER,
    COLOUR_BARRIER,
    COLOUR_NEUTRAL,
    COLOUR_ENABLER,
    COLOUR_STRONG_ENABLER,
    COLOUR_OWN, /* the organisation's own rating, in charts */
    COLOUR_COUNT
};

enum number_form {
    NUMBER_PLAIN,
    NUMBER_COUNT,        /* 31 */
    NUMBER_MEAN,         /* 3.87 */
    NUMBER_SHORT,        /* 3.9 */
    NUMBER_SIGNED_SHORT, /* +0.4 */
    NUMBER_SIGNED,       /* +0.42 */
    NUMBER_UNSEEN,       /* shows nothing: a value that only a chart needs */
    NUMBER_SHARE,        /* 74 %, with the marks of `call` and `gap` behind it */
    NUMBER_P,            /* 0.0012 */
    NUMBER_DATE,         /* 2027-03-28: as no country misreads it */
};

/* How a cell looks. All members are one byte, so that two styles can be compared as memory. */
struct style {
    uint8_t size;                    /* points; 0 is 10 */
    uint8_t bold, italic, wrap, top; /* top: aligned to the top of the row instead of its middle */
    uint8_t ink, fill;               /* enum colour */
    uint8_t align;                   /* 'l', 'c', 'r'; 0 as the content asks */
    uint8_t indent;
    uint8_t number; /* enum number_form */
    uint8_t call, gap;
    uint8_t line_above, line_below; /* 1 hairline, 2 darker */
    uint8_t line_side;              /* hairlines left and right */
    uint8_t from_right;             /* text that is read from the right: style_as_read finds that out */
};

enum { BOOK_COLUMNS = 512 };

struct sheet {
    struct book *book;
    lxw_worksheet *page;
    char name[128]; /* as in the file; at most 31 characters */
    double widths[BOOK_COLUMNS];
};

struct book_style {
    struct style style;
    lxw_format *format;
};

struct book {
    lxw_workbook *file;
    char *path, *temporary;
    struct arena *arena;
    struct findings *findings;
    struct words *words; /* in the arena; without texts for a bare table */
    struct results *results;
    const struct instrument *instrument;
    const char *owner, *subject; /* for page heads: the organisation, the assessment and wave */
    struct book_style *styles;
    size_t n_styles, capacity;
    struct sheet **sheets;
    size_t n_sheets, sheet_capacity;
    bool failed; /* libxlsxwriter refused something that must not be refused */
};

/* Opens a workbook that will become `path` when it is closed. `request` gives words and results; NULL for a bare table.
 * `title` and `created` (a day; "" for a fixed one) become the only document properties. */
enum result book_open(struct book *book, const struct report_request *request, const char *path, const char *title,
                      const char *created, struct findings *findings) MUST_CHECK;
/* The same for very many cells: memory does not grow with the rows, and each sheet is written row by row, downwards. */
enum result book_open_large(struct book *book, const struct report_request *request, const char *path,
                            const char *title, const char *created, struct findings *findings) MUST_CHECK;
/* Writes the file whole, puts it in the place of `path` if everything went well, and frees the book in either case. */
enum result book_close(struct book *book) MUST_CHECK;

/* A new sheet behind the others. The name is made legal and unique. Never NULL. */
struct sheet *book_sheet(struct book *book, const char *name);
/* Paper, margins, page heads; one page wide (or `pages_wide`), as many as needed tall; `tall` 1 forces one page. */
void sheet_print(struct sheet *s, bool landscape, int pages_wide, int tall);
/* Keeps blocks of rows together on a page, as far as the program that prints follows page breaks: tell the height of
 * each block before it is written, in order; at the end the breaks are set. */
struct page_breaks {
    double room, used; /* points on a page, and of them used so far */
    size_t n, capacity;
    lxw_row_t *rows;
};
struct page_breaks page_breaks_begin(const struct sheet *s, bool landscape, size_t last_column, double used);
void page_breaks_add(struct sheet *s, struct page_breaks *breaks, size_t row, double points);
void page_breaks_set(struct sheet *s, struct page_breaks *breaks);
void sheet_width(struct sheet *s, size_t first, size_t last, double characters);
/* Height of a row in points. */
void sheet_height(struct sheet *s, size_t row, double points);
/* Height for a text that is wrapped over `characters` characters of `size` points (merged cells do not grow alone). */
double text_height(const char *text, double characters, int size);
/* Width of columns first..last, in characters. */
double sheet_span(const struct sheet *s, size_t first, size_t last);
/* Size in pixels of columns and of a height in points, for charts. */
double pixels_wide(const struct sheet *s, size_t first, size_t last);
double pixels_tall(double points);

/* Writing. Text from anywhere: invalid UTF-8, control characters and over-length are made harmless; never a formula. */
void put_text(struct sheet *s, size_t row, size_t column, const char *text, struct style style);
void put_merged(struct sheet *s, size_t row, size_t first, size_t last, const char *text, struct style style);
/* NAN and infinity leave the cell empty. */
void put_number(struct sheet *s, size_t row, size_t column, double x, struct style style);
/* A value; an em dash where it is withheld; nothing where there is none. */
void put_cell(struct sheet *s, size_t row, size_t column, struct cell cell, struct style style);
/* The same for a number of persons: withheld says "not shown", since it may be any number. */
void put_n(struct sheet *s, size_t row, size_t column, struct cell cell, struct style style);
/* How many answered, of one organisation or of all: withheld says why (words_answered_withheld). */
void put_answered(struct sheet *s, size_t row, size_t column, const struct organisation_results *o, struct style style);
/* A construct's or item's share, coloured and marked by its call. */
void put_share(struct sheet *s, size_t row, size_t column, const struct figures *f, enum gap gap, struct style style);
/* The call in words with its mark, on its colour. */
void put_call(struct sheet *s, size_t row, size_t column, const struct figures *f, struct style style);
void put_blank(struct sheet *s, size_t row, size_t first, size_t last, struct style style);
struct text_run {
    const char *text;
    struct style style;
};
/* One cell with differently styled parts. */
void put_runs(struct sheet *s, size_t row, size_t column, const struct text_run *runs, size_t n, struct style style);
/* Title, and a paragraph of explanation under it (may be NULL), over columns first..last from row 0; returns the next
 * free row, one empty row in between. */
size_t put_heading(struct sheet *s, const char *title, const char *explanation, size_t last_column);
/* One head cell of a table. */
void put_head(struct sheet *s, size_t row, size_t column, const char *text, char align);

lxw_format *book_format(struct book *book, struct style style);
lxw_color_t colour_of(enum colour colour);
struct style style_of_call(enum call call, struct style style);
/* The style of a text in a workbook that is read from the right, if its own letters are. */
struct style style_as_read(const struct book *book, const char *text, struct style style);
/* "'Sheet name'!$B$4:$B$9", for charts. In the arena. */
const char *sheet_range(const struct sheet *s, size_t row, size_t column, size_t last_row, size_t last_column);
/* A chart over cells: position and size in pixels, with a description for those who cannot see it. */
void put_chart(struct sheet *s, lxw_chart *chart, size_t row, size_t column, double x, double y, double width,
               double height, const char *description);

/* Text as a cell may hold it, at most `max` UTF-16 units. In the arena. */
char *safe_text(struct book *book, const char *text, size_t max);
/* A sheet name that Excel takes, from any text. In the arena. */
char *legal_sheet_name(struct book *book, const char *text);

#endif
