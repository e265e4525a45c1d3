/* Everybody's accounts, for administrators: adding, changing the role, disabling, a new link. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "access/links.h"
#include "base/address.h"
#include "base/clock.h"
#include "base/letters.h"
#include "store/programs.h"
#include "web/workspace/gate.h"
#include "web/workspace/workspace.h"

enum { EMAIL_MAX = 254, NAME_MAX_CHARACTERS = 100, ROLES = 3, JUST_SECONDS = 60 };

static const char *const role_values[ROLES] = {"viewer", "practitioner", "administrator"};

const char *gate_role_key(enum role role) {
    static const char *const keys[ROLES] = {"accounts_role_viewer", "accounts_role_practitioner",
                                            "accounts_role_administrator"};
    return keys[role];
}

static const char *account_path(struct desk *d, struct id id) {
    char hex[2 * sizeof id.bytes + 1];
    return desk_path(d, "accounts", sodium_bin2hex(hex, sizeof hex, id.bytes, sizeof id.bytes), NULL);
}

static void field_role(struct desk *d, enum role role) {
    const char *texts[ROLES];
    for (int i = 0; i < ROLES; i++)
        texts[i] = desk_words(d, arena_printf(d->arena, "%s_explain", gate_role_key((enum role)i)));
    desk_field_choice(d, "role", "accounts_role", NULL, role_values, texts, ROLES, role_values[role]);
}

static bool posted_role(struct desk *d, enum role *role) {
    for (int i = 0; i < ROLES; i++)
        if (desk_posted_is(d, "role", role_values[i])) {
            *role = (enum role)i;
            return true;
        }
    desk_wrong(d, "role", "accounts_role_missing", NULL, NULL);
    return false;
}

static const char *state_key(const struct account *a) {
    return a->disabled ? "accounts_disabled" : *a->password ? "accounts_active" : "accounts_invited";
}

static void write_row(struct desk *d, const struct account *a) {
    desk_row_open(d);
    desk_cell_open(d);
    desk_link(d, account_path(d, a->id), a->email);
    desk_cell_close(d);
    desk_cell(d, a->name);
    desk_cell(d, desk_words(d, gate_role_key(a->role)));
    desk_cell(d, desk_words(d, state_key(a)));
    desk_cell(d, desk_words(d, a->has_totp ? "accounts_totp_yes" : "accounts_totp_no"));
    desk_row_close(d);
}

static int by_email(const void *a, const void *b) {
    return letters_compare(((const struct account *)a)->email, ((const struct account *)b)->email);
}

static int by_name(const void *a, const void *b) {
    const int order = letters_compare(((const struct account *)a)->name, ((const struct account *)b)->name);
    return order != 0 ? order : by_email(a, b);
}

static int by_role(const void *a, const void *b) {
    const int order = (int)((const struct account *)a)->role - (int)((const struct account *)b)->role;
    return order != 0 ? order : by_email(a, b);
}

static int by_state(const void *a, const void *b) {
    const int order = strcmp(state_key(a), state_key(b));
    return order != 0 ? order : by_email(a, b);
}

static int by_totp(const void *a, const void *b) {
    const int order = ((const struct account *)a)->has_totp - ((const struct account *)b)->has_totp;
    return order != 0 ? order : by_email(a, b);
}

static void sort(struct desk *d, struct account *accounts, size_t n) {
    bool down;
    const char *column = desk_sorting(d, "email", &down);
    if (n)
        qsort(accounts, n, sizeof *accounts,
              strcmp(column, "name") == 0    ? by_name
              : strcmp(column, "role") == 0  ? by_role
              : strcmp(column, "state") == 0 ? by_state
              : strcmp(column, "totp") == 0  ? by_totp
                                             : by_email);
    for (size_t i = 0; down && i < n / 2; i++) {
        const struct account swapped = accounts[i];
        accounts[i] = accounts[n - 1 - i];
        accounts[n - 1 - i] = swapped;
    }
}

static void write_table(struct desk *d, const struct account *accounts, size_t n) {
    desk_table_open(d, "accounts_caption");
    desk_table_head_sort(d, "accounts_email", false, "email");
    desk_table_head_sort(d, "accounts_name", false, "name");
    desk_table_head_sort(d, "accounts_role", false, "role");
    desk_table_head_sort(d, "accounts_state", false, "state");
    desk_table_head_sort(d, "accounts_totp", false, "totp");
    for (size_t i = 0; i < n; i++)
        write_row(d, &accounts[i]);
    desk_table_close(d);
}

static void write_page(struct desk *d, int status) {
    struct account *accounts;
    size_t n;
    if (store_list_accounts(d->store, d->arena, &accounts, &n) != RESULT_OK) {
        desk_refuse(d, 503);
        return;
    }
    desk_open(d, status, desk_words(d, "accounts_title"), TAB_NONE);
    sort(d, accounts, n);
    write_table(d, accounts, n);
    desk_section(d, "accounts_add");
    desk_form_open(d, "/accounts", false);
    gate_hide_once(d);
    desk_field_email(d, "email", "accounts_email", NULL, "");
    desk_field_text(d, "name", "accounts_name", NULL, "", NAME_MAX_CHARACTERS);
    field_role(d, ROLE_PRACTITIONER);
    gate_field_language(d, "");
    html_markup(&d->screen.html, "<div class=buttons>");
    desk_button(d, "accounts_add_button", NULL, NULL);
    html_markup(&d->screen.html, "</div>");
    desk_form_close(d);
    desk_close(d);
}

void accounts_show(struct desk *d) {
    write_page(d, 200);
}

/* The link is shown this once; only its hash is kept. */
static void show_link(struct desk *d, const struct account *a) {
    struct html *h = &d->screen.html;
    char token[ACCESS_TOKEN_LENGTH + 1];
    uint8_t secret[ONCE_SIZE], hash[32];
    gate_once(d, secret);
    access_token_make(secret, token, hash);
    if (store_put_account_link(d->store, hash, a->id, clock_now() + WELCOME_SECONDS) != RESULT_OK) {
        desk_refuse(d, 503);
        return;
    }
    desk_open(d, 200, desk_words(d, "accounts_link_title"), TAB_NONE);
    html_markup(h, "<p>");
    desk_text(d, desk_fill(d, "accounts_link_explain", "email", a->email, NULL));
    html_markup(h, "</p><p><code class=link>");
    html_text(h, arena_printf(d->arena, "%s/welcome/%s", d->request->web->public_url, token));
    html_markup(h, "</code></p>");
    desk_paragraph(d, "accounts_link_once");
    html_markup(h, "<div class=buttons>");
    desk_link_button(d, "/accounts", "accounts_link_back");
    html_markup(h, "</div>");
    desk_close(d);
}

/* Is this account there since a moment ago, from the same form? Then this is its second click. */
static bool was_just_added(struct desk *d, struct account *a) {
    struct account there;
    if (store_find_account(d->store, d->arena, a->email, &there) != RESULT_OK ||
        there.created < clock_now() - JUST_SECONDS || there.disabled || *there.password || there.role != a->role ||
        strcmp(there.name, a->name) != 0 || strcmp(there.language, a->language) != 0)
        return false;
    *a = there;
    return true;
}

void accounts_handle(struct desk *d) {
    struct account a = {.id = id_new(), .timezone = "", .password = "", .created = clock_now()};
    a.email = desk_posted(d, "email", EMAIL_MAX);
    a.name = desk_posted(d, "name", NAME_MAX_CHARACTERS);
    if (!desk_has_errors(d) && !address_good(a.email))
        desk_wrong(d, "email", "accounts_email_wrong", NULL, NULL);
    const bool good = posted_role(d, &a.role) && gate_posted_language(d, &a.language);
    if (!good || desk_has_errors(d)) {
        write_page(d, 422);
        return;
    }
    const enum result added = store_add_account(d->store, &a);
    if (added == RESULT_INPUT && was_just_added(d, &a)) {
        show_link(d, &a);
    } else if (added == RESULT_INPUT) {
        desk_wrong(d, "email", "accounts_email_taken", NULL, NULL);
        write_page(d, 422);
    } else if (added != RESULT_OK) {
        desk_refuse(d, 503);
    } else {
        desk_audit(d, "account_added", a.email);
        show_link(d, &a);
    }
}

/* The account that the path names; else the page for that is written. */
static bool find_one(struct desk *d, struct account *a) {
    struct id id;
    const char *hex = desk_parameter(d, "account");
    size_t n = 0;
    enum result result = RESULT_INPUT;
    if (sodium_hex2bin(id.bytes, sizeof id.bytes, hex, strlen(hex), NULL, &n, NULL) == 0 && n == sizeof id.bytes)
        result = store_get_account(d->store, d->arena, id, a);
    if (result != RESULT_OK)
        desk_refuse(d, result == RESULT_INPUT ? 404 : 503);
    return result == RESULT_OK;
}

static void write_one(struct desk *d, int status, const struct account *a) {
    const char *path = account_path(d, a->id);
    const bool own = id_equal(a->id, d->account.id);
    desk_open(d, status, a->email, TAB_NONE);
    html_markup(&d->screen.html, "<p class=where>");
    desk_link(d, "/accounts", desk_words(d, "gate_accounts"));
    html_markup(&d->screen.html, "</p>");
    desk_form_open(d, path, false);
    desk_field_text(d, "name", "accounts_name", NULL, a->name, NAME_MAX_CHARACTERS);
    if (own) {
        desk_paragraph(d, "accounts_own");
    } else {
        field_role(d, a->role);
        desk_field_check(d, "disabled", "accounts_disable", "accounts_disable_hint", a->disabled);
    }
    html_markup(&d->screen.html, "<div class=buttons>");
    desk_button(d, "accounts_save", NULL, NULL);
    html_markup(&d->screen.html, "</div>");
    desk_form_close(d);
    if (!own && !a->disabled) {
        desk_section(d, "accounts_reset");
        desk_paragraph(d, "accounts_reset_explain");
        desk_form_open(d, arena_printf(d->arena, "%s/reset", path), false);
        gate_hide_once(d);
        if (a->has_totp)
            desk_field_check(d, "totp", "accounts_reset_totp", "accounts_reset_totp_hint", false);
        desk_button_second(d, "accounts_reset_button", NULL, NULL);
        desk_form_close(d);
    }
    desk_close(d);
}

void accounts_show_one(struct desk *d) {
    struct account a;
    if (find_one(d, &a))
        write_one(d, 200, &a);
}

/* One's own role and access cannot be taken away here, so there is always an administrator left. */
void accounts_handle_one(struct desk *d) {
    struct account a;
    if (!find_one(d, &a))
        return;
    const bool own = id_equal(a.id, d->account.id);
    const struct account before = a;
    a.name = desk_posted(d, "name", NAME_MAX_CHARACTERS);
    if (!own) {
        a.disabled = desk_posted_is(d, "disabled", "yes");
        (void)posted_role(d, &a.role);
    }
    if (desk_has_errors(d)) {
        write_one(d, 422, &before);
        return;
    }
    if (store_change_account(d->store, &a, own ? d->session.hash : NULL) != RESULT_OK) {
        desk_refuse(d, 503);
        return;
    }
    if (a.disabled != before.disabled)
        desk_audit(d, a.disabled ? "account_disabled" : "account_enabled", a.email);
    if (a.role != before.role)
        desk_audit(d, "account_changed", a.email);
    desk_redirect(d, "/accounts", "account_changed", NULL);
}

void accounts_handle_reset(struct desk *d) {
    struct account a;
    if (!find_one(d, &a))
        return;
    if (id_equal(a.id, d->account.id) || a.disabled) {
        desk_refuse(d, 409);
        return;
    }
    if (a.has_totp && desk_posted_is(d, "totp", "yes")) {
        a.has_totp = false;
        sodium_memzero(a.totp, sizeof a.totp);
        if (store_change_account(d->store, &a, NULL) != RESULT_OK ||
            store_put_recovery_codes(d->store, a.id, NULL, 0) != RESULT_OK) {
            desk_refuse(d, 503);
            return;
        }
        desk_audit(d, "second_factor_off", a.email);
    }
    if (store_drop_tokens_of(d->store, a.id) != RESULT_OK) {
        desk_refuse(d, 503);
        return;
    }
    desk_audit(d, "account_reset", a.email);
    show_link(d, &a);
}
