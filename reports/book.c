#include "reports/book.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

/* The day as the library wants it; a fixed day where there is none, because 0 would mean "now". */
static time_t created_time(const char *day) {
    struct tm tm = {.tm_year = 80, .tm_mon = 0, .tm_mday = 1, .tm_hour = 12};
    int year, month, date;
    if (day && clock_is_day(day) && sscanf(day, "%d-%d-%d", &year, &month, &date) == 3) {
        tm.tm_year = year - 1900;
        tm.tm_mon = month - 1;
        tm.tm_mday = date;
    }
    return timegm(&tm);
}

static void say_failed(const struct book *book) {
    finding_add(book->findings, SEVERITY_ERROR, (struct place){.file = book->path}, "workbook_not_written", "path",
                book->path, NULL);
}

/* What the request brings: words, results, and who the book is about. */
static void take_request(struct book *book, const struct report_request *request) {
    book->results = request->results;
    book->instrument = results_instrument(request->results);
    *book->words = words_about(book->arena, request->texts, request->language, request->results);
    book->words->strategies = request->strategies;
    book->subject =
        arena_printf(book->arena, "%s, %s", results_assessment(book->results)->title, words_wave(book->words));
}

/* Columns are measured in digits of the file's normal font. The library's would be Calibri, which is not on every desk:
 * with a wider stand-in every column would be wider and every print smaller. */
static void set_normal_font(lxw_workbook *file) {
    lxw_format *normal = STAILQ_FIRST(file->formats);
    if (normal) {
        format_set_font_name(normal, "Arial");
        format_set_font_size(normal, 10);
    }
}

static enum result open_book(struct book *book, const struct report_request *request, const char *path,
                             const char *title, const char *created, bool large, struct findings *findings) {
    memset(book, 0, sizeof *book);
    book->arena = arena_new();
    book->findings = findings;
    book->path = arena_string(book->arena, path);
    book->words = arena_alloc(book->arena, sizeof *book->words);
    book->words->arena = book->arena;
    book->words->language = "en";
    book->owner = book->subject = "";
    if (request)
        take_request(book, request);
    book->temporary = arena_printf(book->arena, "%s.XXXXXX", path);
    int fd = mkstemp(book->temporary); /* readable by nobody else while it is being written */
    if (fd < 0) {
        say_failed(book);
        arena_free(book->arena);
        return RESULT_MACHINE;
    }
    close(fd);
    /* a large book waits on the disk that will hold it, not where temporary files may be memory */
    const char *slash = strrchr(path, '/');
    char *folder = arena_copy(book->arena, slash ? path : ".", slash ? (size_t)(slash - path) + 1 : 1);
    lxw_workbook_options options = {.constant_memory = large ? LXW_TRUE : LXW_FALSE, .tmpdir = large ? folder : NULL};
    book->file = workbook_new_opt(book->temporary, &options);
    if (!book->file) {
        say_failed(book);
        unlink(book->temporary);
        arena_free(book->arena);
        return RESULT_MACHINE;
    }
    set_normal_font(book->file);
    lxw_doc_properties properties = {.title = safe_text(book, title, 200), .created = created_time(created)};
    workbook_set_properties(book->file, &properties);
    return RESULT_OK;
}

enum result book_open(struct book *book, const struct report_request *request, const char *path, const char *title,
                      const char *created, struct findings *findings) {
    return open_book(book, request, path, title, created, false, findings);
}

enum result book_open_large(struct book *book, const struct report_request *request, const char *path,
                            const char *title, const char *created, struct findings *findings) {
    return open_book(book, request, path, title, created, true, findings);
}

/* The folder's entry for the new name must survive a power cut too. */
static bool sync_folder(struct arena *arena, const char *path) {
    const char *slash = strrchr(path, '/');
    const char *folder = slash == path ? "/" : slash ? arena_copy(arena, path, (size_t)(slash - path)) : ".";
    int fd = open(folder, O_RDONLY | O_DIRECTORY);
    if (fd < 0)
        return false;
    bool ok = fsync(fd) == 0 || errno == EINVAL;
    close(fd);
    return ok;
}

static bool sync_file(const char *path) {
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return false;
    bool ok = fsync(fd) == 0;
    close(fd);
    return ok;
}

enum result book_close(struct book *book) {
    lxw_error error = workbook_close(book->file); /* frees it, whatever it returns */
    bool ok = error == LXW_NO_ERROR && !book->failed && sync_file(book->temporary) &&
              rename(book->temporary, book->path) == 0 && sync_folder(book->arena, book->path);
    if (!ok) {
        unlink(book->temporary);
        say_failed(book);
    }
    arena_free(book->arena);
    memset(book, 0, sizeof *book);
    return ok ? RESULT_OK : RESULT_MACHINE;
}

/* Legal in Excel: 1 to 31 UTF-16 units, none of []:*?/\, no apostrophe at the ends (we use none at all, because ranges
 * in charts quote the name with it), not "History". */
char *legal_sheet_name(struct book *book, const char *text) {
    char *name = safe_text(book, text, 4000);
    for (char *p = name; *p; p++)
        if (strchr("[]:*?/\\'\n", *p))
            *p = ' ';
    struct str view = str_trim(str_of(name));
    view = str_trim(str_of(safe_text(book, arena_copy(book->arena, view.p, view.n), 31)));
    if (view.n == 0 || (view.n == 7 && strncasecmp(view.p, "history", 7) == 0))
        view = str_of("-");
    return arena_copy(book->arena, view.p, view.n);
}

static bool name_is_taken(const struct book *book, const char *name) {
    for (size_t i = 0; i < book->n_sheets; i++)
        if (strcasecmp(book->sheets[i]->name, name) == 0)
            return true;
    return false;
}

struct sheet *book_sheet(struct book *book, const char *name) {
    struct sheet *s = arena_alloc(book->arena, sizeof *s);
    const char *legal = legal_sheet_name(book, name), *unique = legal;
    for (int i = 2; name_is_taken(book, unique) || workbook_validate_sheet_name(book->file, unique) != LXW_NO_ERROR;
         i++)
        unique = i > 99 ? arena_printf(book->arena, "%d", i)
                        : arena_printf(book->arena, "%s %d", safe_text(book, legal, 27), i);
    s->book = book;
    snprintf(s->name, sizeof s->name, "%s", unique);
    s->page = workbook_add_worksheet(book->file, s->name);
    if (!s->page) { /* a large sheet found no place to wait in: no book will come of it, but calls follow */
        book->failed = true;
        book->file->options.constant_memory = LXW_FALSE;
        s->page = workbook_add_worksheet(book->file, s->name);
    }
    for (size_t i = 0; i < BOOK_COLUMNS; i++)
        s->widths[i] = 8.43;
    if (language_is_rtl(book->words->language))
        worksheet_right_to_left(s->page);
    worksheet_set_zoom(s->page, 100);
    book->sheets = arena_grow(book->arena, book->sheets, book->n_sheets, &book->sheet_capacity, sizeof *book->sheets);
    book->sheets[book->n_sheets++] = s;
    return s;
}

/* Text inside a page head: "&" begins a command there, and the size command would eat a digit that follows it. */
static const char *head_text(struct book *book, const char *text, size_t max) {
    struct buf b = BUF_INIT;
    for (const char *p = safe_text(book, text, max); *p; p++) {
        if (*p == '&')
            buf_char(&b, '&');
        buf_char(&b, *p == '\n' ? ' ' : *p);
    }
    const char *out = arena_copy(book->arena, b.p, b.n);
    buf_free(&b);
    return out;
}

void sheet_print(struct sheet *s, bool landscape, int pages_wide, int tall) {
    struct book *book = s->book;
    worksheet_set_paper(s->page, 9); /* A4; scaled to the page, it leaves room enough for Letter */
    if (landscape)
        worksheet_set_landscape(s->page);
    else
        worksheet_set_portrait(s->page);
    worksheet_set_margins(s->page, 0.55, 0.55, 0.75, 0.7);
    worksheet_fit_to_pages(s->page, (uint16_t)pages_wide, (uint16_t)tall);
    if (!book->words->texts)
        return;
    /* A page head holds 255 characters in all. */
    const char *head =
        arena_printf(book->arena, "&L&9 %s&R&9 %s", head_text(book, book->owner, 60), head_text(book, s->name, 31));
    const char *page = WORDS(book->words, "page.number", "page", "&P", "pages", "&N", NULL);
    const char *foot = arena_printf(book->arena, "&L&9 %s&R&9 %s", head_text(book, book->subject, 90), page);
    if (worksheet_set_header(s->page, head) != LXW_NO_ERROR || worksheet_set_footer(s->page, foot) != LXW_NO_ERROR)
        book->failed = true;
}

struct page_breaks page_breaks_begin(const struct sheet *s, bool landscape, size_t last_column, double used) {
    /* A4 without margins, in points, and the scale that brings all columns to one page. Excel never enlarges;
     * LibreOffice does, and takes a column as a twentieth wider: the smaller room holds in both. */
    double wide = (landscape ? 11.69 : 8.27) * 72 - 1.1 * 72, tall = (landscape ? 8.27 : 11.69) * 72 - 1.45 * 72;
    double scale = wide / (pixels_wide(s, 0, last_column) * 0.75), larger = scale / 1.05;
    scale = scale < 1 ? scale : 1;
    return (struct page_breaks){.room = 0.985 * tall / (scale > larger ? scale : larger), .used = used};
}

void page_breaks_add(struct sheet *s, struct page_breaks *breaks, size_t row, double points) {
    /* A block that no page holds may begin on the lower part of this one: breaking would only leave white paper. */
    bool hopeless = points > breaks->room && breaks->used < breaks->room * 2 / 3;
    if (breaks->used > 0 && breaks->used + points > breaks->room && !hopeless) {
        breaks->rows = arena_grow(s->book->arena, breaks->rows, breaks->n, &breaks->capacity, sizeof *breaks->rows);
        breaks->rows[breaks->n++] = (lxw_row_t)row;
        breaks->used = 0;
    }
    for (breaks->used += points; breaks->used > breaks->room;) /* a block longer than a page */
        breaks->used -= breaks->room;
}

void page_breaks_set(struct sheet *s, struct page_breaks *breaks) {
    breaks->rows = arena_grow(s->book->arena, breaks->rows, breaks->n, &breaks->capacity, sizeof *breaks->rows);
    breaks->rows[breaks->n] = 0; /* ends the list */
    worksheet_set_h_pagebreaks(s->page, breaks->rows);
}

void sheet_width(struct sheet *s, size_t first, size_t last, double characters) {
    worksheet_set_column(s->page, (lxw_col_t)first, (lxw_col_t)last, characters, NULL);
    for (size_t i = first; i <= last && i < BOOK_COLUMNS; i++)
        s->widths[i] = characters;
}

void sheet_height(struct sheet *s, size_t row, double points) {
    worksheet_set_row(s->page, (lxw_row_t)row, points > 409 ? 409 : points, NULL);
}

double sheet_span(const struct sheet *s, size_t first, size_t last) {
    double sum = 0;
    for (size_t i = first; i <= last && i < BOOK_COLUMNS; i++)
        sum += s->widths[i];
    return sum;
}

/* A column of w characters is 7w + 5 pixels wide, as Excel rounds it. */
double pixels_wide(const struct sheet *s, size_t first, size_t last) {
    double sum = 0;
    for (size_t i = first; i <= last && i < BOOK_COLUMNS; i++)
        sum += (double)(int)(s->widths[i] * 7 + 0.5) + 5;
    return sum;
}

double pixels_tall(double points) {
    return points * 4 / 3;
}

const char *sheet_range(const struct sheet *s, size_t row, size_t column, size_t last_row, size_t last_column) {
    char range[LXW_MAX_CELL_RANGE_LENGTH];
    lxw_rowcol_to_range_abs(range, (lxw_row_t)row, (lxw_col_t)column, (lxw_row_t)last_row, (lxw_col_t)last_column);
    return arena_printf(s->book->arena, "='%s'!%s", s->name, range);
}

void put_chart(struct sheet *s, lxw_chart *chart, size_t row, size_t column, double x, double y, double width,
               double height, const char *description) {
    lxw_chart_line no_line = {.none = LXW_TRUE};
    lxw_chart_fill no_fill = {.none = LXW_TRUE};
    chart_chartarea_set_line(chart, &no_line);
    chart_plotarea_set_fill(chart, &no_fill);
    /* 480 x 288 pixels is the library's chart of scale 1 */
    lxw_chart_options options = {.x_offset = (int32_t)x,
                                 .y_offset = (int32_t)y,
                                 .x_scale = width / 480,
                                 .y_scale = height / 288,
                                 .object_position = LXW_OBJECT_MOVE_AND_SIZE,
                                 .description = safe_text(s->book, description, 250)};
    if (worksheet_insert_chart_opt(s->page, (lxw_row_t)row, (lxw_col_t)column, chart, &options) != LXW_NO_ERROR)
        s->book->failed = true;
}
