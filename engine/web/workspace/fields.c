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

/* What was typed, if this is the answer to a form that has the field; else `value`. */
static const char *typed(struct desk *d, const char *name, const char *value) {
    struct str text;
    if (d->request->method != METHOD_POST || form_get(&d->request->form, name, FORM_BODY_MAX, &text) != FIELD_VALID)
        return value ? value : "";
    return arena_copy(d->arena, text.p, text.n);
}

static const char *id(struct desk *d, const char *kind, const char *name) {
    return arena_printf(d->arena, "%s-%s", kind, name);
}

/* The hint and the sentence about what is wrong, which the control names as its description. */
static void write_hint(struct desk *d, const char *name, const char *hint_key, const char *problem) {
    struct html *h = &d->screen.html;
    if (hint_key) {
        html_markup(h, "<p class=hint");
        html_attribute(h, "id", id(d, "h", name));
        html_end(h);
        desk_say(d, hint_key);
        html_markup(h, "</p>");
    }
    if (problem) {
        html_markup(h, "<p class=problem");
        html_attribute(h, "id", id(d, "e", name));
        html_end(h);
        html_text(h, problem);
        html_markup(h, "</p>");
    }
}

static void write_described(struct desk *d, const char *name, const char *hint_key, const char *problem) {
    struct html *h = &d->screen.html;
    if (hint_key || problem)
        html_attribute(h, "aria-describedby",
                       arena_printf(d->arena, "%s%s%s", hint_key ? id(d, "h", name) : "",
                                    hint_key && problem ? " " : "", problem ? id(d, "e", name) : ""));
    if (problem)
        html_markup(h, " aria-invalid=true");
}

static void field_open(struct desk *d, const char *name, const char *problem) {
    struct html *h = &d->screen.html;
    html_markup(h, "<div");
    html_attribute(h, "class", problem ? "field wrong" : "field");
    (void)name;
    html_end(h);
}

/* Everything up to the control's own attributes. */
static const char *label(struct desk *d, const char *name, const char *label_key, const char *hint_key) {
    struct html *h = &d->screen.html;
    const char *problem = desk_problem(d, name);
    field_open(d, name, problem);
    html_markup(h, "<label");
    html_attribute(h, "for", id(d, "f", name));
    html_end(h);
    desk_say(d, label_key);
    html_markup(h, "</label>");
    write_hint(d, name, hint_key, problem);
    return problem;
}

static void name_control(struct desk *d, const char *name, const char *hint_key, const char *problem) {
    struct html *h = &d->screen.html;
    html_attribute(h, "id", id(d, "f", name));
    html_attribute(h, "name", name);
    write_described(d, name, hint_key, problem);
}

void desk_field_text(struct desk *d, const char *name, const char *label_key, const char *hint_key, const char *value,
                     size_t max) {
    struct html *h = &d->screen.html;
    const char *problem = label(d, name, label_key, hint_key);
    html_markup(h, "<input");
    name_control(d, name, hint_key, problem);
    html_attribute(h, "value", typed(d, name, value));
    if (max > 0)
        html_attribute_number(h, "maxlength", (long)max);
    html_markup(h, "></div>");
}

void desk_field_email(struct desk *d, const char *name, const char *label_key, const char *hint_key,
                      const char *value) {
    struct html *h = &d->screen.html;
    const char *problem = label(d, name, label_key, hint_key);
    html_markup(h, "<input type=email autocomplete=username spellcheck=false autocapitalize=none");
    name_control(d, name, hint_key, problem);
    html_attribute(h, "value", typed(d, name, value));
    html_markup(h, "></div>");
}

void desk_field_password(struct desk *d, const char *name, const char *label_key, const char *hint_key, bool is_new) {
    struct html *h = &d->screen.html;
    const char *problem = label(d, name, label_key, hint_key);
    html_markup(h, "<input type=password");
    html_attribute(h, "autocomplete", is_new ? "new-password" : "current-password");
    name_control(d, name, hint_key, problem);
    html_markup(h, "></div>");
}

void desk_field_code(struct desk *d, const char *name, const char *label_key, const char *hint_key) {
    struct html *h = &d->screen.html;
    const char *problem = label(d, name, label_key, hint_key);
    html_markup(h, "<input class=code autocomplete=one-time-code inputmode=numeric spellcheck=false");
    name_control(d, name, hint_key, problem);
    html_markup(h, "></div>");
}

void desk_field_area(struct desk *d, const char *name, const char *label_key, const char *hint_key, const char *value,
                     int rows) {
    struct html *h = &d->screen.html;
    const char *problem = label(d, name, label_key, hint_key);
    html_markup(h, "<textarea");
    name_control(d, name, hint_key, problem);
    html_attribute_number(h, "rows", rows);
    html_markup(h, ">\n"); /* a line end that the text may begin with would be lost otherwise */
    html_text(h, typed(d, name, value));
    html_markup(h, "</textarea></div>");
}

void desk_field_day(struct desk *d, const char *name, const char *label_key, const char *hint_key, const char *value) {
    struct html *h = &d->screen.html;
    const char *problem = label(d, name, label_key, hint_key);
    html_markup(h, "<input type=date");
    name_control(d, name, hint_key, problem);
    html_attribute(h, "value", typed(d, name, value));
    html_markup(h, "></div>");
}

void desk_field_number(struct desk *d, const char *name, const char *label_key, const char *hint_key, const char *value,
                       long least, long most) {
    struct html *h = &d->screen.html;
    const char *problem = label(d, name, label_key, hint_key);
    html_markup(h, "<input type=number class=number");
    html_attribute_number(h, "min", least);
    html_attribute_number(h, "max", most);
    name_control(d, name, hint_key, problem);
    html_attribute(h, "value", typed(d, name, value));
    html_markup(h, "></div>");
}

void desk_field_file(struct desk *d, const char *name, const char *label_key, const char *hint_key,
                     const char *accept) {
    struct html *h = &d->screen.html;
    const char *problem = label(d, name, label_key, hint_key);
    html_markup(h, "<input type=file");
    name_control(d, name, hint_key, problem);
    if (accept)
        html_attribute(h, "accept", accept);
    html_markup(h, "></div>");
}

/* A box that is not ticked is not sent: whether this is the answer to the form is told by the token that came with it.
 */
void desk_field_check(struct desk *d, const char *name, const char *label_key, const char *hint_key, bool checked) {
    struct html *h = &d->screen.html;
    const char *problem = desk_problem(d, name);
    struct str value;
    if (d->request->method == METHOD_POST && d->request->form.n > 0)
        checked = form_get(&d->request->form, name, 64, &value) == FIELD_VALID;
    field_open(d, name, problem);
    html_markup(h, "<label class=check><input type=checkbox value=yes");
    name_control(d, name, hint_key, problem);
    if (checked)
        html_markup(h, " checked");
    html_markup(h, "><span>");
    desk_say(d, label_key);
    html_markup(h, "</span></label>");
    write_hint(d, name, hint_key, problem);
    html_markup(h, "</div>");
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

void desk_field_choice(struct desk *d, const char *name, const char *label_key, const char *hint_key,
                       const char *const *values, const char *const *texts, size_t n, const char *value) {
    struct html *h = &d->screen.html;
    const char *chosen = typed(d, name, value);
    if (n <= RADIO_MOST) {
        const char *problem = desk_problem(d, name);
        field_open(d, name, problem);
        html_markup(h, "<fieldset");
        write_described(d, name, hint_key, NULL);
        html_markup(h, "><legend>");
        desk_say(d, label_key);
        html_markup(h, "</legend>");
        write_hint(d, name, hint_key, problem);
        write_radios(d, name, values, texts, n, chosen);
        html_markup(h, "</fieldset></div>");
        return;
    }
    const char *problem = label(d, name, label_key, hint_key);
    html_markup(h, "<select");
    name_control(d, name, hint_key, problem);
    html_end(h);
    for (size_t i = 0; i < n; i++) {
        html_markup(h, "<option");
        html_attribute(h, "value", values[i]);
        if (strcmp(values[i], chosen) == 0)
            html_markup(h, " selected");
        html_end(h);
        html_text(h, texts[i]);
        html_markup(h, "</option>");
    }
    html_markup(h, "</select></div>");
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
