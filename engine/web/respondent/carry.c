/* How answers travel from page to page: in the draft, or in hidden fields. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "web/respondent/interview.h"

static const struct page *current_page(const struct interview *iv) {
    return &iv->sitting.instrument->pages[iv->page];
}

/* The field's block on the page, or -1. */
static int block_on_page(const struct interview *iv, const struct page *page, const struct field *field) {
    for (size_t b = 0; b < page->n_blocks; b++) {
        const struct block *block = &page->blocks[b];
        if (field->question ? block->question == field->question
                            : block->construct == &iv->sitting.instrument->constructs[field->item->construct])
            return (int)b;
    }
    return -1;
}

static void clear(struct answers *answers, size_t field) {
    answers->of[field] = (struct answer){.state = ANSWER_NONE};
}

/* Whatever was posted for a field replaces the earlier answer; a field that its page showed and that was not posted (no
 * box ticked, nothing chosen) is unanswered. */
static void read_field(struct interview *iv, size_t field, const struct page *page) {
    const struct field *f = &iv->sitting.instrument->fields[field];
    size_t at = 0;
    const struct str *value = form_next(&iv->request->form, f->name, &at);
    if (!value) {
        const int block = page ? block_on_page(iv, page, f) : -1;
        if (block >= 0 && iv->blocks && index_listed(iv->blocks, block))
            clear(iv->answers, field);
        return;
    }
    clear(iv->answers, field);
    for (; value; value = form_next(&iv->request->form, f->name, &at))
        (void)answer_set(iv->request->arena, iv->answers, field, *value); /* an invalid one is kept, and shown again */
}

static const char *copy_list(struct request *r, const char *name) {
    struct str list;
    if (form_get(&r->form, name, INDEXES_MAX, &list) != FIELD_VALID)
        return NULL;
    return arena_copy(r->arena, list.p, list.n);
}

/* The cookie's secret; or the page's own, when the cookie was removed by another tab that was sent in. */
static void find_secret(struct interview *iv) {
    struct request *r = iv->request;
    struct str posted;
    iv->secret = r->cookie;
    if (iv->kiosk)
        return;
    if (iv->secret || form_get(&r->form, FIELD_SECRET, SITTING_SECRET_SIZE, &posted) != FIELD_VALID)
        return;
    const char *secret = arena_copy(r->arena, posted.p, posted.n);
    if (posted.n == SITTING_SECRET_SIZE && strspn(secret, "0123456789abcdef") == posted.n) {
        iv->secret = secret;
        interview_keep_cookie(iv);
    }
}

void interview_keep_cookie(struct interview *iv) {
    struct request *r = iv->request;
    const char *dot = strchr(iv->sitting.token, '.');
    const bool same = r->cookie && strcmp(r->cookie, iv->secret) == 0; /* then it may also open another tab's sitting */
    const char *part = dot ? dot + 1 : same ? r->cookie_part : "";
    r->reply.cookie = arena_printf(r->arena, "%s%s%s", iv->secret, *part ? "-" : "", part);
}

bool interview_load_draft(struct interview *iv) {
    struct request *r = iv->request;
    int page = -1;
    if (!r->web->collect || !iv->secret ||
        collect_load_draft(r->web->collect, &iv->sitting, r->arena, iv->secret, iv->answers, &page) != RESULT_OK)
        return false;
    if (page < 0 || page >= (int)iv->sitting.instrument->n_pages)
        return false;
    iv->page = page;
    return true;
}

bool interview_come_back(struct interview *iv) {
    struct sitting *s = &iv->sitting;
    char own[SITTING_TOKEN_MAX];
    iv->secret = iv->request->cookie;
    if (!iv->link || strchr(s->token, '.') || !*iv->request->cookie_part)
        return interview_load_draft(iv);
    memcpy(own, s->token, sizeof own);
    snprintf(s->token, sizeof s->token, "%.36s.%.26s", own, iv->request->cookie_part);
    if (interview_load_draft(iv))
        return true;
    memcpy(s->token, own, sizeof own);
    return false;
}

void interview_read(struct interview *iv) {
    struct request *r = iv->request;
    const struct instrument *instrument = iv->sitting.instrument;
    long page = 0;
    if (r->web->collect)
        find_secret(iv);
    (void)interview_load_draft(iv);
    const bool known = form_get_number(&r->form, FIELD_PAGE, 0, (long)instrument->n_pages - 1, &page) == FIELD_VALID;
    if (known)
        iv->page = (int)page;
    iv->blocks = copy_list(r, FIELD_BLOCKS);
    const char *asked = copy_list(r, FIELD_ASKED);
    iv->asked = asked ? asked : "";
    for (size_t i = 0; i < instrument->n_fields; i++)
        if (instrument->fields[i].audience & iv->sitting.audience)
            read_field(iv, i, known ? current_page(iv) : NULL);
}

static void saved(void *context, enum result result) {
    wait_end(context, (int)result);
}

static void go_on_saved(struct request *r, int outcome) {
    struct interview *iv = r->state;
    if (outcome != RESULT_OK)
        iv->secret = NULL; /* then everything travels in the page */
    iv->after(iv);
}

void interview_save(struct interview *iv, void (*after)(struct interview *iv)) {
    struct request *r = iv->request;
    if (!r->web->collect || !iv->secret) {
        after(iv);
        return;
    }
    iv->after = after;
    struct wait *wait = request_wait(r, go_on_saved);
    collect_save_draft(r->web->collect, &iv->sitting, iv->secret, iv->answers, iv->page, saved, wait);
}

void interview_hide_value(struct interview *iv, const char *name, const char *value) {
    struct html *h = &iv->screen.html;
    html_markup(h, "<input type=hidden");
    html_attribute(h, "name", name);
    html_attribute(h, "value", value);
    html_end(h);
}

const char *interview_preview_path(struct interview *iv, enum audience audience) {
    const char *path = iv->request->web->preview_path;
    if (!path)
        return audience == AUDIENCE_ORGANISATION ? "/preview/organisation" : "/preview";
    return arena_printf(iv->request->arena, "%s/%s", path,
                        audience == AUDIENCE_ORGANISATION ? "organisation" : "staff");
}

void interview_open_form(struct interview *iv, bool checked_here) {
    struct html *h = &iv->screen.html;
    if (iv->request->web->preview_path) {
        html_markup(h, "<form method=post");
        html_attribute(h, "action", interview_preview_path(iv, iv->sitting.audience));
    } else {
        html_markup(h, "<form method=post action=/s");
    }
    if (checked_here)
        html_markup(h, " novalidate");
    html_end(h);
}

void interview_hide(struct interview *iv) {
    const struct instrument *instrument = iv->sitting.instrument;
    interview_hide_value(iv, FIELD_TOKEN, iv->sitting.token);
    if (iv->request->web->preview_token)
        interview_hide_value(iv, "token", iv->request->web->preview_token);
    interview_hide_value(iv, FIELD_LANGUAGE, instrument->languages[iv->language]);
    if (iv->kiosk)
        interview_hide_value(iv, FIELD_KIOSK, arena_printf(iv->request->arena, "%lld", (long long)clock_now()));
}

/* One hidden field a value; several for several ticked choices. */
static void hide_answer(struct interview *iv, size_t field) {
    const struct instrument *instrument = iv->sitting.instrument;
    const struct answer *answer = &iv->answers->of[field];
    const char *name = instrument->fields[field].name;
    if (answer->state == ANSWER_INVALID) {
        interview_hide_value(iv, name, arena_copy(iv->request->arena, answer->text.p, answer->text.n));
    } else if (answer->state == ANSWER_SET) {
        const struct question *q = instrument->fields[field].question;
        for (size_t i = 0; i < q->n_choices; i++)
            if (answer->set >> i & 1)
                interview_hide_value(iv, name, q->choices[i].code);
    } else {
        const char *typed = answer_typed(iv->request->arena, iv->answers, field);
        if (typed)
            interview_hide_value(iv, name, typed);
    }
}

void interview_hide_answers(struct interview *iv, int except, bool even_if_in_draft) {
    const struct instrument *instrument = iv->sitting.instrument;
    const struct page *page = except >= 0 ? &instrument->pages[except] : NULL;
    const bool all = even_if_in_draft || !iv->secret;
    if (iv->secret)
        interview_hide_value(iv, FIELD_SECRET, iv->secret);
    for (size_t i = 0; i < instrument->n_fields; i++) {
        const struct field *field = &instrument->fields[i];
        const int block = page ? block_on_page(iv, page, field) : -1;
        if (!(field->audience & iv->sitting.audience) ||
            (block >= 0 && block_is_shown(&page->blocks[block], iv->answers, iv->sitting.audience)))
            continue;
        if (all || iv->answers->of[i].state == ANSWER_INVALID)
            hide_answer(iv, i);
    }
}
