/* Who else works on an assessment, and who may see one organisation's reports: a viewer's account or an expiring link.
 */
#include <string.h>

#include "access/links.h"
#include "base/clock.h"
#include "web/workspace/gate.h"
#include "web/workspace/setup.h"
#include "web/workspace/setup_pages.h"

enum { EMAIL_MAX = 254, REMARK_MAX = 100, DAYS_MOST = 365, DAY = 86400 };

static void write_who(struct desk *d, const char *name, const char *email) {
    desk_cell(d, name[0] ? arena_printf(d->arena, "%s (%s)", name, email) : email);
}

/* A form of one button in a table: what to do and with whom. */
static void write_act(struct desk *d, const char *act, struct id id, const char *label_key) {
    desk_cell_open(d);
    desk_form_open(d, setup_path(d, "settings", "sharing"), false);
    desk_hidden(d, "act", act);
    desk_hidden(d, "id", setup_hex(d, id));
    desk_button_second(d, label_key, NULL, NULL);
    desk_form_close(d);
    desk_cell_close(d);
}

static bool write_practitioners(struct desk *d) {
    struct id *shares;
    size_t n;
    struct account a;
    if (store_list_shares(d->store, d->arena, d->assessment.id, &shares, &n) != RESULT_OK)
        return false;
    desk_section(d, "setup_share");
    desk_paragraph(d, "setup_share_explain");
    if (n) {
        desk_table_open(d, "setup_share_table");
        desk_table_head(d, "setup_share_who", false);
        desk_table_head(d, "setup_share_act", false);
        for (size_t i = 0; i < n; i++) {
            if (store_get_account(d->store, d->arena, shares[i], &a) != RESULT_OK)
                continue;
            desk_row_open(d);
            write_who(d, a.name, a.email);
            write_act(d, "unshare", a.id, "setup_unshare");
            desk_row_close(d);
        }
        desk_table_close(d);
    }
    desk_form_open(d, setup_path(d, "settings", "sharing"), false);
    desk_hidden(d, "act", "share");
    desk_field_text(d, "email", "setup_email", "setup_share_email_hint", "", EMAIL_MAX);
    desk_button_second(d, "setup_share_do", NULL, NULL);
    desk_form_close(d);
    return true;
}

static void write_grant(struct desk *d, const struct grant *g, const struct organisation *list, size_t n) {
    struct account a;
    const char *organisation = g->organisation;
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i].code, g->organisation) == 0)
            organisation = list[i].name;
    desk_row_open(d);
    if (g->has_account && store_get_account(d->store, d->arena, g->account, &a) == RESULT_OK)
        write_who(d, a.name, a.email);
    else
        desk_cell(d, g->remark[0] ? g->remark : desk_words(d, "setup_grant_link"));
    desk_cell(d, organisation);
    desk_cell(d, !g->expires                 ? desk_words(d, "setup_grant_forever")
                 : g->expires <= clock_now() ? desk_words(d, "setup_grant_over")
                                             : desk_day(d, clock_day(g->expires).text));
    write_act(d, "take", g->id, "setup_grant_take");
    desk_row_close(d);
}

static bool write_grants(struct desk *d) {
    struct grant *grants;
    struct organisation *list;
    size_t n, n_list;
    if (store_list_grants(d->store, d->arena, d->assessment.id, &grants, &n) != RESULT_OK ||
        store_list_organisations(d->store, d->arena, d->assessment.id, &list, &n_list) != RESULT_OK)
        return false;
    setup_sort_organisations(list, n_list);
    desk_section(d, "setup_grants");
    desk_paragraph(d, "setup_grants_explain");
    if (n) {
        desk_table_open(d, "setup_grants_table");
        desk_table_head(d, "setup_grant_who", false);
        desk_table_head(d, "setup_organisation", false);
        desk_table_head(d, "setup_grant_until", false);
        desk_table_head(d, "setup_share_act", false);
        for (size_t i = 0; i < n; i++)
            write_grant(d, &grants[i], list, n_list);
        desk_table_close(d);
    }
    if (!n_list) {
        desk_paragraph(d, "setup_grants_need_organisations");
        return true;
    }
    const char **values = arena_array(d->arena, n_list, sizeof *values);
    const char **texts = arena_array(d->arena, n_list, sizeof *texts);
    for (size_t i = 0; i < n_list; i++) {
        values[i] = list[i].code;
        texts[i] = list[i].name;
    }
    desk_form_open(d, setup_path(d, "settings", "sharing"), false);
    desk_hidden(d, "act", "grant");
    gate_hide_once(d);
    desk_field_choice(d, "organisation", "setup_organisation", NULL, values, texts, n_list, values[0]);
    desk_field_text(d, "viewer", "setup_grant_viewer", "setup_grant_viewer_hint", "", EMAIL_MAX);
    desk_field_text(d, "remark", "setup_grant_remark", "setup_grant_remark_hint", "", REMARK_MAX);
    desk_field_number(d, "days", "setup_grant_days", "setup_grant_days_hint", "30", 0, DAYS_MOST);
    desk_button_second(d, "setup_grant_do", NULL, NULL);
    desk_form_close(d);
    return true;
}

/* `link` (may be NULL) is a new link, shown this once. */
static void show(struct desk *d, int status, const char *link) {
    struct html *h = &d->screen.html;
    setup_open(d, status, desk_words(d, "setup_sharing"), TAB_SETTINGS);
    if (link) {
        html_markup(h, "<div class=notice role=status><p>");
        desk_say(d, "setup_grant_once");
        html_markup(h, "</p><p><code dir=ltr>");
        html_text(h, link);
        html_markup(h, "</code></p></div>");
    }
    if (!write_practitioners(d) || !write_grants(d)) {
        desk_refuse(d, 503);
        return;
    }
    html_markup(h, "<p>");
    desk_link(d, setup_path(d, "settings"), desk_words(d, "setup_to_settings"));
    html_markup(h, "</p>");
    desk_close(d);
}

void sharing_show(struct desk *d) {
    show(d, 200, NULL);
}

/* What was done, to which organisation's reports (may be NULL) and for whom, or the page with what is wrong. */
static void finish(struct desk *d, enum result result, const char *act, const char *organisation, const char *whom,
                   const char *said) {
    if (desk_has_errors(d)) {
        show(d, SETUP_WRONG, NULL);
    } else if (result != RESULT_OK) {
        desk_refuse(d, 503);
    } else {
        desk_audit_inside(d, act, organisation, whom);
        desk_redirect(d, setup_path(d, "settings", "sharing"), said, whom);
    }
}

static void share(struct desk *d) {
    struct account a;
    const char *email = desk_posted(d, "email", EMAIL_MAX);
    enum result result = store_find_account(d->store, d->arena, email, &a);
    if (result == RESULT_INPUT || (result == RESULT_OK && (a.disabled || a.role == ROLE_VIEWER)))
        desk_wrong(d, "email", "setup_no_practitioner", "email", email);
    else if (result == RESULT_OK && id_equal(a.id, d->assessment.owner))
        desk_wrong(d, "email", "setup_is_owner", "email", email);
    else if (result == RESULT_OK)
        result = store_share_assessment(d->store, d->assessment.id, a.id, true);
    finish(d, result, "assessment_shared", NULL, email, "setup_shared");
}

static bool take_id(struct desk *d, struct id *out) {
    if (setup_read_id(desk_posted(d, "id", 40), out))
        return true;
    desk_refuse(d, 404);
    return false;
}

/* Of an account, for the log; "" when it is gone. */
static const char *address_of(struct desk *d, struct id id) {
    struct account a;
    return store_get_account(d->store, d->arena, id, &a) == RESULT_OK ? a.email : "";
}

static const char *whom_of(struct desk *d, const struct grant *g) {
    return g->has_account ? address_of(d, g->account) : "link";
}

static void unshare(struct desk *d) {
    struct id id;
    if (take_id(d, &id))
        finish(d, store_share_assessment(d->store, d->assessment.id, id, false), "assessment_unshared", NULL,
               address_of(d, id), "setup_unshared");
}

/* Only a grant of this assessment can be taken back here. */
static void take_back(struct desk *d) {
    struct grant *grants;
    struct id id;
    size_t n;
    if (!take_id(d, &id))
        return;
    enum result result = store_list_grants(d->store, d->arena, d->assessment.id, &grants, &n);
    const struct grant *found = NULL;
    for (size_t i = 0; result == RESULT_OK && i < n; i++)
        if (id_equal(grants[i].id, id))
            found = &grants[i];
    if (result == RESULT_OK && found)
        result = store_drop_grant(d->store, id);
    if (result == RESULT_MACHINE)
        desk_refuse(d, 503);
    else if (found && result == RESULT_OK)
        finish(d, result, "grant_taken", found->organisation, whom_of(d, found), "setup_grant_taken");
    else /* a second click: it is taken back already */
        desk_redirect(d, setup_path(d, "settings", "sharing"), "setup_grant_taken", NULL);
}

static void take_grant(struct desk *d, struct grant *g) {
    struct organisation *list;
    struct account a;
    size_t n;
    long days = 0;
    bool known = false;
    const char *viewer = desk_posted(d, "viewer", EMAIL_MAX), *typed = desk_posted(d, "days", 10);
    *g = (struct grant){.id = id_new(),
                        .assessment = d->assessment.id,
                        .organisation = desk_posted(d, "organisation", 40),
                        .remark = desk_posted(d, "remark", REMARK_MAX)};
    if (store_list_organisations(d->store, d->arena, d->assessment.id, &list, &n) != RESULT_OK)
        n = 0;
    for (size_t i = 0; i < n; i++)
        known = known || strcmp(list[i].code, g->organisation) == 0;
    if (!known)
        desk_wrong(d, "organisation", "setup_choose", NULL, NULL);
    if (viewer[0] && store_find_account(d->store, d->arena, viewer, &a) == RESULT_OK && !a.disabled) {
        g->has_account = true;
        g->account = a.id;
    } else if (viewer[0]) {
        desk_wrong(d, "viewer", "setup_no_account", "email", viewer);
    }
    if (!str_to_long(str_of(typed), &days) || days < (g->has_account ? 0 : 1) || days > DAYS_MOST)
        desk_wrong(d, "days", "setup_grant_days_range", "value", typed);
    g->expires = days > 0 ? clock_now() + (int64_t)days * DAY : 0;
}

/* Does the link exist that this form makes? Then it was sent before. */
static bool is_made(struct desk *d, const struct grant *g) {
    struct grant there;
    return !g->has_account && store_find_grant(d->store, d->arena, g->hash, clock_now(), &there) == RESULT_OK &&
           id_equal(there.assessment, g->assessment) && strcmp(there.organisation, g->organisation) == 0;
}

static void grant(struct desk *d) {
    struct grant g;
    char token[ACCESS_TOKEN_LENGTH + 1];
    uint8_t secret[ONCE_SIZE];
    take_grant(d, &g);
    if (desk_has_errors(d)) {
        show(d, SETUP_WRONG, NULL);
        return;
    }
    gate_once(d, secret);
    if (!g.has_account)
        access_token_make(secret, token, g.hash);
    const enum result added = store_add_grant(d->store, &g);
    if (added != RESULT_OK && !(added == RESULT_INPUT && is_made(d, &g))) {
        desk_refuse(d, added == RESULT_INPUT ? 409 : 503);
        return;
    }
    if (added == RESULT_OK)
        desk_audit_inside(d, "grant_given", g.organisation, whom_of(d, &g));
    if (g.has_account)
        desk_redirect(d, setup_path(d, "settings", "sharing"), "setup_granted", NULL);
    else
        show(d, 200, arena_printf(d->arena, "%s/shared/%s", d->request->web->public_url, token));
}

void sharing_handle(struct desk *d) {
    const char *act = desk_posted(d, "act", 20);
    if (strcmp(act, "share") == 0)
        share(d);
    else if (strcmp(act, "unshare") == 0)
        unshare(d);
    else if (strcmp(act, "grant") == 0)
        grant(d);
    else if (strcmp(act, "take") == 0)
        take_back(d);
    else
        desk_refuse(d, 404);
}
