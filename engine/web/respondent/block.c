#include "web/respondent/block.h"

#include <math.h>

static void write_label(struct interview *iv, const struct text *text) {
    interview_text_language(iv, text);
    html_end(&iv->screen.html);
    interview_say(iv, text);
}

/* id="lead1-h": names of fields have no dash, so that these ids are nobody else's. */
static void write_id(struct interview *iv, const char *field, const char *part) {
    html_attribute(&iv->screen.html, "id", arena_printf(iv->request->arena, "%s-%s", field, part));
}

void block_write_hint(struct interview *iv, const struct text *hint, const char *field) {
    struct html *h = &iv->screen.html;
    html_markup(h, "<p class=hint");
    if (field)
        write_id(iv, field, "h");
    write_label(iv, hint);
    html_markup(h, "</p>");
}

static void write_problem(struct interview *iv, const char *field, const struct problem *problem) {
    struct html *h = &iv->screen.html;
    html_markup(h, "<p class=problem");
    write_id(iv, field, "e");
    screen_words_language(&iv->screen);
    html_end(h);
    html_text(h, problem->sentence);
    html_markup(h, "</p>");
}

/* Where on this page an option's words stand, from the end of its button on; nothing yet while `to` is 0. The items of
 * a construct have the same ones: they are written for the first, and repeated for the others. */
struct words {
    size_t from, to;
};

/* One radio button or box with its words; the label is the whole row. */
struct option {
    const char *name, *value;
    const struct text *label;
    bool box, checked, apart, first; /* apart: not on the scale; first: carries the field's id, where links lead */
};

static void write_words(struct interview *iv, const struct text *label, struct words *words) {
    struct html *h = &iv->screen.html;
    if (words->to) {
        html_repeat(h, words->from, words->to);
        return;
    }
    words->from = html_mark(h);
    html_markup(h, "><span");
    write_label(iv, label);
    html_markup(h, "</span></label>");
    words->to = html_mark(h);
}

static void write_option(struct interview *iv, const struct option *o, struct words *words) {
    struct html *h = &iv->screen.html;
    if (o->apart)
        html_markup(h, "<label class=na><input");
    else
        html_markup(h, "<label><input");
    if (o->box)
        html_markup(h, " type=checkbox");
    else
        html_markup(h, " type=radio");
    html_attribute(h, "name", o->name);
    html_attribute(h, "value", o->value);
    if (o->first)
        html_attribute(h, "id", o->name);
    if (o->checked)
        html_markup(h, " checked");
    write_words(iv, o->label, words);
}

/* The code as a value: nearly all scales have one figure, and a page has fifty of them. */
static const char *point_value(struct arena *arena, int code) {
    static const char *const figures[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
    return code >= 0 && code <= 9 ? figures[code] : arena_printf(arena, "%d", code);
}

/* `words`: of each option. */
static void write_scale(struct interview *iv, const struct scale *scale, const char *name, const struct answer *answer,
                        struct words *words) {
    struct arena *arena = iv->request->arena;
    for (size_t i = 0; i < scale->n_points; i++) {
        const struct scale_point *point = &scale->points[i];
        const bool checked = answer->state == ANSWER_CODE && answer->code == point->code;
        write_option(
            iv, &(struct option){name, point_value(arena, point->code), &point->label, false, checked, false, i == 0},
            words++);
    }
    for (size_t i = 0; i < scale->n_not_applicable; i++) {
        const struct not_applicable *na = &scale->not_applicable[i];
        const bool checked = answer->state == ANSWER_NOT_APPLICABLE && answer->code == (int)i;
        write_option(iv, &(struct option){name, na->name, &na->label, false, checked, true, false}, words++);
    }
}

/* The scale's words over the columns of a wide screen; on a narrow one, each button has them beside it. */
static void write_scale_head(struct interview *iv, const struct scale *scale) {
    struct html *h = &iv->screen.html;
    html_markup(h, "<div class=head aria-hidden=true><div class=scale>");
    for (size_t i = 0; i < scale->n_points; i++) {
        html_markup(h, "<span");
        write_label(iv, &scale->points[i].label);
        html_markup(h, "</span>");
    }
    for (size_t i = 0; i < scale->n_not_applicable; i++) {
        html_markup(h, "<span class=na");
        write_label(iv, &scale->not_applicable[i].label);
        html_markup(h, "</span>");
    }
    html_markup(h, "</div></div>");
}

static void write_item(struct interview *iv, const struct scale *scale, const struct item *item,
                       const struct problems *p, struct words *words) {
    struct html *h = &iv->screen.html;
    const struct problem *problem = problem_of(p, item->field);
    html_markup(h, "<fieldset");
    if (problem) {
        if (problem->insists)
            html_markup(h, " class=wrong");
        else
            html_markup(h, " class=\"wrong soft\"");
        html_attribute(h, "aria-describedby", arena_printf(iv->request->arena, "%s-e", item->name));
    }
    html_markup(h, "><legend");
    write_label(iv, &item->text);
    html_markup(h, "</legend>");
    if (problem)
        write_problem(iv, item->name, problem);
    html_markup(h, "<div class=scale>");
    write_scale(iv, scale, item->name, &iv->answers->of[item->field], words);
    html_markup(h, "</div></fieldset>");
}

static void write_construct(struct interview *iv, const struct construct *c, enum block_place place,
                            const struct problems *p) {
    enum { NARROW_COLUMNS = 7 }; /* more would leave no room for the item beside them */
    struct html *h = &iv->screen.html;
    const size_t columns = c->scale->n_points + c->scale->n_not_applicable;
    if (place == BLOCK_OF_SEVERAL) {
        html_markup(h, "<h2");
        write_label(iv, &c->label);
        html_markup(h, "</h2>");
    }
    if (!text_is_empty(&c->hint))
        block_write_hint(iv, &c->hint, NULL);
    if (c->required == REQUIRED_YES)
        screen_paragraph(&iv->screen, "required.all");
    if (columns > NARROW_COLUMNS)
        html_markup(h, "<div class=\"rating long\">");
    else
        html_markup(h, "<div class=rating>");
    write_scale_head(iv, c->scale);
    struct words *words = arena_array(iv->request->arena, columns, sizeof *words);
    for (size_t i = 0; i < c->n_items; i++)
        write_item(iv, c->scale, &iv->sitting.instrument->items[c->first_item + i], p, words);
    html_markup(h, "</div>");
}

/* aria-describedby for what is there of hint and problem. */
static void write_described_by(struct interview *iv, const struct question *q, bool hint,
                               const struct problem *problem) {
    const char *name = q->name;
    if (!hint && !problem)
        return;
    html_attribute(&iv->screen.html, "aria-describedby",
                   arena_printf(iv->request->arena, "%s%s%s%s%s", hint ? name : "", hint ? "-h" : "",
                                hint && problem ? " " : "", problem ? name : "", problem ? "-e" : ""));
}

static void write_required(struct interview *iv, const struct question *q) {
    struct html *h = &iv->screen.html;
    if (q->required != REQUIRED_YES)
        return;
    html_markup(h, " <small");
    screen_words_language(&iv->screen);
    html_end(h);
    screen_say(&iv->screen, "required.one");
    html_markup(h, "</small>");
}

/* What people write in their own words is read by others: the form says so where they write it. */
static bool warns(const struct interview *iv, const struct question *q) {
    return q->type == QUESTION_TEXT && iv->sitting.audience == AUDIENCE_STAFF;
}

static bool has_hint(const struct interview *iv, const struct question *q) {
    return !text_is_empty(&q->hint) || warns(iv, q) || (q->type == QUESTION_CHOICES && text_is_empty(&q->hint));
}

static void write_question_hint(struct interview *iv, const struct question *q) {
    struct html *h = &iv->screen.html;
    if (!has_hint(iv, q))
        return;
    html_markup(h, "<div class=hint");
    write_id(iv, q->name, "h");
    html_end(h);
    if (!text_is_empty(&q->hint))
        block_write_hint(iv, &q->hint, NULL);
    else if (q->type == QUESTION_CHOICES)
        screen_paragraph(&iv->screen, "hint.several");
    if (warns(iv, q))
        screen_paragraph(&iv->screen, "hint.text");
    html_markup(h, "</div>");
}

/* More classes for a question with a problem. */
static void write_state(struct interview *iv, const struct problem *problem) {
    if (problem && problem->insists)
        html_markup(&iv->screen.html, " wrong");
    else if (problem)
        html_markup(&iv->screen.html, " wrong soft");
}

static void write_choices(struct interview *iv, const struct question *q, enum block_place place,
                          const struct problem *problem) {
    struct html *h = &iv->screen.html;
    const struct answer *answer = &iv->answers->of[q->field];
    const bool several = q->type == QUESTION_CHOICES;
    html_markup(h, "<fieldset class=\"question");
    write_state(iv, problem);
    html_markup(h, "\"");
    write_described_by(iv, q, has_hint(iv, q), problem);
    if (place == BLOCK_IS_PAGE)
        html_markup(h, "><legend><h1");
    else
        html_markup(h, "><legend");
    write_label(iv, &q->label);
    write_required(iv, q);
    if (place == BLOCK_IS_PAGE)
        html_markup(h, "</h1>");
    html_markup(h, "</legend>");
    write_question_hint(iv, q);
    if (problem)
        write_problem(iv, q->name, problem);
    for (size_t i = 0; i < q->n_choices; i++) {
        const bool checked = several ? answer->state == ANSWER_SET && (answer->set >> i & 1)
                                     : answer->state == ANSWER_CODE && answer->code == (int)i;
        write_option(
            iv, &(struct option){q->name, q->choices[i].code, &q->choices[i].label, several, checked, false, i == 0},
            &(struct words){0, 0});
    }
    html_markup(h, "</fieldset>");
}

/* What was typed, valid or not. */
static const char *typed(struct interview *iv, size_t field) {
    const struct answer *answer = &iv->answers->of[field];
    if (answer->state == ANSWER_INVALID)
        return arena_copy(iv->request->arena, answer->text.p, answer->text.n);
    const char *text = answer_typed(iv->request->arena, iv->answers, field);
    return text ? text : "";
}

static void write_control_attributes(struct interview *iv, const struct question *q, const struct problem *problem) {
    struct html *h = &iv->screen.html;
    html_attribute(h, "id", q->name);
    html_attribute(h, "name", q->name);
    if (q->type == QUESTION_TEXT)
        html_attribute_number(h, "maxlength", ANSWER_TEXT_MAX);
    if (problem)
        html_markup(h, " aria-invalid=true");
    if (q->required == REQUIRED_YES)
        html_markup(h, " aria-required=true");
    write_described_by(iv, q, has_hint(iv, q), problem);
}

static void write_control(struct interview *iv, const struct question *q, const struct problem *problem) {
    struct html *h = &iv->screen.html;
    const bool invalid = iv->answers->of[q->field].state == ANSWER_INVALID;
    if (q->type == QUESTION_TEXT && q->rows > 1) {
        html_markup(h, "<textarea dir=auto");
        html_attribute_number(h, "rows", q->rows);
        write_control_attributes(iv, q, problem);
        html_markup(h, ">\n"); /* a browser drops the first line end, so that one of the person's own is safe */
        html_text(h, typed(iv, q->field));
        html_markup(h, "</textarea>");
        return;
    }
    html_markup(h, "<input");
    if (q->type == QUESTION_NUMBER)
        html_markup(h, " class=number inputmode=decimal autocomplete=off");
    else if (q->type == QUESTION_DATE && !invalid) /* a date field would hide what is wrong in it */
        html_markup(h, " type=date");
    else
        html_markup(h, " dir=auto");
    write_control_attributes(iv, q, problem);
    html_attribute(h, "value", typed(iv, q->field));
    html_end(h);
}

static void write_field(struct interview *iv, const struct question *q, enum block_place place,
                        const struct problem *problem) {
    struct html *h = &iv->screen.html;
    html_markup(h, "<div class=\"question");
    write_state(iv, problem);
    html_markup(h, "\">");
    if (place == BLOCK_IS_PAGE)
        html_markup(h, "<h1>");
    html_markup(h, "<label");
    html_attribute(h, "for", q->name);
    write_label(iv, &q->label);
    write_required(iv, q);
    html_markup(h, "</label>");
    if (place == BLOCK_IS_PAGE)
        html_markup(h, "</h1>");
    write_question_hint(iv, q);
    if (problem)
        write_problem(iv, q->name, problem);
    write_control(iv, q, problem);
    html_markup(h, "</div>");
}

static void write_note(struct interview *iv, const struct question *q, enum block_place place) {
    struct html *h = &iv->screen.html;
    if (place == BLOCK_IS_PAGE) {
        html_markup(h, "<h1");
        write_label(iv, &q->label);
        html_markup(h, "</h1>");
    } else {
        html_markup(h, "<p class=note");
        write_label(iv, &q->label);
        html_markup(h, "</p>");
    }
    if (!text_is_empty(&q->hint))
        block_write_hint(iv, &q->hint, NULL);
}

void block_write(struct interview *iv, const struct block *block, enum block_place place, const struct problems *p) {
    const struct question *q = block->question;
    if (block->construct)
        write_construct(iv, block->construct, place, p);
    else if (q->type == QUESTION_NOTE)
        write_note(iv, q, place);
    else if (q->type == QUESTION_CHOICE || q->type == QUESTION_CHOICES)
        write_choices(iv, q, place, problem_of(p, q->field));
    else
        write_field(iv, q, place, problem_of(p, q->field));
}
