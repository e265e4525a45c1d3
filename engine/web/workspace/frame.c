/* The frame of the workspace's pages: where one is, who one is, what is wrong, and the end. */
#include <stdlib.h>
#include <string.h>

#include "web/workspace/desk.h"
#include "web/workspace/gate.h"

static const struct {
    enum desk_tab tab;
    const char *path; /* behind the assessment's; NULL: the assessment's own */
    const char *key;
} tabs[] = {
    {TAB_OVERVIEW, NULL, "gate_tab_overview"},    {TAB_ORGANISATIONS, "organisations", "gate_tab_organisations"},
    {TAB_PEOPLE, "people", "gate_tab_people"},    {TAB_WAVES, "waves", "gate_tab_waves"},
    {TAB_SEND, "send", "gate_tab_send"},          {TAB_WATCH, "watch", "gate_tab_watch"},
    {TAB_REPORTS, "reports", "gate_tab_reports"}, {TAB_SETTINGS, "settings", "gate_tab_settings"},
};

static void write_style(struct desk *d, const char *name) {
    struct html *h = &d->screen.html;
    const char *path = asset_path(d->request->web, name);
    if (!*path)
        return;
    html_markup(h, "<link rel=stylesheet");
    html_path(h, "href", "/assets/", path + strlen("/assets/"));
    html_end(h);
}

static void write_head(struct desk *d, const char *title, const char *language) {
    struct html *h = &d->screen.html;
    html_markup(h, "<!doctype html><html");
    html_attribute(h, "lang", language);
    if (language_is_rtl(language))
        html_attribute(h, "dir", "rtl");
    html_markup(h, "><head><meta charset=utf-8><title>");
    if (desk_has_errors(d))
        html_text(h, desk_fill(d, "gate_error_title", "title", title, NULL));
    else
        html_text(h, title);
    html_markup(h, " – ");
    html_text(h, d->has_assessment ? d->assessment.title : desk_words(d, "gate_product"));
    html_markup(h, "</title><meta name=viewport content=\"width=device-width,initial-scale=1\">");
    write_style(d, "respondent.css");
    write_style(d, "workspace.css");
    if (d->state.style)
        write_style(d, d->state.style);
    if (d->state.script && *asset_path(d->request->web, d->state.script)) {
        html_markup(h, "<script defer");
        html_path(h, "src", "/assets/", asset_path(d->request->web, d->state.script) + strlen("/assets/"));
        html_markup(h, "></script>");
    }
    if (d->state.refresh > 0) {
        html_markup(h, "<noscript><meta http-equiv=refresh");
        html_attribute_number(h, "content", d->state.refresh);
        html_markup(h, "></noscript>");
    }
    html_markup(h, "</head><body class=");
}

void desk_style(struct desk *d, const char *name) {
    d->state.style = name;
}

void desk_script(struct desk *d, const char *name) {
    d->state.script = name;
    d->request->reply.script = d->signed_in;
}

void desk_refresh(struct desk *d, int seconds) {
    d->state.refresh = seconds;
}

static void menu_link(struct desk *d, const char *path, const char *key) {
    struct html *h = &d->screen.html;
    html_markup(h, "<li><a");
    html_attribute(h, "href", path);
    if (strcmp(d->request->path, path) == 0)
        html_markup(h, " aria-current=page");
    html_end(h);
    desk_say(d, key);
    html_markup(h, "</a></li>");
}

/* A name of any length, cut off after two lines; whole it stands on the page that it leads to. */
static void write_clipped(struct desk *d, const char *text) {
    struct html *h = &d->screen.html;
    html_markup(h, "<span class=clip");
    html_attribute(h, "title", text);
    html_end(h);
    html_text(h, text);
    html_markup(h, "</span>");
}

/* Who is signed in, and the way out: a button, because leaving changes something. */
static void write_person(struct desk *d) {
    struct html *h = &d->screen.html;
    html_markup(h, "<li class=person><a href=\"/account\"");
    if (strncmp(d->request->path, "/account", 8) == 0 && strncmp(d->request->path, "/accounts", 9) != 0)
        html_markup(h, " aria-current=page");
    html_end(h);
    html_markup(h, "<span class=unseen>");
    desk_say(d, "gate_account");
    html_markup(h, " </span>");
    write_clipped(d, *d->account.name ? d->account.name : d->account.email);
    html_markup(h, "</a></li><li><form method=post action=\"/sign-out\">");
    desk_hidden(d, "token", d->form_token);
    html_markup(h, "<button class=quiet>");
    desk_say(d, "gate_sign_out");
    html_markup(h, "</button></form></li>");
}

static void write_menu(struct desk *d) {
    struct html *h = &d->screen.html;
    html_markup(h, "<a class=skip href=\"#main\">");
    desk_say(d, "gate_skip");
    html_markup(h, "</a><header class=top><a class=home");
    html_attribute(h, "href", d->signed_in ? gate_home(d) : "/sign-in");
    html_end(h);
    desk_say(d, "gate_product");
    html_markup(h, "</a>");
    if (d->signed_in) {
        html_markup(h, "<nav");
        html_attribute(h, "aria-label", desk_words(d, "gate_menu"));
        html_markup(h, "><ul>");
        if (d->account.role == ROLE_VIEWER)
            menu_link(d, gate_home(d), "gate_reports");
        else {
            menu_link(d, "/work", "gate_assessments");
            menu_link(d, "/instruments", "gate_instruments");
        }
        if (d->account.role == ROLE_ADMINISTRATOR) {
            menu_link(d, "/accounts", "gate_accounts");
            menu_link(d, "/audit", "gate_audit");
        }
        write_person(d);
        html_markup(h, "</ul></nav>");
    }
    html_markup(h, "</header>");
}

static void write_tabs(struct desk *d, enum desk_tab tab) {
    struct html *h = &d->screen.html;
    html_markup(h, "<div class=assessment><nav class=tabs");
    html_attribute(h, "aria-label", d->assessment.title);
    html_markup(h, "><p>");
    if (tab == TAB_OVERVIEW)
        html_text(h, d->assessment.title);
    else
        write_clipped(d, d->assessment.title);
    html_markup(h, "</p><ul>");
    for (size_t i = 0; i < sizeof tabs / sizeof tabs[0]; i++) {
        html_markup(h, "<li><a");
        html_attribute(h, "href", desk_path(d, "assessments", d->assessment.name, tabs[i].path, NULL));
        if (tabs[i].tab == tab)
            html_markup(h, " aria-current=page");
        html_end(h);
        desk_say(d, tabs[i].key);
        html_markup(h, "</a></li>");
    }
    html_markup(h, "</ul></nav></div>");
}

/* Findings begin small, for the command line; on a page they stand by themselves. */
static void begin_large(char *text) {
    unsigned char *c = (unsigned char *)text;
    if (c[0] >= 'a' && c[0] <= 'z')
        c[0] = (unsigned char)(c[0] - 'a' + 'A');
    else if (c[0] == 0xC3 && c[1] >= 0xA0 && c[1] <= 0xBE && c[1] != 0xB7) /* à to þ */
        c[1] = (unsigned char)(c[1] - 0x20);
}

const char *desk_sentence(struct desk *d, const struct finding *f) {
    struct buf out = BUF_INIT;
    finding_sentence(&out, f, d->screen.texts, d->screen.words);
    char *filled = arena_copy(d->arena, out.p, out.n);
    buf_free(&out);
    begin_large(filled);
    return filled;
}

/* The field that a finding is about, or NULL. */
static const char *field_of(const struct finding *f) {
    for (size_t i = 0; i < f->n_args; i++)
        if (strcmp(f->names[i], "field") == 0)
            return f->values[i];
    return NULL;
}

const char *desk_problem(struct desk *d, const char *field) {
    for (size_t i = 0; i < findings_total(d->findings); i++) {
        const struct finding *f = findings_at(d->findings, i);
        const char *name = field_of(f);
        if (name && strcmp(name, field) == 0)
            return desk_sentence(d, f);
    }
    return NULL;
}

static void write_problem(struct desk *d, const struct finding *f) {
    struct html *h = &d->screen.html;
    const char *field = field_of(f);
    html_markup(h, "<li>");
    if (field && *field) {
        html_markup(h, "<a");
        html_path(h, "href", "#f-", field);
        html_end(h);
        html_text(h, desk_sentence(d, f));
        html_markup(h, "</a>");
    } else {
        html_text(h, desk_sentence(d, f));
    }
    html_markup(h, "</li>");
}

static int compare_lines(const void *a, const void *b) {
    const int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

/* Rows of a file with something wrong, each counted once. */
static size_t count_rows(struct desk *d) {
    const size_t total = findings_total(d->findings);
    int *lines = arena_array(d->arena, total + 1, sizeof *lines);
    size_t n = 0, rows = 0;
    for (size_t i = 0; i < total; i++) {
        const struct finding *f = findings_at(d->findings, i);
        if (f->severity == SEVERITY_ERROR && f->place.line > 0)
            lines[n++] = f->place.line;
    }
    qsort(lines, n, sizeof *lines, compare_lines);
    for (size_t i = 0; i < n; i++)
        rows += i == 0 || lines[i] != lines[i - 1];
    return rows;
}

/* What is wrong with the form, with the focus. Findings about the rows of a file are desk_findings' matter. */
static void write_problems(struct desk *d) {
    struct html *h = &d->screen.html;
    if (!desk_has_errors(d))
        return;
    html_markup(h, "<div class=problems role=group tabindex=-1 autofocus aria-labelledby=problems><h2 id=problems>");
    desk_say(d, "gate_problems");
    html_markup(h, "</h2><ul>");
    for (size_t i = 0; i < findings_total(d->findings); i++) {
        const struct finding *f = findings_at(d->findings, i);
        if (f->severity == SEVERITY_ERROR && f->place.line == 0)
            write_problem(d, f);
    }
    const size_t in_rows = count_rows(d);
    if (in_rows > 0) {
        html_markup(h, "<li><a href=\"#findings\">");
        html_text(h, texts_count(d->screen.texts, d->arena, d->screen.words, "work.gate_rows", (long)in_rows, NULL));
        html_markup(h, "</a></li>");
    }
    html_markup(h, "</ul></div>");
}

static const char *severity_class(enum severity severity) {
    return severity == SEVERITY_ERROR ? "error" : severity == SEVERITY_WARNING ? "warning" : "info";
}

void desk_findings(struct desk *d) {
    static const char *const words[] = {"severity.error", "severity.warning", "severity.note"};
    struct html *h = &d->screen.html;
    if (findings_total(d->findings) == 0)
        return;
    html_markup(h, "<ul class=findings id=findings>");
    for (size_t i = 0; i < findings_total(d->findings); i++) {
        const struct finding *f = findings_at(d->findings, i);
        if (f->place.line == 0 && f->severity == SEVERITY_ERROR)
            continue; /* stands on top already */
        html_markup(h, "<li");
        html_attribute(h, "class", severity_class(f->severity));
        html_markup(h, "><b>");
        html_text(h, texts_get(d->screen.texts, d->screen.words, words[f->severity]));
        if (f->place.line > 0) {
            html_markup(h, ", ");
            html_text(h, desk_fill(d, "gate_line", "n", arena_printf(d->arena, "%d", f->place.line), NULL));
        }
        html_markup(h, "</b> ");
        html_text(h, desk_sentence(d, f));
        html_markup(h, "</li>");
    }
    html_markup(h, "</ul>");
}

static int hex(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* What the last POST wanted said: a key of section [done], and what to put in for {n}. The cookie could have been made
 * by anybody, so only a text that is there is shown. */
static void write_note(struct desk *d) {
    struct html *h = &d->screen.html;
    const char *note = d->request->note;
    if (!note)
        return;
    d->request->reply.note = "";
    const size_t key_n = strcspn(note, ".");
    const char *key = arena_printf(d->arena, "done.%.*s", (int)key_n, note);
    if (!texts_own(d->screen.texts, "en", key))
        return;
    char *n = arena_alloc(d->arena, strlen(note) + 1);
    size_t used = 0;
    for (const char *c = note + key_n + (note[key_n] == '.'); hex(c[0]) >= 0 && hex(c[1]) >= 0; c += 2)
        n[used++] = (char)(hex(c[0]) * 16 + hex(c[1]));
    if (!utf8_valid((struct str){n, used}) || strlen(n) != used)
        return;
    html_markup(h, "<div class=notice role=status><p>");
    html_text(h, texts_fill(d->screen.texts, d->arena, d->screen.words, key, "n", n, NULL));
    html_markup(h, "</p></div>");
}

void desk_open(struct desk *d, int status, const char *title, enum desk_tab tab) {
    struct html *h = &d->screen.html;
    buf_clear(&d->request->reply.body);
    d->request->reply.status = status;
    write_head(d, title, d->screen.words);
    html_markup(h, "work>");
    write_menu(d);
    if (d->has_assessment && tab != TAB_NONE)
        write_tabs(d, tab);
    html_markup(h, "<main id=main tabindex=-1>");
    write_note(d);
    write_problems(d);
    html_markup(h, "<h1>");
    html_text(h, title);
    html_markup(h, "</h1>");
}

void desk_close(struct desk *d) {
    html_markup(&d->screen.html, "</main></body></html>");
}

void desk_open_bare(struct desk *d, const char *title, const char *language) {
    struct html *h = &d->screen.html;
    buf_clear(&d->request->reply.body);
    d->request->reply.status = 200;
    write_head(d, title, language);
    html_markup(h, "bare><main>");
}

void desk_close_bare(struct desk *d) {
    html_markup(&d->screen.html, "</main></body></html>");
}

void desk_section(struct desk *d, const char *heading_key) {
    struct html *h = &d->screen.html;
    html_markup(h, "<h2>");
    desk_say(d, heading_key);
    html_markup(h, "</h2>");
}

void desk_paragraph(struct desk *d, const char *key) {
    struct html *h = &d->screen.html;
    html_markup(h, "<p>");
    desk_say(d, key);
    html_markup(h, "</p>");
}

void desk_notice(struct desk *d, const char *key) {
    struct html *h = &d->screen.html;
    html_markup(h, "<div class=notice><p>");
    desk_say(d, key);
    html_markup(h, "</p></div>");
}

void desk_empty(struct desk *d, const char *text_key, const char *path, const char *button_key) {
    struct html *h = &d->screen.html;
    html_markup(h, "<div class=empty>");
    desk_paragraph(d, text_key);
    if (path) {
        html_markup(h, "<p>");
        desk_link_button(d, path, button_key);
        html_markup(h, "</p>");
    }
    html_markup(h, "</div>");
}

void desk_refuse(struct desk *d, int status) {
    const char *name = status == 404   ? "unknown"
                       : status == 403 ? "forbidden"
                       : status == 405 ? "method"
                       : status == 409 ? "conflict"
                       : status == 413 ? "large"
                       : status == 429 ? "often"
                       : status < 500  ? "malformed"
                       : status == 503 ? "busy"
                                       : "failed";
    findings_free(d->findings); /* what was found so far is not about this page */
    d->findings = findings_new();
    d->state = (struct desk_state){.tables = 0};
    desk_open(d, status, desk_words(d, arena_printf(d->arena, "gate_%s_title", name)), TAB_NONE);
    desk_paragraph(d, arena_printf(d->arena, "gate_%s_explain", name));
    html_markup(&d->screen.html, "<p>");
    desk_link(d, d->signed_in ? gate_home(d) : "/sign-in",
              desk_words(d, d->signed_in ? "gate_go_home" : "gate_go_sign_in"));
    html_markup(&d->screen.html, "</p>");
    desk_close(d);
}
