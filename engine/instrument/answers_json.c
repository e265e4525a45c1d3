#include <assert.h>
#include <string.h>

#include "base/json.h"
#include "instrument/answers.h"

static void write_set(struct json_writer *w, const struct question *question, uint64_t set) {
    json_open(w, '[');
    for (size_t i = 0; i < question->n_choices; i++) {
        if (set >> i & 1) {
            json_text(w, question->choices[i].code);
        }
    }
    json_close(w, ']');
}

static void write_answer(struct json_writer *w, const struct instrument *instrument, const struct field *field,
                         const struct answer *answer) {
    switch (answer->state) {
    case ANSWER_CODE:
        if (field->item) {
            json_integer(w, answer->code);
        } else {
            assert(field->question); /* a field is an item or a question */
            json_text(w, field->question->choices[answer->code].code);
        }
        break;
    case ANSWER_NOT_APPLICABLE:
        json_text(w, instrument->constructs[field->item->construct].scale->not_applicable[answer->code].name);
        break;
    case ANSWER_SET:
        assert(field->question);
        write_set(w, field->question, answer->set);
        break;
    case ANSWER_NUMBER:
        json_number(w, answer->number);
        break;
    default:
        json_str(w, answer->text);
    }
}

void answers_write_json(struct buf *out, const struct answers *answers, bool texts) {
    const struct instrument *instrument = answers->instrument;
    struct json_writer w = {.out = out};
    json_open(&w, '{');
    for (size_t i = 0; i < instrument->n_fields; i++) {
        const struct field *field = &instrument->fields[i];
        bool free_text = field->question && field->question->type == QUESTION_TEXT;
        if (answer_is_valid(&answers->of[i]) && (texts || !free_text)) {
            json_key(&w, field->name);
            write_answer(&w, instrument, field, &answers->of[i]);
        }
    }
    json_close(&w, '}');
}

static inline bool is_named(const struct field *field, struct str name) {
    size_t i = 0;
    while (i < name.n && name.p[i] && name.p[i] == field->name[i]) {
        i++;
    }
    return i == name.n && !field->name[i];
}

/* The field of a member: answers are written in field order, so the search begins behind the last one found. */
static int find_field(const struct instrument *instrument, struct str name, size_t *next) {
    for (size_t i = 0; i < instrument->n_fields; i++) {
        size_t at = *next + i < instrument->n_fields ? *next + i : *next + i - instrument->n_fields;
        if (is_named(&instrument->fields[at], name)) {
            *next = at + 1 < instrument->n_fields ? at + 1 : 0;
            return (int)at;
        }
    }
    return -1;
}

static int find_choice(const struct question *question, struct str code) {
    for (size_t i = 0; i < question->n_choices; i++) {
        if (str_is(code, question->choices[i].code)) {
            return (int)i;
        }
    }
    return -1;
}

static struct answer read_rating(const struct scale *scale, const struct json_member *m) {
    if (m->type == JSON_NUMBER && m->number >= scale->low && m->number <= scale->high &&
        m->number == (double)(int)m->number) {
        return (struct answer){.state = ANSWER_CODE, .code = (int)m->number};
    }
    for (size_t i = 0; m->type == JSON_TEXT && i < scale->n_not_applicable; i++) {
        if (str_is(m->text, scale->not_applicable[i].name)) {
            return (struct answer){.state = ANSWER_NOT_APPLICABLE, .code = (int)i};
        }
    }
    return (struct answer){.state = ANSWER_NONE};
}

static struct answer read_set(const struct question *question, const struct json_member *m, struct arena *arena) {
    struct answer answer = {.state = ANSWER_NONE};
    struct str rest = m->text, code;
    while (m->type == JSON_ARRAY && json_array_next(&rest, arena, &code)) {
        int index = find_choice(question, code);
        if (index >= 0) {
            answer.state = ANSWER_SET;
            answer.set |= (uint64_t)1 << index;
        }
    }
    return answer;
}

static struct answer read_answer(const struct instrument *instrument, const struct field *field,
                                 const struct json_member *m, struct arena *arena) {
    const struct answer none = {.state = ANSWER_NONE};
    if (field->item) {
        return read_rating(instrument->constructs[field->item->construct].scale, m);
    }
    switch (field->question->type) {
    case QUESTION_CHOICE: {
        int index = m->type == JSON_TEXT ? find_choice(field->question, m->text) : -1;
        return index >= 0 ? (struct answer){.state = ANSWER_CODE, .code = index} : none;
    }
    case QUESTION_CHOICES:
        return read_set(field->question, m, arena);
    case QUESTION_NUMBER:
        return m->type == JSON_NUMBER ? (struct answer){.state = ANSWER_NUMBER, .number = m->number} : none;
    default:
        return m->type == JSON_TEXT && m->text.n > 0 ? (struct answer){.state = ANSWER_TEXT, .text = m->text} : none;
    }
}

/* The code of a rating written as `"name":4` or `,"name":4`, one digit, at the beginning of `text`; -1: something else
 * stands there. */
static int rating_here(struct str text, const char *name, size_t *length) {
    const char *p = text.p, *end = text.p + text.n;
    p += p < end && *p == ',';
    if (p == end || *p++ != '"') {
        return -1;
    }
    while (p < end && *name && *p == *name) {
        p++;
        name++;
    }
    if (*name || end - p < 4 || p[0] != '"' || p[1] != ':' || p[2] < '0' || p[2] > '9' ||
        (p[3] != ',' && p[3] != '}')) {
        return -1;
    }
    *length = (size_t)(p + 3 - text.p);
    return p[2] - '0';
}

/* Takes the ratings that stand where they are expected, as answers_write_json wrote them: that is most of a survey, and
 * need not be looked for. Everything else is left to who reads any object. */
static void read_ratings(struct answers *answers, struct json_reader *r, size_t *next) {
    const struct instrument *in = answers->instrument;
    for (const struct item *item; *next < in->n_fields && (item = in->fields[*next].item) != NULL; (*next)++) {
        const struct scale *scale = in->constructs[item->construct].scale;
        size_t length = 0;
        int code = rating_here(r->rest, in->fields[*next].name, &length);
        if (code < 0 || code < scale->low || code > scale->high) {
            return;
        }
        answers->of[*next] = (struct answer){.state = ANSWER_CODE, .code = code};
        r->rest.p += length;
        r->rest.n -= length;
    }
}

bool answers_read_json(struct answers *answers, struct str json, struct arena *arena) {
    struct json_reader r;
    struct json_member m;
    size_t next = 0;
    if (!json_read_object(&r, json, arena)) {
        return false;
    }
    read_ratings(answers, &r, &next);
    while (json_next(&r, &m)) {
        int field = find_field(answers->instrument, m.key, &next);
        if (field >= 0) {
            answers->of[field] = read_answer(answers->instrument, &answers->instrument->fields[field], &m, arena);
        }
        read_ratings(answers, &r, &next);
    }
    return !r.bad;
}
