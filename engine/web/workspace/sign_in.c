/* Signing in: the address and the password, then, for accounts that have one, the second factor; and leaving. What is
 * said of a wrong password and of an unknown address is the same, and takes as long. */
#include "access/password.h"
#include "access/totp.h"
#include "base/clock.h"
#include "web/workspace/gate.h"
#include "web/workspace/workspace.h"

#include <string.h>

enum { EMAIL_MAX = 254, CODE_MAX = 40, NEXT_MAX = 200, PROOF_MAX = 200 };

/* Where to after signing in: asked for in the address, then carried through the form. */
static const char *next_path(struct desk *d) {
    const char *asked =
        d->request->method == METHOD_GET ? desk_asked(d, "next", NEXT_MAX) : desk_posted(d, "next", NEXT_MAX);
    return gate_safe_path(d, asked);
}

/* The page of a form that was sent to this path: the path itself, or else the nearest one above it. */
static const char *page_above(struct desk *d, const char *path) {
    char *at = arena_string(d->arena, path);
    while (*at && !*gate_safe_path(d, at)) {
        char *slash = strrchr(at, '/');
        *(slash ? slash : at) = '\0';
    }
    return at;
}

/* `next`: where to afterwards. */
static void write_fields(struct desk *d, const char *next) {
    desk_form_open(d, "/sign-in", false);
    desk_hidden(d, "next", next);
    gate_keep_fields(d);
    desk_field_email(d, "email", "sign_in_email", NULL, "");
    desk_field_password(d, "password", "sign_in_password", NULL, false);
    html_markup(&d->screen.html, "<div class=buttons>");
    desk_button(d, "sign_in_button", NULL, NULL);
    html_markup(&d->screen.html, "</div>");
    desk_form_close(d);
}

static void write_form(struct desk *d, int status) {
    desk_open(d, status, desk_words(d, "sign_in_title"), TAB_NONE);
    write_fields(d, next_path(d));
    html_markup(&d->screen.html, "<details><summary>");
    desk_say(d, "sign_in_lost");
    html_markup(&d->screen.html, "</summary>");
    desk_paragraph(d, "sign_in_lost_explain");
    html_markup(&d->screen.html, "</details>");
    desk_close(d);
}

void sign_in_show_ended(struct desk *d) {
    const struct form *form = &d->request->form;
    bool file = false;
    for (size_t i = 0; i < form->n; i++)
        file = file || (form->fields[i].file && *form->fields[i].file);
    desk_open(d, 403, desk_words(d, "gate_ended_title"), TAB_NONE);
    desk_paragraph(d, "gate_ended_explain");
    desk_paragraph(d, gate_keeps_fields(d) ? "gate_ended_kept" : "gate_ended_lost");
    if (file)
        desk_paragraph(d, "gate_ended_file");
    write_fields(d, page_above(d, d->request->path));
    desk_close(d);
}

/* Cookies of a session would travel in clear over a network. */
static bool sessions_are_possible(struct desk *d) {
    if (d->request->web->sessions)
        return true;
    desk_open(d, 403, desk_words(d, "sign_in_https_title"), TAB_NONE);
    desk_paragraph(d, "sign_in_https_explain");
    desk_close(d);
    return false;
}

void sign_in_show(struct desk *d) {
    if (!sessions_are_possible(d))
        return;
    if (d->signed_in)
        desk_redirect(d, gate_home(d), NULL, NULL);
    else
        write_form(d, 200);
}

static void write_second(struct desk *d, int status, const char *proof) {
    desk_open(d, status, desk_words(d, "sign_in_second_title"), TAB_NONE);
    desk_form_open(d, "/sign-in", false);
    desk_hidden(d, "next", next_path(d));
    desk_hidden(d, "proof", proof);
    gate_keep_fields(d);
    desk_field_code(d, "code", "sign_in_code", "sign_in_code_hint");
    html_markup(&d->screen.html, "<div class=buttons>");
    desk_button(d, "sign_in_go_on", NULL, NULL);
    html_markup(&d->screen.html, "</div>");
    desk_form_close(d);
    html_markup(&d->screen.html, "<p>");
    desk_link(d, "/sign-in", desk_words(d, "sign_in_other"));
    html_markup(&d->screen.html, "</p>");
    desk_close(d);
}

static void finish(struct desk *d) {
    gate_was_good(d, d->account.email);
    const char *next = next_path(d);
    if (!gate_begin_session(d, false))
        return;
    desk_audit(d, "signed_in", d->account.email);
    if (!gate_show_filled(d, next))
        desk_redirect(d, *next ? next : gate_home(d), NULL, NULL);
}

static bool is_figures(const char *code) {
    size_t figures = 0;
    for (const char *c = code; *c; c++) {
        if (*c >= '0' && *c <= '9')
            figures++;
        else if (*c != ' ')
            return false;
    }
    return figures == TOTP_DIGITS;
}

enum result gate_second_factor(struct desk *d, const struct account *account, const char *code) {
    uint8_t hash[32];
    int64_t step;
    if (is_figures(code))
        return totp_check(account->totp, code, clock_now(), &step) ? store_use_totp_step(d->store, account->id, step)
                                                                   : RESULT_INPUT;
    if (!*code)
        return RESULT_INPUT;
    recovery_code_hash(code, hash);
    const enum result used = store_use_recovery_code(d->store, account->id, hash);
    if (used == RESULT_OK)
        desk_audit(d, "recovery_code_used", account->email);
    return used;
}

static void handle_second(struct desk *d, const char *proof) {
    struct id id;
    if (!gate_read_proof(d, proof, &id) || store_get_account(d->store, d->arena, id, &d->account) != RESULT_OK ||
        d->account.disabled) {
        desk_wrong(d, "", "sign_in_again", NULL, NULL);
        write_form(d, 422);
        return;
    }
    if (!gate_may_try(d, d->account.email))
        return;
    switch (gate_second_factor(d, &d->account, desk_posted(d, "code", CODE_MAX))) {
    case RESULT_OK:
        finish(d);
        break;
    case RESULT_INPUT:
        gate_note_failure(d, d->account.email);
        desk_wrong(d, "code", "sign_in_code_wrong", NULL, NULL);
        write_second(d, 422, proof);
        break;
    default:
        desk_refuse(d, 503);
    }
}

static void show_wrong(struct desk *d) {
    desk_wrong(d, "email", "sign_in_wrong", NULL, NULL);
    write_form(d, 422);
}

static void handle_first(struct desk *d) {
    const char *email = desk_posted(d, "email", EMAIL_MAX), *password = gate_posted_password(d, "password");
    struct account account;
    if (!*email || !*password) {
        show_wrong(d);
        return;
    }
    if (!gate_may_try(d, email))
        return;
    const enum result found = store_find_account(d->store, d->arena, email, &account);
    if (found == RESULT_MACHINE) {
        desk_refuse(d, 503);
        return;
    }
    const bool there = found == RESULT_OK && !account.disabled;
    const bool right = password_is(there ? account.password : "", password); /* takes as long when there is none */
    if (!there || !right) {
        gate_note_failure(d, found == RESULT_OK ? account.email : "");
        show_wrong(d);
        return;
    }
    if (account.has_totp) {
        write_second(d, 200, gate_make_proof(d, account.id));
        return;
    }
    d->account = account;
    finish(d);
}

void sign_in_handle(struct desk *d) {
    if (!sessions_are_possible(d))
        return;
    const char *proof = desk_posted(d, "proof", PROOF_MAX);
    if (*proof)
        handle_second(d, proof);
    else
        handle_first(d);
}

void sign_out_handle(struct desk *d) {
    if (store_drop_session(d->store, d->session.hash) == RESULT_MACHINE) {
        desk_refuse(d, 503); /* the person must not believe to be signed out */
        return;
    }
    desk_audit(d, "signed_out", d->account.email);
    gate_end_session(d);
    desk_redirect(d, "/sign-in", "signed_out", NULL);
}
