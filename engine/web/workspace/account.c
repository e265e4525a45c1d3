/* One's own account: name, language, time zone, and the ways to its other pages. */
#include <string.h>

#include "base/clock.h"
#include "web/workspace/gate.h"
#include "web/workspace/workspace.h"

enum { NAME_MAX_CHARACTERS = 100, ZONE_MAX = 60, LANGUAGE_MAX = 20 };

void gate_field_language(struct desk *d, const char *value) {
    const char **languages;
    const size_t n = gate_languages(d, &languages);
    const char **values = arena_array(d->arena, n + 1, sizeof *values),
               **names = arena_array(d->arena, n + 1, sizeof *names);
    values[0] = "";
    names[0] = desk_words(d, "account_language_browser");
    for (size_t i = 0; i < n; i++) {
        values[i + 1] = languages[i];
        names[i + 1] = texts_language_name(d->screen.texts, languages[i]);
    }
    desk_field_choice(d, "language", "account_language", NULL, values, names, n + 1, value);
}

bool gate_posted_language(struct desk *d, const char **language) {
    const char *posted = desk_posted(d, "language", LANGUAGE_MAX);
    if (*posted && !gate_speaks(d, posted)) {
        desk_wrong(d, "language", "account_language_unknown", NULL, NULL);
        return false;
    }
    *language = posted;
    return true;
}

static void write_profile(struct desk *d) {
    desk_section(d, "account_profile");
    desk_form_open(d, "/account", false);
    desk_field_text(d, "name", "account_name", NULL, d->account.name, NAME_MAX_CHARACTERS);
    gate_field_language(d, d->account.language);
    desk_field_text(d, "timezone", "account_timezone", "account_timezone_hint", d->account.timezone, ZONE_MAX);
    html_markup(&d->screen.html, "<div class=buttons>");
    desk_button(d, "account_save", NULL, NULL);
    html_markup(&d->screen.html, "</div>");
    desk_form_close(d);
}

static void write_security(struct desk *d) {
    struct html *h = &d->screen.html;
    size_t codes = 0;
    desk_section(d, "account_security");
    html_markup(h, "<p>");
    desk_link(d, "/account/password", desk_words(d, "account_password_link"));
    html_markup(h, "</p><p>");
    desk_text(d, desk_words(d, d->account.has_totp ? "account_totp_is_on" : "account_totp_is_off"));
    html_markup(h, " ");
    desk_link(d, "/account/totp", desk_words(d, d->account.has_totp ? "account_totp_change" : "account_totp_link"));
    html_markup(h, "</p>");
    if (d->account.has_totp && store_count_recovery_codes(d->store, d->account.id, &codes) == RESULT_OK) {
        html_markup(h, "<p>");
        desk_text(
            d, texts_count(d->screen.texts, d->arena, d->screen.words, "work.account_codes_left", (long)codes, NULL));
        html_markup(h, "</p>");
    }
    html_markup(h, "<p>");
    desk_link(d, "/account/tokens", desk_words(d, "tokens_link"));
    html_markup(h, "</p>");
    desk_section(d, "account_sessions");
    desk_paragraph(d, "account_sessions_explain");
    desk_form_open(d, "/account/sessions", false);
    desk_button_second(d, "account_sessions_button", NULL, NULL);
    desk_form_close(d);
}

static void write_page(struct desk *d, int status) {
    desk_open(d, status, desk_words(d, "account_title"), TAB_NONE);
    html_markup(&d->screen.html, "<p class=where>");
    desk_text(d, desk_fill(d, "account_who", "email", d->account.email, "role",
                           desk_words(d, gate_role_key(d->account.role)), NULL));
    html_markup(&d->screen.html, "</p>");
    write_profile(d);
    write_security(d);
    desk_close(d);
}

void account_show(struct desk *d) {
    write_page(d, 200);
}

void account_handle(struct desk *d) {
    struct account changed = d->account;
    changed.name = desk_posted(d, "name", NAME_MAX_CHARACTERS);
    changed.timezone = desk_posted(d, "timezone", ZONE_MAX);
    if (*changed.timezone && !clock_timezone_good(changed.timezone))
        desk_wrong(d, "timezone", "account_timezone_unknown", "timezone", changed.timezone);
    if (!gate_posted_language(d, &changed.language) || desk_has_errors(d)) {
        write_page(d, 422);
        return;
    }
    if (store_change_account(d->store, &changed, d->session.hash) == RESULT_OK)
        desk_redirect(d, "/account", "account_saved", NULL);
    else
        desk_refuse(d, 503);
}

void sessions_handle(struct desk *d) {
    if (store_drop_sessions_of(d->store, d->account.id) == RESULT_MACHINE) {
        desk_refuse(d, 503);
        return;
    }
    desk_audit(d, "signed_out_everywhere", d->account.email);
    gate_end_session(d);
    desk_redirect(d, "/sign-in", "signed_out_everywhere", NULL);
}
