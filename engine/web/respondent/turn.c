/* Everything that is posted while answering: start, next, back, save, submit. */
#include <string.h>

#include "web/respondent/check.h"
#include "web/respondent/respondent.h"

static const char *step_of(struct request *r) {
    struct str step;
    return form_get(&r->form, FIELD_STEP, 20, &step) == FIELD_VALID ? arena_copy(r->arena, step.p, step.n) : "";
}

static void new_secret(struct interview *iv) {
    char *secret = arena_alloc(iv->request->arena, SITTING_SECRET_SIZE + 1);
    sitting_new_secret(secret);
    iv->secret = secret;
}

/* The start page was posted. Somebody who comes back in the same browser goes on where they stopped; but at an open
 * link, which may stand on a shared computer, only if they say that it was them. */
static void begin(struct interview *iv, const char *step) {
    struct request *r = iv->request;
    const bool afresh = strcmp(step, "afresh") == 0;
    iv->secret = r->cookie;
    if (!afresh && interview_come_back(iv)) {
        if (iv->link && strcmp(step, "start") == 0) {
            start_show_for(iv, true);
            return;
        }
        iv->again = true;
        if (!page_is_shown(&iv->sitting.instrument->pages[iv->page], iv->answers, iv->sitting.audience))
            iv->page = interview_next_page(iv, iv->page) >= 0 ? interview_next_page(iv, iv->page)
                                                              : interview_next_page(iv, -1);
    } else if (iv->sitting.past_deadline) {
        closed_show(r, &iv->sitting);
        return;
    } else {
        iv->sitting.token[strcspn(iv->sitting.token, ".")] = '\0'; /* of an open link: another sitting than before */
        sitting_begin(&iv->sitting);
        if (iv->kiosk) {
            kiosk_begin(iv);
        } else if (r->web->collect) {
            if (afresh || !r->cookie)
                new_secret(iv);
            interview_keep_cookie(iv);
        }
    }
    page_show(iv);
}

static void mark_asked(struct interview *iv) {
    if (!index_listed(iv->asked, iv->page))
        iv->asked = arena_printf(iv->request->arena, "%s%s%d", iv->asked, *iv->asked ? "," : "", iv->page);
}

/* Blocks that the answers on this very page brought to light; nobody has seen them yet. */
static bool has_new_block(const struct interview *iv) {
    const struct page *page = &iv->sitting.instrument->pages[iv->page];
    for (size_t b = 0; iv->blocks && b < page->n_blocks; b++)
        if (!index_listed(iv->blocks, (int)b) && block_is_shown(&page->blocks[b], iv->answers, iv->sitting.audience))
            return true;
    return false;
}

static void show_new_block(struct interview *iv) {
    page_show_notice(iv, "page.more");
}

/* Problems are found again when the page is written, from the same answers. */
static void show_problems(struct interview *iv) {
    const struct problems p = check_page(iv, iv->page, !index_listed(iv->asked, iv->page));
    mark_asked(iv);
    page_show_problems(iv, &p);
}

static void show_last(struct interview *iv) {
    page_show_notice(iv, "page.last");
}

static void show_empty(struct interview *iv) {
    iv->page = interview_next_page(iv, -1);
    page_show_notice(iv, "page.empty");
}

/* The first shown page that insists on something, or -1. */
static int first_insisting_page(struct interview *iv) {
    for (int page = interview_next_page(iv, -1); page >= 0; page = interview_next_page(iv, page))
        if (check_page(iv, page, false).insists)
            return page;
    return -1;
}

/* Can a form of this audience have substance at all, or does it only ask for choices? */
static bool is_empty(const struct interview *iv) {
    if (answers_count(iv->answers, iv->sitting.audience) > 0)
        return false;
    const struct instrument *instrument = iv->sitting.instrument;
    bool any = false, substantial = false;
    for (size_t i = 0; i < instrument->n_fields; i++) {
        const struct field *f = &instrument->fields[i];
        if (!(f->audience & iv->sitting.audience))
            continue;
        any = any || answer_is_valid(&iv->answers->of[i]);
        substantial = substantial || f->item || f->question->type == QUESTION_TEXT;
    }
    return substantial || !any;
}

static void submit(struct interview *iv) {
    const int insisting = first_insisting_page(iv);
    if (insisting >= 0) {
        iv->page = insisting;
        mark_asked(iv);
        interview_save(iv, show_problems);
    } else if (is_empty(iv)) {
        interview_save(iv, show_empty);
    } else {
        send_answers(iv);
    }
}

static void go_forward(struct interview *iv, bool sends) {
    const struct problems p = check_page(iv, iv->page, !index_listed(iv->asked, iv->page));
    if (p.n > 0) {
        interview_save(iv, show_problems);
        return;
    }
    if (has_new_block(iv)) {
        interview_save(iv, show_new_block);
        return;
    }
    const int next = interview_next_page(iv, iv->page);
    if (next >= 0) {
        iv->page = next;
        interview_save(iv, page_show);
    } else if (sends) {
        submit(iv);
    } else {
        interview_save(iv, show_last);
    }
}

static void go_back(struct interview *iv) {
    const int previous = interview_previous_page(iv, iv->page);
    if (previous >= 0)
        iv->page = previous;
    interview_save(iv, page_show);
}

/* "Save and continue later": what is typed but not acceptable cannot be kept in a draft, so it is said now. */
static void save_for_later(struct interview *iv) {
    const struct problems p = check_page(iv, iv->page, false);
    for (size_t i = 0; i < p.n; i++)
        if (iv->answers->of[p.list[i].field].state == ANSWER_INVALID) {
            page_show_problems(iv, &p);
            return;
        }
    if (iv->kiosk) {
        page_show(iv);
        return;
    }
    if (iv->request->web->collect && !iv->secret) {
        new_secret(iv);
        interview_keep_cookie(iv);
    }
    interview_save(iv, saved_show);
}

static void turn(struct interview *iv, const char *step) {
    interview_read(iv);
    if (iv->request->web->collect && !collect_fits(iv->request->arena, &iv->sitting, iv->answers))
        page_show_notice(iv, "page.too_much");
    else if (strcmp(step, "back") == 0)
        go_back(iv);
    else if (strcmp(step, "save") == 0)
        save_for_later(iv);
    else if (strcmp(step, "again") == 0) /* back from the page with the resume code */
        page_show(iv);
    else
        go_forward(iv, strcmp(step, "submit") == 0);
}

void turn_handle(struct request *r) {
    struct str token;
    if (form_get(&r->form, FIELD_TOKEN, SITTING_TOKEN_MAX - 1, &token) != FIELD_VALID) {
        unknown_show(r);
        return;
    }
    struct interview *iv = interview_find(r, token);
    if (!iv)
        return;
    const char *step = step_of(r);
    if (iv->page < 0)
        unknown_show(r);
    else if (strcmp(step, "start") == 0 || strcmp(step, "afresh") == 0 || strcmp(step, "continue") == 0)
        begin(iv, step);
    else if (kiosk_is_over(iv) || kiosk_is_another(iv))
        kiosk_leave(iv);
    else
        turn(iv, step);
}
