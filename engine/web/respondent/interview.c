#include "web/respondent/interview.h"

#include <string.h>

#include "instrument/expression.h"
#include "web/respondent/respondent.h"

static void end_sitting(struct request *r) {
    struct interview *iv = r->state;
    sitting_end(&iv->sitting);
}

/* ?lang= or the field of the page; else the invitation's, the browser's, the instrument's. */
static size_t choose_language(struct request *r, const struct sitting *s) {
    struct str posted;
    const char *wishes[3] = {r->language, NULL, s->language};
    if (form_get(&r->form, FIELD_LANGUAGE, 35, &posted) == FIELD_VALID)
        wishes[1] = arena_copy(r->arena, posted.p, posted.n);
    for (size_t i = 0; i < 3; i++) {
        const int index = wishes[i] && *wishes[i] ? instrument_language(s->instrument, wishes[i]) : -1;
        if (index >= 0)
            return (size_t)index;
    }
    const char *asked = r->accept_language ? language_negotiate(r->accept_language, s->instrument->languages,
                                                                s->instrument->n_languages)
                                           : NULL;
    const int index = asked ? instrument_language(s->instrument, asked) : -1;
    return index >= 0 ? (size_t)index : 0;
}

/* Of several values for one placeholder, the one in the page's language, else the one for all languages. */
static void choose_values(struct interview *iv) {
    const struct sitting *s = &iv->sitting;
    const char *language = s->instrument->languages[iv->language];
    iv->names = arena_array(iv->request->arena, s->n_placeholders + 1, sizeof *iv->names);
    iv->values = arena_array(iv->request->arena, s->n_placeholders + 1, sizeof *iv->values);
    for (size_t i = 0; i < s->n_placeholders; i++) {
        const struct placeholder_value *value = &s->placeholders[i];
        const bool own = strcmp(value->language, language) == 0;
        if (!own && *value->language)
            continue;
        size_t at = 0;
        while (at < iv->n_values && strcmp(iv->names[at], value->name) != 0)
            at++;
        if (at < iv->n_values && !own)
            continue;
        iv->names[at] = value->name;
        iv->values[at] = value->value;
        iv->n_values += at == iv->n_values;
    }
}

static void prepare(struct interview *iv) {
    iv->language = choose_language(iv->request, &iv->sitting);
    choose_values(iv);
    screen_init(&iv->screen, iv->request, iv->sitting.instrument->languages[iv->language]);
    iv->answers = answers_new(iv->request->arena, iv->sitting.instrument);
    iv->asked = "";
    iv->page = interview_next_page(iv, -1);
}

static struct interview *begin(struct request *r) {
    struct interview *iv = arena_alloc(r->arena, sizeof *iv);
    iv->request = r;
    r->state = iv;
    return iv;
}

struct interview *interview_preview(struct request *r, enum audience audience) {
    const struct instrument *instrument = preview_take(r);
    if (!instrument)
        return NULL;
    struct interview *iv = begin(r);
    const char *token = audience == AUDIENCE_STAFF ? "preview" : "preview-organisation";
    iv->sitting = (struct sitting){
        .state = SITTING_OPEN,
        .kind = audience == AUDIENCE_STAFF ? INVITATION_PERSONAL : INVITATION_ORGANISATION,
        .audience = audience,
        .organisation = "",
        .organisation_name = "",
        .unit = "",
        .language = "",
        .wave = {.label = "", .opened = "", .until = "", .closed = "", .min_group = 5, .min_comments = 10},
        .title = "",
        .instrument = instrument,
    };
    memcpy(iv->sitting.token, token, strlen(token) + 1);
    r->at_end = end_sitting;
    prepare(iv);
    return iv;
}

static struct interview *find_preview(struct request *r, struct str token) {
    if (str_is(token, "preview"))
        return interview_preview(r, AUDIENCE_STAFF);
    if (str_is(token, "preview-organisation"))
        return interview_preview(r, AUDIENCE_ORGANISATION);
    unknown_show(r);
    return NULL;
}

static void find_without_instrument(struct request *r, const struct sitting *s) {
    if (s->state == SITTING_ANSWERED)
        thanks_show(r, NULL, false);
    else if (s->state == SITTING_CLOSED)
        closed_show(r, s);
    else
        unknown_show(r);
}

struct interview *interview_find(struct request *r, struct str token) {
    if (r->web->preview)
        return find_preview(r, token);
    if (token.n == 0 || token.n >= SITTING_TOKEN_MAX) {
        unknown_show(r);
        return NULL;
    }
    struct interview *iv = begin(r);
    const char *typed = arena_copy(r->arena, token.p, token.n);
    if (collect_find(r->web->collect, r->arena, typed, &iv->sitting) != RESULT_OK) {
        notice_show_busy(r);
        return NULL;
    }
    r->at_end = end_sitting;
    if (!iv->sitting.instrument) {
        find_without_instrument(r, &iv->sitting);
        return NULL;
    }
    prepare(iv);
    if (iv->sitting.kind == INVITATION_OPEN)
        iv->link = arena_copy(r->arena, iv->sitting.token, strcspn(iv->sitting.token, "."));
    kiosk_find(iv);
    if (iv->sitting.state == SITTING_OPEN)
        return iv;
    if (iv->sitting.state == SITTING_ANSWERED)
        thanks_show(r, iv, false);
    else
        find_without_instrument(r, &iv->sitting);
    return NULL;
}

const char *interview_text(struct interview *iv, const struct text *text) {
    const char *plain = text_in(text, iv->language);
    if (!strchr(plain, '$'))
        return plain;
    struct buf filled = BUF_INIT;
    instrument_fill(&filled, iv->sitting.instrument, iv->language, plain, iv->names, iv->values, iv->n_values);
    const char *copy = arena_copy(iv->request->arena, filled.p, filled.n);
    buf_free(&filled);
    return copy;
}

void interview_say(struct interview *iv, const struct text *text) {
    html_prose(&iv->screen.html, interview_text(iv, text));
}

void interview_text_language(struct interview *iv, const struct text *text) {
    if (iv->language > 0 && !text->in[iv->language])
        screen_other_language(&iv->screen, iv->sitting.instrument->languages[0]);
}

bool index_listed(const char *list, int index) {
    struct str rest = str_of(list), part;
    long value;
    while (str_split(&rest, ',', &part))
        if (str_to_long(part, &value) && value == index)
            return true;
    return false;
}

static const struct page *page_at(const struct interview *iv, int page) {
    return &iv->sitting.instrument->pages[page];
}

static bool is_shown(const struct interview *iv, int page) {
    return page_is_shown(page_at(iv, page), iv->answers, iv->sitting.audience);
}

int interview_next_page(const struct interview *iv, int page) {
    for (int i = page + 1; i < (int)iv->sitting.instrument->n_pages; i++)
        if (is_shown(iv, i))
            return i;
    return -1;
}

int interview_previous_page(const struct interview *iv, int page) {
    for (int i = page - 1; i >= 0; i--)
        if (is_shown(iv, i))
            return i;
    return -1;
}

int interview_page_number(const struct interview *iv, int page) {
    int n = 0;
    for (int i = 0; i <= page; i++)
        n += is_shown(iv, i);
    return n;
}

/* Looks for a reference to a field that is answered on this page or later, so that the outcome is still open. */
struct open_reference {
    const struct interview *iv;
    int page;
    bool found;
};

static bool page_has_field(const struct instrument *instrument, const struct page *page, int field) {
    const struct field *f = &instrument->fields[field];
    for (size_t b = 0; b < page->n_blocks; b++) {
        const struct block *block = &page->blocks[b];
        if (f->question ? block->question == f->question
                        : block->construct == &instrument->constructs[f->item->construct])
            return true;
    }
    return false;
}

static void look_for_open(void *context, int field, struct str literal) {
    struct open_reference *o = context;
    (void)literal;
    for (size_t i = (size_t)o->page; !o->found && i < o->iv->sitting.instrument->n_pages; i++)
        o->found = page_has_field(o->iv->sitting.instrument, page_at(o->iv, (int)i), field);
}

static bool may_be_shown(const struct interview *iv, int page, int current) {
    const struct page *p = page_at(iv, page);
    struct open_reference open = {iv, current < 0 ? 0 : current, false};
    if (!page_is_for(p, iv->sitting.audience))
        return false;
    if (p->relevant)
        expression_each_reference(p->relevant, look_for_open, &open);
    for (size_t b = 0; b < p->n_blocks; b++) {
        const struct block *block = &p->blocks[b];
        const struct expression *e = block->construct ? block->construct->relevant : block->question->relevant;
        if (e)
            expression_each_reference(e, look_for_open, &open);
    }
    return open.found;
}

int interview_page_total(const struct interview *iv, int page) {
    int n = 0;
    for (int i = 0; i < (int)iv->sitting.instrument->n_pages; i++)
        n += is_shown(iv, i) || (i > page && may_be_shown(iv, i, page));
    return n;
}

size_t interview_field_count(const struct instrument *instrument, enum audience audience) {
    size_t n = 0;
    for (size_t i = 0; i < instrument->n_fields; i++)
        n += (instrument->fields[i].audience & audience) != 0;
    return n;
}

bool interview_has_texts(const struct interview *iv) {
    const struct instrument *instrument = iv->sitting.instrument;
    for (size_t i = 0; i < instrument->n_questions; i++) {
        const struct question *q = &instrument->questions[i];
        if (q->type == QUESTION_TEXT && (q->answered_by & iv->sitting.audience))
            return true;
    }
    return false;
}

void interview_open(struct interview *iv, int status, const char *title) {
    const char *survey = iv->sitting.title;
    if (!survey || !*survey)
        survey = interview_text(iv, &iv->sitting.instrument->title);
    screen_open(&iv->screen, status, title, survey);
}

void interview_close(struct interview *iv) {
    struct screen *s = &iv->screen;
    screen_close_main(s);
    html_markup(&s->html, "<details");
    screen_words_language(s);
    html_markup(&s->html, "><summary>");
    screen_say(s, "promise.title");
    html_markup(&s->html, "</summary>");
    promise_write(iv);
    html_markup(&s->html, "</details>");
    screen_close(s);
}
