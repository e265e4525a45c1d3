/* One's own password: changing it, and the fields that every page shares where one is chosen. */
#include <string.h>

#include "access/password.h"
#include "web/workspace/gate.h"
#include "web/workspace/workspace.h"

enum { POSTED_MAX = 1024 };

const char *gate_posted_password(struct desk *d, const char *name) {
    struct str text;
    if (form_get(&d->request->form, name, POSTED_MAX, &text) != FIELD_VALID)
        return "";
    return arena_copy(d->arena, text.p, text.n);
}

void gate_field_new_password(struct desk *d) {
    desk_field_password(d, "new", "password_new", "password_new_hint", true);
    desk_field_password(d, "repeated", "password_repeated", NULL, true);
}

/* What password_allowed finds is about the field, so that the summary leads there. */
static void add_about_field(struct desk *d, const struct findings *found) {
    for (size_t i = 0; i < findings_total(found); i++)
        desk_wrong(d, "new", findings_at(found, i)->code, NULL, NULL);
}

const char *gate_posted_new_password(struct desk *d, const char *email) {
    const char *password = gate_posted_password(d, "new");
    struct findings *found = findings_new();
    const enum result allowed = password_allowed(password, email, found);
    if (allowed != RESULT_OK)
        add_about_field(d, found);
    else if (strcmp(password, gate_posted_password(d, "repeated")) != 0)
        desk_wrong(d, "repeated", "password_differs", NULL, NULL);
    findings_free(found);
    return desk_has_errors(d) ? NULL : password;
}

static void write_form(struct desk *d, int status) {
    desk_open(d, status, desk_words(d, "password_title"), TAB_NONE);
    desk_paragraph(d, "password_explain");
    desk_form_open(d, "/account/password", false);
    desk_field_password(d, "password", "password_present", NULL, false);
    gate_field_new_password(d);
    html_markup(&d->screen.html, "<div class=buttons>");
    desk_button(d, "password_button", NULL, NULL);
    desk_link(d, "/account", desk_words(d, "gate_cancel"));
    html_markup(&d->screen.html, "</div>");
    desk_form_close(d);
    desk_close(d);
}

void password_show(struct desk *d) {
    write_form(d, 200);
}

void password_handle(struct desk *d) {
    char hash[PASSWORD_HASH_MAX];
    if (!gate_may_try(d, d->account.email))
        return;
    if (!password_is(d->account.password, gate_posted_password(d, "password"))) {
        desk_wrong(d, "password", "password_wrong", NULL, NULL);
        write_form(d, 422);
        return;
    }
    gate_was_good(d, d->account.email);
    const char *password = gate_posted_new_password(d, d->account.email);
    if (!password) {
        write_form(d, 422);
        return;
    }
    struct account changed = d->account;
    changed.password = hash;
    if (password_hash(password, hash) != RESULT_OK ||
        store_change_account(d->store, &changed, d->session.hash) != RESULT_OK) {
        desk_refuse(d, 503);
        return;
    }
    desk_audit(d, "password_changed", d->account.email);
    if (gate_begin_session(d, true)) /* this one goes on under a new name; all others have ended */
        desk_redirect(d, "/account", "password_changed", NULL);
}
