/* Proving anew who one is, before acts that a stranger at an unlocked computer must not do. */
#include "access/password.h"
#include "web/workspace/gate.h"
#include "web/workspace/workspace.h"

enum { NEXT_MAX = 200 };

static const char *next_path(struct desk *d) {
    const char *asked =
        d->request->method == METHOD_GET ? desk_asked(d, "next", NEXT_MAX) : desk_posted(d, "next", NEXT_MAX);
    return gate_safe_path(d, asked);
}

static void write_form(struct desk *d, int status) {
    const char *next = next_path(d);
    desk_open(d, status, desk_words(d, "again_title"), TAB_NONE);
    desk_paragraph(d, *next ? "again_explain" : "again_explain_lost");
    desk_form_open(d, "/sign-in/again", false);
    desk_hidden(d, "next", next);
    desk_field_password(d, "password", "sign_in_password", NULL, false);
    html_markup(&d->screen.html, "<div class=buttons>");
    desk_button(d, "sign_in_go_on", NULL, NULL);
    html_markup(&d->screen.html, "</div>");
    desk_form_close(d);
    desk_close(d);
}

void again_show(struct desk *d) {
    write_form(d, 200);
}

void again_handle(struct desk *d) {
    if (!gate_may_try(d, d->account.email))
        return;
    if (!password_is(d->account.password, gate_posted_password(d, "password"))) {
        gate_note_failure(d, d->account.email);
        desk_wrong(d, "password", "password_wrong", NULL, NULL);
        write_form(d, 422);
        return;
    }
    gate_was_good(d, d->account.email);
    const char *next = next_path(d);
    if (gate_begin_session(d, true))
        desk_redirect(d, *next ? next : gate_home(d), NULL, NULL);
}
