/* One's own tokens for other programs: made, listed, revoked. A token is shown once. */
#include <string.h>

#include "access/tokens.h"
#include "base/clock.h"
#include "web/workspace/gate.h"
#include "web/workspace/setup.h"
#include "web/workspace/workspace.h"

enum { DAYS_TYPED = 5 };

static void write_row(struct desk *d, const struct api_token *t) {
    const char *until = arena_string(d->arena, clock_day(t->expires).text);
    desk_row_open(d);
    desk_cell(d, t->name);
    desk_cell(d, scopes_write(d->arena, t->scopes & scopes_of(d->account.role)));
    desk_cell(d, desk_day(d, until));
    desk_cell(d, *t->used ? desk_day(d, t->used) : desk_words(d, "tokens_never"));
    desk_cell_open(d);
    desk_form_open(d, desk_path(d, "account", "tokens", setup_hex(d, t->id), NULL), false);
    desk_button_second(d, "tokens_revoke", NULL, NULL);
    desk_form_close(d);
    desk_cell_close(d);
    desk_row_close(d);
}

static void write_table(struct desk *d, const struct api_token *list, size_t n) {
    if (!n) {
        desk_paragraph(d, "tokens_none");
        return;
    }
    desk_table_open(d, "tokens_caption");
    desk_table_head(d, "tokens_name", false);
    desk_table_head(d, "tokens_scopes", false);
    desk_table_head(d, "tokens_expires", false);
    desk_table_head(d, "tokens_used", false);
    desk_table_head(d, "tokens_revoke", false);
    for (size_t i = 0; i < n; i++)
        write_row(d, &list[i]);
    desk_table_close(d);
}

static void write_form(struct desk *d) {
    desk_section(d, "tokens_add");
    desk_form_open(d, "/account/tokens", false);
    gate_hide_once(d);
    desk_field_text(d, "name", "tokens_name", NULL, "", TOKEN_NAME_MAX);
    for (int s = 0; s < SCOPES; s++)
        if (scopes_of(d->account.role) & 1u << s)
            desk_field_check(d, arena_printf(d->arena, "scope_%s", scope_names[s]),
                             arena_printf(d->arena, "tokens_scope_%s", scope_names[s]), NULL, false);
    desk_field_number(d, "days", "tokens_days", NULL, arena_printf(d->arena, "%d", TOKEN_DAYS), 1, TOKEN_DAYS_MOST);
    html_markup(&d->screen.html, "<div class=buttons>");
    desk_button(d, "tokens_add_button", NULL, NULL);
    html_markup(&d->screen.html, "</div>");
    desk_form_close(d);
}

static void write_page(struct desk *d, int status) {
    struct api_token *list;
    size_t n;
    if (store_list_tokens(d->store, d->arena, &d->account.id, &list, &n) != RESULT_OK) {
        desk_refuse(d, 503);
        return;
    }
    desk_open(d, status, desk_words(d, "tokens_title"), TAB_NONE);
    desk_paragraph(d, "tokens_explain");
    write_table(d, list, n);
    write_form(d);
    desk_close(d);
}

void tokens_show(struct desk *d) {
    write_page(d, 200);
}

static void show_token(struct desk *d, const struct api_token *t, const char *text) {
    struct html *h = &d->screen.html;
    desk_open(d, 200, desk_words(d, "tokens_made_title"), TAB_NONE);
    html_markup(h, "<p>");
    desk_text(d, desk_fill(d, "tokens_made_explain", "until",
                           desk_day(d, arena_string(d->arena, clock_day(t->expires).text)), NULL));
    html_markup(h, "</p><p><code class=link>");
    html_text(h, text);
    html_markup(h, "</code></p><div class=buttons>");
    desk_link_button(d, "/account/tokens", "tokens_back");
    html_markup(h, "</div>");
    desk_close(d);
}

void tokens_handle(struct desk *d) {
    struct api_token t = {.name = desk_posted(d, "name", TOKEN_NAME_MAX)};
    uint8_t secret[ONCE_SIZE];
    char text[TOKEN_LENGTH + 1];
    long days = 0;
    (void)str_to_long(str_of(desk_posted(d, "days", DAYS_TYPED)), &days);
    for (int s = 0; s < SCOPES; s++)
        if (desk_posted_is(d, arena_printf(d->arena, "scope_%s", scope_names[s]), "yes"))
            t.scopes |= 1u << s;
    if (!t.scopes)
        desk_wrong(d, "scope_results", "scope_none", NULL, NULL);
    if (desk_has_errors(d)) {
        write_page(d, 422);
        return;
    }
    gate_once(d, secret);
    const enum result result = token_make(d->store, &d->account, &t, days, clock_now(), secret, text, d->findings);
    if (result == RESULT_MACHINE) {
        desk_refuse(d, 503);
    } else if (result != RESULT_OK) {
        write_page(d, 422);
    } else {
        desk_audit(d, "token_made", d->account.email);
        show_token(d, &t, text);
    }
}

void tokens_handle_revoke(struct desk *d) {
    struct api_token *list;
    struct id id;
    size_t n;
    if (store_list_tokens(d->store, d->arena, &d->account.id, &list, &n) != RESULT_OK) {
        desk_refuse(d, 503);
        return;
    }
    const bool is_id = setup_read_id(desk_parameter(d, "number"), &id);
    for (size_t i = 0; is_id && i < n; i++) {
        if (!id_equal(list[i].id, id))
            continue;
        if (store_drop_token(d->store, id) == RESULT_MACHINE) {
            desk_refuse(d, 503);
            return;
        }
        desk_audit(d, "token_revoked", d->account.email);
        desk_redirect(d, "/account/tokens", "token_revoked", NULL);
        return;
    }
    desk_refuse(d, 404);
}
