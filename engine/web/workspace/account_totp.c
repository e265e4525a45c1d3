/* The second factor of one's own account: setting it up with a QR code, recovery codes, and giving it up. */
#include <sodium.h>
#include <string.h>

#include "access/totp.h"
#include "base/clock.h"
#include "web/workspace/gate.h"
#include "web/workspace/qr.h"
#include "web/workspace/workspace.h"

enum { CODE_MAX = 40 };

/* In fours, so that it can be typed. */
static void write_secret(struct desk *d, const uint8_t secret[TOTP_SECRET_SIZE]) {
    struct html *h = &d->screen.html;
    char text[TOTP_SECRET_TEXT + 1];
    totp_secret_text(secret, text);
    html_markup(h, "<p><code class=secret>");
    for (size_t i = 0; i < TOTP_SECRET_TEXT; i += 4) {
        html_text_str(h, (struct str){text + i, 4});
        if (i + 4 < TOTP_SECRET_TEXT)
            html_text(h, " ");
    }
    html_markup(h, "</code></p>");
}

/* Nothing is kept before a code has shown that the app has the secret: it travels in the form. */
static void write_set_up(struct desk *d, int status, const uint8_t secret[TOTP_SECRET_SIZE]) {
    struct html *h = &d->screen.html;
    char hex[2 * TOTP_SECRET_SIZE + 1];
    desk_open(d, status, desk_words(d, "totp_title"), TAB_NONE);
    desk_paragraph(d, "totp_why");
    html_markup(h, "<ol class=steps><li>");
    desk_paragraph(d, "totp_step_app");
    html_markup(h, "</li><li>");
    desk_paragraph(d, "totp_step_scan");
    qr_write(h, d->arena, totp_uri(d->arena, secret, desk_words(d, "gate_product"), d->account.email),
             desk_words(d, "totp_qr"), desk_words(d, "totp_qr_explain"));
    desk_paragraph(d, "totp_step_type");
    write_secret(d, secret);
    html_markup(h, "</li><li>");
    desk_form_open(d, "/account/totp", false);
    desk_hidden(d, "secret", sodium_bin2hex(hex, sizeof hex, secret, TOTP_SECRET_SIZE));
    desk_field_code(d, "code", "totp_code", "totp_code_hint");
    html_markup(h, "<div class=buttons>");
    desk_button(d, "totp_button", NULL, NULL);
    desk_link(d, gate_home(d), desk_words(d, "totp_later"));
    html_markup(h, "</div>");
    desk_form_close(d);
    html_markup(h, "</li></ol>");
    desk_close(d);
}

static void write_is_on(struct desk *d) {
    struct html *h = &d->screen.html;
    size_t codes = 0;
    desk_open(d, 200, desk_words(d, "totp_title"), TAB_NONE);
    desk_paragraph(d, "account_totp_is_on");
    if (store_count_recovery_codes(d->store, d->account.id, &codes) == RESULT_OK) {
        html_markup(h, "<p>");
        desk_text(
            d, texts_count(d->screen.texts, d->arena, d->screen.words, "work.account_codes_left", (long)codes, NULL));
        html_markup(h, "</p>");
    }
    desk_form_open(d, "/account/recovery", false);
    desk_button_second(d, "totp_new_codes", NULL, NULL);
    desk_form_close(d);
    desk_section(d, "totp_off_title");
    desk_paragraph(d, "totp_off_explain");
    desk_form_open(d, "/account/totp/off", false);
    desk_button_danger(d, "totp_off_button", NULL, NULL);
    desk_form_close(d);
    desk_close(d);
}

void totp_show(struct desk *d) {
    uint8_t secret[TOTP_SECRET_SIZE];
    if (d->account.has_totp) {
        write_is_on(d);
        return;
    }
    /* the same when the page is loaded again: it may have been scanned already */
    gate_session_secret(d, "second factor", secret, sizeof secret);
    write_set_up(d, 200, secret);
}

/* New codes, shown this once. False: the store is in trouble. */
static void show_codes(struct desk *d, const char *note_key) {
    struct html *h = &d->screen.html;
    char codes[RECOVERY_CODES][RECOVERY_CODE_LENGTH + 1];
    uint8_t hashes[RECOVERY_CODES][32];
    recovery_codes_new(codes, hashes);
    if (store_put_recovery_codes(d->store, d->account.id, (const uint8_t(*)[32])hashes, RECOVERY_CODES) != RESULT_OK) {
        desk_refuse(d, 503);
        return;
    }
    desk_open(d, 200, desk_words(d, "totp_codes_title"), TAB_NONE);
    desk_notice(d, note_key);
    desk_paragraph(d, "totp_codes_explain");
    html_markup(h, "<ul class=codes>");
    for (size_t i = 0; i < RECOVERY_CODES; i++) {
        html_markup(h, "<li><code>");
        html_text(h, codes[i]);
        html_markup(h, "</code></li>");
    }
    html_markup(h, "</ul><div class=buttons>");
    desk_link_button(d, gate_home(d), "totp_codes_done");
    html_markup(h, "</div>");
    desk_close(d);
    sodium_memzero(codes, sizeof codes);
}

void totp_handle(struct desk *d) {
    uint8_t secret[TOTP_SECRET_SIZE];
    struct account changed = d->account;
    const char *hex = desk_posted(d, "secret", (size_t)2 * TOTP_SECRET_SIZE), *code = desk_posted(d, "code", CODE_MAX);
    size_t n = 0;
    int64_t step;
    if (d->account.has_totp) {
        desk_redirect(d, "/account/totp", NULL, NULL);
        return;
    }
    if (sodium_hex2bin(secret, sizeof secret, hex, strlen(hex), NULL, &n, NULL) != 0 || n != sizeof secret) {
        totp_show(d);
        return;
    }
    if (!totp_check(secret, code, clock_now(), &step)) {
        desk_wrong(d, "code", "totp_code_wrong", NULL, NULL);
        write_set_up(d, 422, secret);
        return;
    }
    changed.has_totp = true;
    memcpy(changed.totp, secret, sizeof secret);
    if (store_change_account(d->store, &changed, d->session.hash) != RESULT_OK ||
        store_use_totp_step(d->store, d->account.id, step) == RESULT_MACHINE) {
        desk_refuse(d, 503);
        return;
    }
    d->account = changed;
    desk_audit(d, "second_factor_on", d->account.email);
    show_codes(d, "totp_is_on_now");
}

void totp_handle_off(struct desk *d) {
    struct account changed = d->account;
    changed.has_totp = false;
    sodium_memzero(changed.totp, sizeof changed.totp);
    if (store_change_account(d->store, &changed, d->session.hash) != RESULT_OK ||
        store_put_recovery_codes(d->store, d->account.id, NULL, 0) != RESULT_OK) {
        desk_refuse(d, 503);
        return;
    }
    desk_audit(d, "second_factor_off", d->account.email);
    desk_redirect(d, "/account", "totp_off", NULL);
}

void recovery_handle(struct desk *d) {
    if (!d->account.has_totp) {
        desk_redirect(d, "/account/totp", NULL, NULL);
        return;
    }
    desk_audit(d, "recovery_codes_made", d->account.email);
    show_codes(d, "totp_codes_replaced");
}
