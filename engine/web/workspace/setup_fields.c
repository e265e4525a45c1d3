/* The fields of forms about assessments. */
#include <string.h>

#include "base/clock.h"
#include "collect/roster.h"
#include "web/workspace/setup.h"

enum { TITLE_MAX = 200, VALUE_MAX = 300, GROUP_LEAST = 5, GROUP_MOST = 20, ZONE_MAX = 60 };

/* Suggestions; any name that the machine knows may be typed. */
static const char *const zones[] = {"UTC",
                                    "America/Halifax",
                                    "America/Montreal",
                                    "America/Toronto",
                                    "America/New_York",
                                    "America/Winnipeg",
                                    "America/Chicago",
                                    "America/Denver",
                                    "America/Edmonton",
                                    "America/Regina",
                                    "America/Vancouver",
                                    "America/Los_Angeles",
                                    "America/St_Johns",
                                    "Europe/London",
                                    "Europe/Dublin",
                                    "Europe/Paris",
                                    "Europe/Brussels",
                                    "Europe/Zurich",
                                    "Europe/Berlin",
                                    "Europe/Lisbon",
                                    "Africa/Dakar",
                                    "Africa/Abidjan",
                                    "Africa/Nairobi",
                                    "Africa/Johannesburg",
                                    "Asia/Dubai",
                                    "Asia/Kolkata",
                                    "Asia/Singapore",
                                    "Asia/Tokyo",
                                    "Australia/Sydney",
                                    "Pacific/Auckland"};

/* What was typed, if this answers a form that has the field; else `value`. */
static const char *typed(struct desk *d, const char *name, const char *value) {
    struct str text;
    if (!desk_is_answer(d) || form_get(&d->request->form, name, 4000, &text) != FIELD_VALID)
        return value;
    return arena_copy(d->arena, text.p, text.n);
}

void setup_field(struct desk *d, const char *name, const char *label, const char *hint, const char *value, size_t max,
                 const char *lang) {
    struct html *h = &d->screen.html;
    desk_frame_open(d, name, label, hint);
    html_open(h, "input");
    desk_frame_control(d, name);
    if (lang)
        html_attribute(h, "lang", lang);
    html_attribute_number(h, "maxlength", (long)max);
    html_attribute(h, "value", typed(d, name, value));
    html_end(h);
    desk_frame_close(d);
}

void setup_field_timezone(struct desk *d, const char *name, const char *value) {
    struct html *h = &d->screen.html;
    desk_frame_open(d, name, desk_words(d, "setup_timezone"), desk_words(d, "setup_timezone_hint"));
    html_markup(h, "<input list=zones autocomplete=off spellcheck=false maxlength=60");
    desk_frame_control(d, name);
    html_attribute(h, "value", typed(d, name, value));
    html_markup(h, "><datalist id=zones>");
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
        html_open(h, "option");
        html_attribute(h, "value", zones[i]);
        html_end(h);
    }
    html_markup(h, "</datalist>");
    desk_frame_close(d);
}

void setup_field_language(struct desk *d, const char *name, const char *value) {
    const struct instrument *i = setup_load_instrument(d);
    const size_t n = i ? i->n_languages : 0;
    const char **values = arena_array(d->arena, n + 2, sizeof *values);
    const char **texts = arena_array(d->arena, n + 2, sizeof *texts);
    bool listed = value[0] == '\0';
    size_t used = 0;
    values[used] = "";
    texts[used++] = desk_words(d, "setup_language_any");
    for (size_t l = 0; l < n; l++) {
        values[used] = arena_string(d->arena, i->languages[l]);
        texts[used] = texts_language_name(d->screen.texts, values[used]);
        listed = listed || strcmp(values[used], value) == 0;
        used++;
    }
    if (!listed) {
        values[used] = value;
        texts[used++] = texts_language_name(d->screen.texts, value);
    }
    instrument_release(i);
    desk_field_choice(d, name, "setup_language", "setup_language_hint", values, texts, used, value);
}

/* Placeholders: one field for each language, because a name is declined and accentuated. */

static const char *value_name(struct desk *d, size_t placeholder, size_t language) {
    return arena_printf(d->arena, "value.%zu.%zu", placeholder, language);
}

static const char *value_of(const struct setup_form *form, const char *name, const char *language) {
    const char *any = "";
    for (size_t i = 0; i < form->n_values; i++) {
        if (strcmp(form->values[i].name, name) != 0)
            continue;
        if (strcmp(form->values[i].language, language) == 0)
            return form->values[i].value;
        if (form->values[i].language[0] == '\0')
            any = form->values[i].value;
    }
    return any;
}

static void write_values(struct desk *d, const struct setup_form *form) {
    const struct instrument *in = form->instrument;
    for (size_t p = 0; p < in->n_placeholders; p++) {
        const struct placeholder *ph = &in->placeholders[p];
        const bool innovation = strcmp(ph->name, "innovation") == 0;
        for (size_t l = 0; l < in->n_languages; l++) {
            const char *language = texts_language_name(d->screen.texts, in->languages[l]);
            const char *label = innovation
                                    ? desk_fill(d, "setup_innovation", "language", language, NULL)
                                    : desk_fill(d, "setup_placeholder", "name", ph->name, "language", language, NULL);
            setup_field(d, value_name(d, p, l), label,
                        desk_fill(d, "setup_placeholder_hint", "default", text_in(&ph->value, l), NULL),
                        value_of(form, ph->name, in->languages[l]), VALUE_MAX, in->languages[l]);
        }
    }
}

static void take_values(struct desk *d, struct setup_form *form) {
    const struct instrument *in = form->instrument;
    form->values = arena_array(d->arena, in->n_placeholders * in->n_languages + 1, sizeof *form->values);
    form->n_values = 0;
    for (size_t p = 0; p < in->n_placeholders; p++)
        for (size_t l = 0; l < in->n_languages; l++) {
            const char *value = desk_posted(d, value_name(d, p, l), VALUE_MAX);
            if (value[0])
                form->values[form->n_values++] = (struct placeholder_value){
                    arena_string(d->arena, in->placeholders[p].name), arena_string(d->arena, in->languages[l]), value};
        }
}

/* Languages that people may choose: boxes, all ticked when nothing was ever said. */

static bool is_listed(const char *languages, const char *language) {
    for (struct str rest = str_of(languages), part; str_split(&rest, ',', &part);)
        if (str_is(str_trim(part), language))
            return true;
    return languages[0] == '\0';
}

static void write_languages(struct desk *d, const struct setup_form *form) {
    struct html *h = &d->screen.html;
    const struct instrument *in = form->instrument;
    const char *problem = desk_problem(d, "languages");
    const bool answered = desk_is_answer(d);
    html_open(h, "div");
    html_attribute(h, "class", problem ? "field wrong" : "field");
    html_markup(h, "><fieldset><legend>");
    desk_say(d, "setup_languages");
    html_markup(h, "</legend><p class=hint>");
    desk_say(d, "setup_languages_hint");
    html_markup(h, "</p>");
    if (problem) {
        html_markup(h, "<p class=problem>");
        html_text(h, problem);
        html_markup(h, "</p>");
    }
    for (size_t l = 0; l < in->n_languages; l++) {
        const char *name = arena_printf(d->arena, "language.%zu", l);
        const bool checked =
            answered ? desk_posted_is(d, name, "yes") : is_listed(form->assessment.languages, in->languages[l]);
        html_markup(h, "<label class=check><input type=checkbox value=yes");
        html_attribute(h, "id", l == 0 ? "f-languages" : arena_printf(d->arena, "f-%s", name));
        html_attribute(h, "name", name);
        if (checked)
            html_markup(h, " checked");
        html_markup(h, "><span>");
        html_text(h, texts_language_name(d->screen.texts, in->languages[l]));
        html_markup(h, "</span></label>");
    }
    html_markup(h, "</fieldset></div>");
}

static void take_languages(struct desk *d, struct setup_form *form) {
    const struct instrument *in = form->instrument;
    struct buf list = BUF_INIT;
    size_t n = 0;
    for (size_t l = 0; l < in->n_languages; l++) {
        if (!desk_posted_is(d, arena_printf(d->arena, "language.%zu", l), "yes"))
            continue;
        buf_printf(&list, "%s%s", n ? "," : "", in->languages[l]);
        n++;
    }
    if (n == 0)
        desk_wrong(d, "languages", "setup_no_language", NULL, NULL);
    form->assessment.languages = n == in->n_languages ? "" : arena_copy(d->arena, list.p, list.n);
    buf_free(&list);
}

static void write_mode(struct desk *d, const struct setup_form *form) {
    static const char *const modes[] = {"anonymous", "confidential"};
    const char *const texts[] = {desk_words(d, "setup_mode_anonymous"), desk_words(d, "setup_mode_confidential")};
    const struct assessment *a = &form->assessment;
    const int least = a->min_group < GROUP_LEAST ? a->min_group : GROUP_LEAST;
    if (form->may_choose_mode) {
        desk_field_choice(d, "mode", "setup_mode", "setup_mode_hint", modes, texts, 2, modes[a->mode]);
    } else {
        setup_facts_open(d);
        setup_fact(d, "setup_mode_short",
                   desk_words(d, a->mode == MODE_ANONYMOUS ? "setup_anonymous" : "setup_confidential"));
        setup_facts_close(d);
    }
    desk_field_number(d, "min_group", "setup_min_group",
                      form->may_choose_mode ? "setup_min_group_hint" : "setup_min_group_hint_fixed",
                      arena_printf(d->arena, "%d", a->min_group), form->may_choose_mode ? least : a->min_group,
                      GROUP_MOST);
}

static void take_mode(struct desk *d, struct setup_form *form) {
    struct assessment *a = &form->assessment;
    long n = 0;
    const int floor = !form->may_choose_mode || a->min_group < GROUP_LEAST ? a->min_group : GROUP_LEAST;
    if (form->may_choose_mode) {
        if (desk_posted_is(d, "mode", "confidential"))
            a->mode = MODE_CONFIDENTIAL;
        else if (desk_posted_is(d, "mode", "anonymous"))
            a->mode = MODE_ANONYMOUS;
        else
            desk_wrong(d, "mode", "setup_choose", NULL, NULL);
    }
    if (!str_to_long(str_of(desk_posted(d, "min_group", 10)), &n) || n < floor || n > GROUP_MOST) {
        desk_wrong(d, "min_group", "setup_min_group_range", "least", arena_printf(d->arena, "%d", floor));
        return;
    }
    if (a->min_group == n)
        return;
    a->min_group = (int)n;
    const int comments = a->min_group * 2 > 10 ? a->min_group * 2 : 10;
    if (form->may_choose_mode || comments > a->min_comments)
        a->min_comments = comments;
}

void setup_write_fields(struct desk *d, const struct setup_form *form) {
    desk_field_text(d, "title", "setup_title", "setup_title_hint", form->assessment.title, TITLE_MAX);
    if (form->instrument)
        write_values(d, form);
    write_mode(d, form);
    if (form->instrument && form->instrument->n_languages > 1)
        write_languages(d, form);
    setup_field_timezone(d, "timezone", form->assessment.timezone);
}

void setup_take_fields(struct desk *d, struct setup_form *form) {
    struct assessment *a = &form->assessment;
    const size_t before = findings_total(d->findings);
    a->title = desk_posted(d, "title", TITLE_MAX);
    if (!a->title[0] && findings_total(d->findings) == before)
        desk_wrong(d, "title", "setup_title_empty", NULL, NULL);
    else if (!utf8_is_line(str_of(a->title)))
        desk_wrong(d, "title", "field_not_accepted", "max", arena_printf(d->arena, "%d", TITLE_MAX));
    if (form->instrument)
        take_values(d, form);
    take_mode(d, form);
    if (form->instrument && form->instrument->n_languages > 1)
        take_languages(d, form);
    a->timezone = desk_posted(d, "timezone", ZONE_MAX);
    if (!a->timezone[0])
        a->timezone = "UTC";
    else if (!clock_timezone_good(a->timezone))
        desk_wrong(d, "timezone", "setup_timezone_unknown", "value", a->timezone);
}
