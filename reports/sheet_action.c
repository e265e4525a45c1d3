/* Action plan: a table to fill in. The first rows hold the barriers found with the first strategy offered for each;
 * what the drop-downs offer stands beside the table, outside of what is printed. */
#include "reports/sheets.h"
#include "reports/told_action.h"

enum { BARRIER, STRATEGY, WHO, STEP, WHEN, NOTICE, STATUS, LAST = STATUS, GUTTER, BARRIERS, STATES };
enum { ROWS = 15, FREE = 3 }; /* rows in all; at least so many empty ones */
static const double row_points = 36;
static const char *const heads[] = {"action.barrier", "action.strategy", "action.who",   "action.first_step",
                                    "action.by_when", "action.notice",   "action.status"};
static const char *const states[CHOICES_STATUS] = {"action.status_new", "action.status_running", "action.status_done",
                                                   "action.status_dropped"};

static void validate(struct sheet *s, size_t first, size_t last, size_t column, lxw_data_validation *rule) {
    if (worksheet_data_validation_range(s->page, (lxw_row_t)first, (lxw_col_t)column, (lxw_row_t)last,
                                        (lxw_col_t)column, rule) != LXW_NO_ERROR)
        s->book->failed = true;
}

/* A drop-down of cells below each other. The library (1.1.4) copies the formula of a list twice and forgets one of the
 * copies; of a rule with a formula of its own it makes one. So it is added as such, and then told what it is. */
static void validate_list(struct sheet *s, size_t first, size_t last, size_t column, lxw_data_validation *rule) {
    rule->validate = LXW_VALIDATION_TYPE_CUSTOM_FORMULA;
    validate(s, first, last, column, rule);
    lxw_data_val_obj *each, *added = NULL;
    STAILQ_FOREACH(each, s->page->data_validations, list_pointers) {
        added = each;
    }
    if (added)
        added->validate = LXW_VALIDATION_TYPE_LIST_FORMULA;
}

/* Choices beside the table: every construct of staff, the barriers found first, and the states. */
static size_t put_choices(struct sheet *s, size_t row, const struct organisation_view *view,
                          const struct offers *offers) {
    struct book *book = s->book;
    const struct style quiet = {.size = 8, .ink = COLOUR_QUIET};
    size_t n = 0;
    put_text(s, row - 1, BARRIERS, word(book->words, "action.choices"), quiet);
    for (size_t i = 0; i < offers->n_barriers; i++)
        put_text(s, row + n++, BARRIERS,
                 words_text(book->words, &book->instrument->constructs[offers->barriers[i]].label), quiet);
    for (size_t i = 0; i < view->staff.n; i++) {
        bool found = false;
        for (size_t k = 0; k < offers->n_barriers; k++)
            found = found || offers->barriers[k] == view->staff.constructs[i];
        if (!found)
            put_text(s, row + n++, BARRIERS,
                     words_text(book->words, &book->instrument->constructs[view->staff.constructs[i]].label), quiet);
    }
    for (size_t i = 0; i < CHOICES_STATUS; i++)
        put_text(s, row + i, STATES, word(book->words, states[i]), quiet);
    return n;
}

/* Cells below each other, as the library takes them. */
static char *range_of(const struct sheet *s, size_t row, size_t column, size_t n) {
    return arena_string(s->book->arena, sheet_range(s, row, column, row + n - 1, column));
}

static void put_rules(struct sheet *s, size_t first, size_t last, size_t choices) {
    struct book *book = s->book;
    if (choices > 0) {
        lxw_data_validation barrier = {.show_error =
                                           LXW_VALIDATION_OFF, /* people may know a barrier that nobody asked about */
                                       .value_formula = range_of(s, first, BARRIERS, choices)};
        validate_list(s, first, last, BARRIER, &barrier);
    }
    lxw_data_validation status = {.value_formula = range_of(s, first, STATES, CHOICES_STATUS),
                                  .error_title = safe_text(book, word(book->words, "action.status"), 31),
                                  .error_message = safe_text(book, word(book->words, "action.status_wrong"), 250)};
    validate_list(s, first, last, STATUS, &status);
    lxw_data_validation day = {.validate = LXW_VALIDATION_TYPE_DATE,
                               .criteria = LXW_VALIDATION_CRITERIA_GREATER_THAN_OR_EQUAL_TO,
                               .value_datetime = {.year = 2000, .month = 1, .day = 1},
                               .error_title = safe_text(book, word(book->words, "action.by_when"), 31),
                               .error_message = safe_text(book, word(book->words, "action.by_when_wrong"), 250)};
    validate(s, first, last, WHEN, &day);
}

static double taller(double least, const struct sheet *s, size_t column, const char *text) {
    double points = text_height(text, (sheet_span(s, column, column) - 2) * 0.92, 10) + 4;
    return points > least ? points : least;
}

/* A row; with a barrier that was found, or empty. */
static void put_plan_row(struct sheet *s, size_t row, const struct offers *offers, size_t i) {
    struct book *book = s->book;
    const struct style line = {.line_below = 1, .line_side = 1, .wrap = 1, .indent = 1};
    struct style day = line;
    day.indent = 0;
    double points = row_points;
    day.number = NUMBER_DATE;
    day.align = 'c';
    put_blank(s, row, BARRIER, LAST, line);
    put_blank(s, row, WHEN, WHEN, day);
    if (i < offers->n_barriers) {
        const struct offer *offer = offers_first(offers, offers->barriers[i]);
        const char *label = words_text(book->words, &book->instrument->constructs[offers->barriers[i]].label);
        struct style bold = line;
        bold.bold = 1;
        put_text(s, row, BARRIER, label, bold);
        points = taller(points, s, BARRIER, label);
        if (offer) {
            put_text(s, row, STRATEGY, offer->strategy->label, line);
            points = taller(points, s, STRATEGY, offer->strategy->label);
        }
        put_text(s, row, STATUS, word(book->words, states[0]), line);
    }
    sheet_height(s, row, points);
}

void sheet_action(struct book *book, const struct organisation_view *view) {
    static const double widths[] = {27, 34, 17, 33, 13, 33, 14, 3, 30, 14};
    struct sheet *s = book_sheet(book, word(book->words, "sheet.action"));
    const struct offers offers = words_offers(book->words, view);
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++)
        sheet_width(s, i, i, widths[i]);
    const char *how = word(book->words, offers.n_barriers ? "action.how" : "action.how_empty");
    size_t head = put_heading(s, word(book->words, "action.title"), how, LAST), first = head + 1;
    for (size_t i = BARRIER; i <= LAST; i++)
        put_text(s, head, i, word(book->words, heads[i]),
                 (struct style){.size = 9,
                                .bold = 1,
                                .wrap = 1,
                                .align = i == WHEN ? 'c' : 'l',
                                .indent = i == WHEN ? 0 : 1,
                                .line_below = 2});
    sheet_height(s, head, 30);
    size_t rows = offers.n_barriers + FREE > ROWS ? offers.n_barriers + FREE : ROWS;
    for (size_t i = 0; i < rows; i++)
        put_plan_row(s, first + i, &offers, i);
    put_rules(s, first, first + rows - 1, put_choices(s, first, view, &offers));
    worksheet_freeze_panes(s->page, (lxw_row_t)first, 1);
    sheet_print(s, true, 1, 1);
    worksheet_print_area(s->page, 0, BARRIER, (lxw_row_t)(first + rows - 1), LAST);
}
