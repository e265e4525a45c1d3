#include "reports/book.h"

#include <string.h>

/* The palette of the findings, the same on pages and sheets: orange against blue survives the common kinds of colour
 * blindness; greyscale loses the side, which is why a mark always stands beside it. */
static const lxw_color_t colours[COLOUR_COUNT] = {
    [COLOUR_NONE] = 0x1A1A1A,    [COLOUR_QUIET] = 0x595959,          [COLOUR_WHITE] = 0xFFFFFF,
    [COLOUR_BAND] = 0xF6F6F4,    [COLOUR_STRONG_BARRIER] = 0xB8500A, [COLOUR_BARRIER] = 0xF3B78A,
    [COLOUR_NEUTRAL] = 0xEFEFEF, [COLOUR_ENABLER] = 0xA3C6E5,        [COLOUR_STRONG_ENABLER] = 0x1C5A94,
    [COLOUR_OWN] = 0x8C8C8C,
};

lxw_color_t colour_of(enum colour colour) {
    return colours[colour];
}

struct style style_of_call(enum call call, struct style style) {
    static const struct {
        enum colour fill, ink;
    } look[] = {
        [CALL_NONE] = {COLOUR_NONE, COLOUR_QUIET},      [CALL_STRONG_BARRIER] = {COLOUR_STRONG_BARRIER, COLOUR_WHITE},
        [CALL_BARRIER] = {COLOUR_BARRIER, COLOUR_NONE}, [CALL_MIXED] = {COLOUR_NEUTRAL, COLOUR_NONE},
        [CALL_ENABLER] = {COLOUR_ENABLER, COLOUR_NONE}, [CALL_STRONG_ENABLER] = {COLOUR_STRONG_ENABLER, COLOUR_WHITE},
    };
    style.fill = (uint8_t)look[call].fill;
    style.ink = (uint8_t)look[call].ink;
    return style;
}

/* The number format; a share carries its marks inside the format, so that the cell stays a number that sorts. */
static const char *number_format(struct book *book, const struct style *style) {
    static const char *const arrows[] = {[GAP_NONE] = "", [GAP_LOWER] = " ↓", [GAP_HIGHER] = " ↑"};
    switch ((enum number_form)style->number) {
    case NUMBER_COUNT:
        return "#,##0";
    case NUMBER_MEAN:
        return "0.00";
    case NUMBER_SHORT:
        return "0.0";
    case NUMBER_SIGNED_SHORT:
        return "+0.0;\"\xE2\x88\x92\"0.0;0.0"; /* a minus sign is not a hyphen, and must be quoted in a format */
    case NUMBER_SIGNED:
        return "+0.00;\"\xE2\x88\x92\"0.00;0.00";
    case NUMBER_UNSEEN:
        return ";;;";
    case NUMBER_DATE:
        return "yyyy-mm-dd";
    case NUMBER_P:
        return "[<0.0001]\"<0.0001\";0.0000";
    case NUMBER_SHARE: {
        const char *percent = word(book->words, "number.percent_format");
        if (!style->call && !style->gap)
            return percent;
        return arena_printf(book->arena, "%s\" %s%s\"", percent, words_mark((enum call)style->call),
                            arrows[style->gap]);
    }
    case NUMBER_PLAIN:
        break;
    }
    return NULL;
}

static void set_lines(lxw_format *f, const struct style *style) {
    if (style->line_above) {
        format_set_top(f, LXW_BORDER_THIN);
        format_set_top_color(f, style->line_above > 1 ? 0x595959 : 0xD9D9D9);
    }
    if (style->line_side) {
        format_set_left(f, LXW_BORDER_THIN);
        format_set_left_color(f, 0xD9D9D9);
        format_set_right(f, LXW_BORDER_THIN);
        format_set_right_color(f, 0xD9D9D9);
    }
    if (style->line_below) {
        format_set_bottom(f, LXW_BORDER_THIN);
        format_set_bottom_color(f, style->line_below > 1 ? 0x595959 : 0xD9D9D9);
    }
}

/* 'l' is where lines begin. Where that is the right, text says so too: a word of another script would else begin at the
 * left, and be cut off where the cell beside it is not free. */
static void set_side(lxw_format *f, const struct style *style, bool rtl) {
    const char begin = rtl && style->number == NUMBER_PLAIN ? 'l' : 0;
    const char side = style->align ? (char)style->align : begin;
    if (side)
        format_set_align(f, side == 'c' ? LXW_ALIGN_CENTER : (side == 'r') != rtl ? LXW_ALIGN_RIGHT : LXW_ALIGN_LEFT);
}

static lxw_format *make_format(struct book *book, const struct style *style) {
    lxw_format *f = workbook_add_format(book->file);
    format_set_font_name(f, "Arial"); /* on every desk, and with a free twin of the same widths */
    format_set_font_size(f, style->size ? style->size : 10);
    format_set_font_color(f, colours[style->ink]);
    if (style->bold)
        format_set_bold(f);
    if (style->italic)
        format_set_italic(f);
    if (style->wrap)
        format_set_text_wrap(f);
    format_set_align(f, style->top ? LXW_ALIGN_VERTICAL_TOP : LXW_ALIGN_VERTICAL_CENTER);
    set_side(f, style, language_is_rtl(book->words->language));
    if (style->indent)
        format_set_indent(f, style->indent);
    if (style->from_right)
        format_set_reading_order(f, 2);
    if (style->fill) {
        format_set_pattern(f, LXW_PATTERN_SOLID);
        format_set_fg_color(f, colours[style->fill]);
        format_set_bg_color(f, colours[style->fill]);
    }
    const char *number = number_format(book, style);
    if (number)
        format_set_num_format(f, number);
    set_lines(f, style);
    return f;
}

lxw_format *book_format(struct book *book, struct style style) {
    for (size_t i = 0; i < book->n_styles; i++)
        if (memcmp(&book->styles[i].style, &style, sizeof style) == 0)
            return book->styles[i].format;
    book->styles = arena_grow(book->arena, book->styles, book->n_styles, &book->capacity, sizeof *book->styles);
    book->styles[book->n_styles] = (struct book_style){style, make_format(book, &style)};
    return book->styles[book->n_styles++].format;
}
