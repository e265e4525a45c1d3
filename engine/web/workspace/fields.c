/* The fields and buttons of the workspace's forms. */
#include <string.h>

#include "web/workspace/desk.h"

enum { RADIO_MOST = 5 };

void desk_form_open(struct desk *d, const char *path, bool upload) {
    struct html *h = &d->screen.html;
    html_markup(h, "<form method=post");
    html_attribute(h, "action", path);
    if (upload)
        html_markup(h, " enctype=\"multipart/form-data\"");
    html_markup(h, " novalidate>");
    if (d->form_token)
        desk_hidden(d, "token", d->form_token);
}

void desk_form_close(struct desk *d) {
    html_markup(&d->screen.html, "</form>");
}

void desk_hidden(struct desk *d, const char *name, const char *value) {
    struct html *h = &d->screen.html;
    html_markup(h, "<input type=hidden");
    html_attribute(h, "name", name);
    html_attribute(h, "value", value);
    html_end(h);
}

bool desk_is_answer(const struct desk *d) {
    return d->request->method == METHOD_POST || d->request->filled;
}

/* What was typed, if this is the answer to a form that has the field; else `value`. */
static const char *typed(struct desk *d, const char *name, const char *value) {
    struct str text;
    if (!desk_is_answer(d) || form_get(&d->request->form, name, FORM_BODY_MAX, &text) != FIELD_VALID)
        return value ? value : "";
    return arena_copy(d->arena, text.p, text.n);
}

static const char *id(struct desk *d, const char *kind, const char *name) {
    return arena_printf(d->arena, "%s-%s", kind, name);
}

static void write_hint(struct desk *d, const char *name, const char *hint) {
    struct html *h = &d->screen.html;
    if (!hint)
        return;
    html_markup(h, "<p class=hint");
    html_attribute(h, "id", id(d, "h", name));
    html_end(h);
    html_text(h, hint);
    html_markup(h, "</p>");
}

static void write_problem(struct desk *d, const char *name, const char *problem) {
    struct html *h = &d->screen.html;
    if (!problem)
        return;
    html_markup(h, "<p class=problem");
    html_attribute(h, "id", id(d, "e", name));
    html_end(h);
    html_text(h, problem);
    html_markup(h, "</p>");
}

/* The box around a field, and what its control will name as its description. */
static void box_open(struct desk *d, const char *name, const char *hint, const char *problem) {
    struct html *h = &d->screen.html;
    html_markup(h, "<div");
    html_attribute(h, "class", problem ? "field wrong" : "field");
    html_end(h);
    d->state.is_wrong = problem != NULL;
    d->state.described = arena_printf(d->arena, "%s%s%s", hint ? id(d, "h", name) : "", hint && problem ? " " : "",
                                      problem ? id(d, "e", name) : "");
}

static void write_described(struct desk *d) {
    struct html *h = &d->screen.html;
    if (d->state.described[0])
        html_attribute(h, "aria-describedby", d->state.described);
    if (d->state.is_wrong)
        html_markup(h, " aria-invalid=true");
}

void desk_frame_open(struct desk *d, const char *name, const char *label, const char *hint) {
    struct html *h = &d->screen.html;
    const char *problem = desk_problem(d, name);
    box_open(d, name, hint, problem);
    html_markup(h, "<label");
    html_attribute(h, "for", id(d, "f", name));
    html_end(h);
    html_text(h, label);
    html_markup(h, "</label>");
    write_hint(d, name, hint);
    write_problem(d, name, problem);
}

void desk_frame_control(struct desk *d, const char *name) {
    struct html *h = &d->screen.html;
    html_attribute(h, "id", id(d, "f", name));
    html_attribute(h, "name", name);
    write_described(d);
}

void desk_frame_close(struct desk *d) {
    html_markup(&d->screen.html, "</div>");
}

static const char *hint_words(struct desk *d, const char *hint_key) {
    return hint_key ? desk_words(d, hint_key) : NULL;
}

enum control { /* the kinds of fields, by how their tags begin */
               CONTROL_TEXT,
               CONTROL_EMAIL,
               CONTROL_PASSWORD,
               CONTROL_CODE,
               CONTROL_DAY,
               CONTROL_NUMBER,
               CONTROL_FILE,
               CONTROL_AREA,
               CONTROL_LIST
};

static void write_tag(struct html *h, enum control control) {
    switch (control) {
    case CONTROL_TEXT:
        html_markup(h, "<input");
        break;
    case CONTROL_EMAIL:
        html_markup(h, "<input type=email autocomplete=username spellcheck=false autocapitalize=none");
        break;
    case CONTROL_PASSWORD:
        html_markup(h, "<input type=password");
        break;
    case CONTROL_CODE:
        html_markup(h, "<input class=code autocomplete=one-time-code inputmode=numeric spellcheck=false");
        break;
    case CONTROL_DAY:
        html_markup(h, "<input type=date");
        break;
    case CONTROL_NUMBER:
        html_markup(h, "<input type=number class=number");
        break;
    case CONTROL_FILE:
        html_markup(h, "<input type=file");
        break;
    case CONTROL_AREA:
        html_markup(h, "<textarea");
        break;
    case CONTROL_LIST:
        html_markup(h, "<select");
        break;
    }
}

/* Everything up to what only this kind of control has; `value` is NULL where it is not an attribute. */
static void control_open(struct desk *d, enum control control, const char *name, const char *label_key,
                         const char *hint_key, const char *value) {
    struct html *h = &d->screen.html;
    desk_frame_open(d, name, desk_words(d, label_key), hint_words(d, hint_key));
    write_tag(h, control);
    desk_frame_control(d, name);
    if (value)
        html_attribute(h, "value", typed(d, name, value));
}

static void control_close(struct desk *d) {
    html_end(&d->screen.html);
    desk_frame_close(d);
}

void desk_field_text(struct desk *d, const char *name, const char *label_key, const char *hint_key, const char *value,
                     size_t max) {
    control_open(d, CONTROL_TEXT, name, label_key, hint_key, value ? value : "");
    if (max > 0)
        html_attribute_number(&d->screen.html, "maxlength", (long)max);
    control_close(d);
}

void desk_field_email(struct desk *d, const char *name, const char *label_key, const char *hint_key,
                      const char *value) {
    control_open(d, CONTROL_EMAIL, name, label_key, hint_key, value ? value : "");
    control_close(d);
}

void desk_field_password(struct desk *d, const char *name, const char *label_key, const char *hint_key, bool is_new) {
    control_open(d, CONTROL_PASSWORD, name, label_key, hint_key, NULL);
    html_attribute(&d->screen.html, "autocomplete", is_new ? "new-password" : "current-password");
    control_close(d);
}

void desk_field_code(struct desk *d, const char *name, const char *label_key, const char *hint_key) {
    control_open(d, CONTROL_CODE, name, label_key, hint_key, NULL);
    control_close(d);
}

void desk_field_area(struct desk *d, const char *name, const char *label_key, const char *hint_key, const char *value,
                     int rows) {
    struct html *h = &d->screen.html;
    control_open(d, CONTROL_AREA, name, label_key, hint_key, NULL);
    html_attribute_number(h, "rows", rows);
    html_markup(h, ">\n"); /* a line end that the text may begin with would be lost otherwise */
    html_text(h, typed(d, name, value));
    html_markup(h, "</textarea>");
    desk_frame_close(d);
}

void desk_field_day(struct desk *d, const char *name, const char *label_key, const char *hint_key, const char *value) {
    control_open(d, CONTROL_DAY, name, label_key, hint_key, value ? value : "");
    control_close(d);
}

void desk_field_number(struct desk *d, const char *name, const char *label_key, const char *hint_key, const char *value,
                       long least, long most) {
    struct html *h = &d->screen.html;
    control_open(d, CONTROL_NUMBER, name, label_key, hint_key, value ? value : "");
    html_attribute_number(h, "min", least);
    html_attribute_number(h, "max", most);
    control_close(d);
}

void desk_field_file(struct desk *d, const char *name, const char *label_key, const char *hint_key,
                     const char *accept) {
    control_open(d, CONTROL_FILE, name, label_key, hint_key, NULL);
    if (accept)
        html_attribute(&d->screen.html, "accept", accept);
    control_close(d);
}

/* A box that is not ticked is not sent: whether this is the answer to the form is told by the token that came with it.
 */
void desk_field_check(struct desk *d, const char *name, const char *label_key, const char *hint_key, bool checked) {
    struct html *h = &d->screen.html;
    const char *problem = desk_problem(d, name), *hint = hint_words(d, hint_key);
    struct str value;
    if (desk_is_answer(d) && d->request->form.n > 0)
        checked = form_get(&d->request->form, name, 64, &value) == FIELD_VALID;
    box_open(d, name, hint, problem);
    html_markup(h, "<label class=check><input type=checkbox value=yes");
    desk_frame_control(d, name);
    if (checked)
        html_markup(h, " checked");
    html_markup(h, "><span>");
    desk_say(d, label_key);
    html_markup(h, "</span></label>");
    write_hint(d, name, hint);
    write_problem(d, name, problem);
    desk_frame_close(d);
}

static void write_radios(struct desk *d, const char *name, const char *const *values, const char *const *texts,
                         size_t n, const char *value) {
    struct html *h = &d->screen.html;
    for (size_t i = 0; i < n; i++) {
        html_markup(h, "<label><input type=radio");
        if (i == 0)
            html_attribute(h, "id", id(d, "f", name));
        html_attribute(h, "name", name);
        html_attribute(h, "value", values[i]);
        if (strcmp(values[i], value) == 0)
            html_markup(h, " checked");
        html_markup(h, "><span>");
        html_text(h, texts[i]);
        html_markup(h, "</span></label>");
    }
}

static void write_options(struct desk *d, const char *const *values, const char *const *texts, size_t n,
                          const char *chosen) {
    struct html *h = &d->screen.html;
    for (size_t i = 0; i < n; i++) {
        html_markup(h, "<option");
        html_attribute(h, "value", values[i]);
        if (strcmp(values[i], chosen) == 0)
            html_markup(h, " selected");
        html_end(h);
        html_text(h, texts[i]);
        html_markup(h, "</option>");
    }
}

void desk_field_choice(struct desk *d, const char *name, const char *label_key, const char *hint_key,
                       const char *const *values, const char *const *texts, size_t n, const char *value) {
    struct html *h = &d->screen.html;
    const char *chosen = typed(d, name, value);
    if (n > RADIO_MOST) {
        control_open(d, CONTROL_LIST, name, label_key, hint_key, NULL);
        html_end(h);
        write_options(d, values, texts, n, chosen);
        html_markup(h, "</select>");
        desk_frame_close(d);
        return;
    }
    const char *problem = desk_problem(d, name), *hint = hint_words(d, hint_key);
    box_open(d, name, hint, problem);
    d->state.is_wrong = false; /* a group of buttons cannot be invalid, only say so */
    html_markup(h, "<fieldset");
    write_described(d);
    html_markup(h, "><legend>");
    desk_say(d, label_key);
    html_markup(h, "</legend>");
    write_hint(d, name, hint);
    write_problem(d, name, problem);
    write_radios(d, name, values, texts, n, chosen);
    html_markup(h, "</fieldset>");
    desk_frame_close(d);
}

static void button(struct desk *d, const char *class, const char *label_key, const char *name, const char *value) {
    struct html *h = &d->screen.html;
    html_markup(h, "<button");
    if (class)
        html_attribute(h, "class", class);
    if (name)
        html_attribute(h, "name", name);
    if (value)
        html_attribute(h, "value", value);
    html_end(h);
    desk_say(d, label_key);
    html_markup(h, "</button> ");
}

void desk_button(struct desk *d, const char *label_key, const char *name, const char *value) {
    button(d, NULL, label_key, name, value);
}

void desk_button_second(struct desk *d, const char *label_key, const char *name, const char *value) {
    button(d, "second", label_key, name, value);
}

void desk_button_danger(struct desk *d, const char *label_key, const char *name, const char *value) {
    button(d, "danger", label_key, name, value);
}

void desk_link(struct desk *d, const char *path, const char *text) {
    struct html *h = &d->screen.html;
    html_markup(h, "<a");
    html_attribute(h, "href", path);
    html_end(h);
    html_text(h, text);
    html_markup(h, "</a>");
}

void desk_link_button(struct desk *d, const char *path, const char *label_key) {
    struct html *h = &d->screen.html;
    html_markup(h, "<a class=button");
    html_attribute(h, "href", path);
    html_end(h);
    desk_say(d, label_key);
    html_markup(h, "</a>");
}
