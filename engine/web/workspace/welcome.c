/* The link that sets a password: for a new account, or for somebody who has lost theirs. It works once. */
#include <string.h>

#include "access/links.h"
#include "access/password.h"
#include "base/clock.h"
#include "web/workspace/gate.h"
#include "web/workspace/workspace.h"

/* For password managers, which otherwise keep the password without knowing whose it is. */
static void write_user_name(struct desk *d, const char *email) {
    struct html *h = &d->screen.html;
    html_markup(h, "<div class=unseen aria-hidden=true><input tabindex=-1 type=text autocomplete=username readonly");
    html_attribute(h, "value", email);
    html_markup(h, "></div>");
}

static void write_form(struct desk *d, int status, const char *token, const struct account *account) {
    desk_open(d, status, desk_words(d, *account->password ? "welcome_new_title" : "welcome_title"), TAB_NONE);
    html_markup(&d->screen.html, "<p>");
    desk_text(d, desk_fill(d, "welcome_explain", "email", account->email, NULL));
    html_markup(&d->screen.html, "</p>");
    desk_form_open(d, "/welcome", false);
    desk_hidden(d, "welcome", token);
    write_user_name(d, account->email);
    gate_field_new_password(d);
    html_markup(&d->screen.html, "<div class=buttons>");
    desk_button(d, "welcome_button", NULL, NULL);
    html_markup(&d->screen.html, "</div>");
    desk_form_close(d);
    desk_close(d);
}

static void show_gone(struct desk *d) {
    desk_open(d, 404, desk_words(d, "welcome_gone_title"), TAB_NONE);
    desk_paragraph(d, "welcome_gone_explain");
    desk_close(d);
}

/* Whose link it is; else the page for that is written. Too many that do not exist, from one address, are refused. */
static bool find_account(struct desk *d, const char *token, struct account *account) {
    struct id id;
    if (request_missed_too_often(d->request)) {
        desk_refuse(d, 429);
        return false;
    }
    enum result result = welcome_find(d->store, token, clock_now(), false, &id);
    if (result == RESULT_OK)
        result = store_get_account(d->store, d->arena, id, account);
    if (result == RESULT_MACHINE) {
        desk_refuse(d, 503);
    } else if (result == RESULT_INPUT) {
        if (request_count_miss(d->request))
            desk_refuse(d, 429);
        else
            show_gone(d);
    }
    return result == RESULT_OK;
}

/* Whoever is signed in as somebody else would otherwise see the frame of that account around this page. */
static void forget_session(struct desk *d) {
    d->signed_in = false;
    d->form_token = NULL;
}

void welcome_show(struct desk *d) {
    struct account account;
    const char *token = desk_parameter(d, "token");
    forget_session(d);
    if (find_account(d, token, &account))
        write_form(d, 200, token, &account);
}

/* The link is spent before the password is set: of two people with the same link, one comes too late. */
static enum result set_password(struct desk *d, const char *token, struct account *account, const char *password) {
    char hash[PASSWORD_HASH_MAX];
    struct id id;
    enum result result = password_hash(password, hash);
    if (result == RESULT_OK)
        result = welcome_find(d->store, token, clock_now(), true, &id);
    if (result != RESULT_OK)
        return result;
    account->password = arena_string(d->arena, hash);
    return store_change_account(d->store, account, NULL);
}

void welcome_handle(struct desk *d) {
    const char *token = desk_posted(d, "welcome", ACCESS_TOKEN_LENGTH), *password;
    struct account account;
    forget_session(d);
    if (!find_account(d, token, &account))
        return;
    password = gate_posted_new_password(d, account.email);
    if (!password) {
        write_form(d, 422, token, &account);
        return;
    }
    const enum result result = set_password(d, token, &account, password);
    if (result != RESULT_OK) {
        if (result == RESULT_INPUT)
            show_gone(d);
        else
            desk_refuse(d, 503);
        return;
    }
    d->account = account;
    gate_was_good(d, account.email);
    desk_audit(d, "password_set", account.email);
    if (account.has_totp ||
        !d->request->web->sessions) /* the link stands for the password, not for the second factor */
        desk_redirect(d, "/sign-in", "password_set", NULL);
    else if (gate_begin_session(d, false))
        desk_redirect(d, "/account/totp", "welcome", NULL);
}
