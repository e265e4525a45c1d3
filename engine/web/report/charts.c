/* The charts: each is as wide as its place and one row high, with sizes in percent, so that its numbers stay readable
 * on a phone and on paper. A title and a description say the same in words. */
#include "web/report/paper.h"

static const double least_labelled = 0.15; /* a smaller share has no room for its number */
static const double marks[] = {0.60, 0.75};

static const char *percent(struct paper *p, double share) {
    return arena_printf(p->arena, "%.3g%%", 100 * share);
}

/* The beginning of a chart; `class` says what it is. */
static void open_chart(struct paper *p, const char *class, const char *title, const char *description) {
    html_markup(p->h, "<svg role=img");
    html_attribute(p->h, "class", class);
    html_markup(p->h, "><title>");
    html_text(p->h, title);
    html_markup(p->h, "</title><desc>");
    html_text(p->h, description);
    html_markup(p->h, "</desc>");
}

static void write_rectangle(struct paper *p, const char *class, double x, double width) {
    html_markup(p->h, "<rect");
    html_attribute(p->h, "class", class);
    html_attribute(p->h, "x", percent(p, x));
    html_attribute(p->h, "width", percent(p, width));
    html_markup(p->h, " height=\"100%\"/>");
}

void chart_patterns(struct paper *p) {
    html_markup(p->h, "<svg class=patterns aria-hidden=true focusable=false><defs>"
                      "<pattern id=hatch width=7 height=7 patternUnits=userSpaceOnUse patternTransform=\"rotate(45)\">"
                      "<rect class=unfavourable-ground width=7 height=7 /><path class=unfavourable-line d=\"M0 0V7\"/>"
                      "</pattern></defs></svg>");
}

/* One 100 % bar: favourable, neutral, unfavourable, each with its number where it has room. */
void chart_shares(struct paper *p, const char *name, const struct figures *f) {
    static const struct {
        enum statistic statistic;
        const char *class;
    } parts[] = {{STAT_FAVOURABLE, "favourable"}, {STAT_NEUTRAL, "neutral"}, {STAT_UNFAVOURABLE, "unfavourable"}};
    const char *shown[3];
    for (size_t i = 0; i < 3; i++)
        shown[i] = words_percent(p->w, f->of[parts[i].statistic].value);
    open_chart(
        p, "shares", name,
        WORDS(p->w, "report.shares", "favourable", shown[0], "neutral", shown[1], "unfavourable", shown[2], NULL));
    double x = 0;
    for (size_t i = 0; i < 3; i++) {
        const double width = f->of[parts[i].statistic].value;
        if (width > 0)
            write_rectangle(p, parts[i].class, x, width);
        if (width >= least_labelled) {
            html_markup(p->h, "<text y=\"50%\" dy=\".36em\" dx=6");
            html_attribute(p->h, "class", arena_printf(p->arena, "on-%s", parts[i].class));
            html_attribute(p->h, "x", percent(p, x));
            html_end(p->h);
            html_text(p->h, shown[i]);
            html_markup(p->h, "</text>");
        }
        x += width;
    }
    html_markup(p->h, "</svg>");
}

/* Where a value lies between the ends of the scale, with room for half a mark at both ends. */
static double place(const struct construct *construct, double value) {
    const double low = construct->scale->low, high = construct->scale->high;
    return 0.05 + 0.9 * (high > low ? (value - low) / (high - low) : 0.5);
}

static void write_line(struct paper *p, const char *class, double from, double to, bool upright) {
    html_markup(p->h, "<line");
    html_attribute(p->h, "class", class);
    html_attribute(p->h, "x1", percent(p, from));
    html_attribute(p->h, "x2", percent(p, to));
    if (upright)
        html_markup(p->h, " y1=0 y2=\"100%\"/>");
    else
        html_markup(p->h, " y1=\"50%\" y2=\"50%\"/>");
}

/* Two ratings on the scale, joined by a line: staff a circle, the organisation a diamond. */
void chart_own(struct paper *p, const struct construct *construct, struct cell staff, struct cell own) {
    const char *a = words_number(p->w, staff.value, 1), *b = words_number(p->w, own.value, 1);
    open_chart(p, "own", words_text(p->w, &construct->label),
               WORDS(p->w, "report.own", "staff", a, "own", b, "scale", words_scale_range(p->w, construct), NULL));
    for (size_t i = 0; i < construct->scale->n_points; i++) {
        const double x = place(construct, construct->scale->points[i].code);
        write_line(p, "tick", x, x, true);
    }
    write_line(p, "joint", place(construct, staff.value), place(construct, own.value), false);
    html_markup(p->h, "<circle class=staff-mark r=6 cy=\"50%\"");
    html_attribute(p->h, "cx", percent(p, place(construct, staff.value)));
    html_markup(p->h, "/><svg class=place y=\"50%\"");
    html_attribute(p->h, "x", percent(p, place(construct, own.value)));
    html_markup(p->h, "><path class=own-mark d=\"M0-7 7 0 0 7-7 0Z\"/></svg></svg>");
}

/* A rate with the marks at 60 and 75 %. */
void chart_rate(struct paper *p, double rate) {
    const double width = rate > 1 ? 1 : rate;
    open_chart(p, "rate", word(p->w, "summary.rate"),
               WORDS(p->w, "report.rate", "rate", words_percent(p->w, rate), "low", words_percent(p->w, marks[0]),
                     "high", words_percent(p->w, marks[1]), NULL));
    write_rectangle(p, "ground", 0, 1);
    write_rectangle(p, "answered", 0, width);
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        write_line(p, "goal", marks[i], marks[i], true);
    html_markup(p->h, "</svg>");
}

/* Places of a wave (across) and of a value (down), as shares of the chart. */
static double across(const struct wave_history *history, size_t wave) {
    return ((double)wave + 0.5) / (double)history->n_waves;
}

static double down(const struct construct *construct, double value) {
    return 1 - place(construct, value);
}

static void write_stroke(struct paper *p, const char *class, double x1, double y1, double x2, double y2) {
    html_markup(p->h, "<line");
    html_attribute(p->h, "class", class);
    html_attribute(p->h, "x1", percent(p, x1));
    html_attribute(p->h, "y1", percent(p, y1));
    html_attribute(p->h, "x2", percent(p, x2));
    html_attribute(p->h, "y2", percent(p, y2));
    html_markup(p->h, "/>");
}

static const char *waves_in_words(struct paper *p, const struct wave_history *history, size_t c) {
    const char *text = "";
    for (size_t i = 0; i < history->n_waves; i++) {
        const struct cell mean = history->points[i * p->w->instrument->n_constructs + c].mean;
        const char *value = cell_shown(mean) ? words_number(p->w, mean.value, 2) : word(p->w, "report.withheld");
        text = arena_printf(
            p->arena, "%s%s%s", text, *text ? "; " : "",
            WORDS(p->w, "report.waves", "wave", words_wave_label(p->w, history->waves[i]), "mean", value, NULL));
    }
    return text;
}

void chart_waves(struct paper *p, const struct construct *construct, const struct wave_history *history, size_t c) {
    const size_t all = p->w->instrument->n_constructs;
    open_chart(p, "waves", words_text(p->w, &construct->label), waves_in_words(p, history, c));
    for (size_t i = 0; i < construct->scale->n_points; i++) {
        const double y = down(construct, construct->scale->points[i].code);
        write_stroke(p, "tick", 0, y, 1, y);
        if (i == 0 || i + 1 == construct->scale->n_points) {
            html_markup(p->h, "<text class=axis dy=-3");
            html_attribute(p->h, "y", percent(p, y));
            html_end(p->h);
            html_text(p->h, words_number(p->w, construct->scale->points[i].code, 0));
            html_markup(p->h, "</text>");
        }
    }
    for (size_t i = 0; i < history->n_waves; i++) {
        const struct wave_point *now = &history->points[i * all + c], *then = i ? now - all : now;
        if (!cell_shown(now->mean))
            continue;
        const double x = across(history, i), y = down(construct, now->mean.value);
        if (i && cell_shown(then->mean))
            write_stroke(p, "joint", across(history, i - 1), down(construct, then->mean.value), x, y);
        if (cell_shown(now->low) && cell_shown(now->high))
            write_stroke(p, "interval", x, down(construct, now->low.value), x, down(construct, now->high.value));
        html_markup(p->h, "<circle class=wave-mark r=5");
        html_attribute(p->h, "cx", percent(p, x));
        html_attribute(p->h, "cy", percent(p, y));
        html_markup(p->h, "/>");
    }
    html_markup(p->h, "</svg>");
}
