/* What a mail says: the values of its placeholders, from the wave, the instrument and the roster. */
#include <math.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/texts.h"
#include "mail/mailer_inside.h"

/* What a mail is about, wherever it was found: in an open wave's sitting, or before there is a wave. */
struct subject_matter {
    const struct instrument *instrument;
    const struct placeholder_value *placeholders;
    size_t n_placeholders;
    const char *title, *organisation, *until, *language;
    enum mode mode;
    int min_group;
};

/* The file's minutes are for its longer form; the staff's takes its share. */
static int minutes_for_staff(const struct instrument *instrument) {
    size_t staff = 0, organisation = 0;
    for (size_t i = 0; i < instrument->n_fields; i++) {
        staff += (instrument->fields[i].audience & AUDIENCE_STAFF) != 0;
        organisation += (instrument->fields[i].audience & AUDIENCE_ORGANISATION) != 0;
    }
    if (staff >= organisation || instrument->minutes <= 0)
        return instrument->minutes;
    return (int)ceil((double)instrument->minutes * (double)staff / (double)organisation);
}

/* A day in words, as the pages write it. */
static const char *day_in_words(const struct texts *texts, struct arena *arena, const char *language, const char *day) {
    if (strlen(day) != 10)
        return day;
    const char *month = texts_get(texts, language, arena_printf(arena, "web.month.%d", atoi(day + 5)));
    const char *number = arena_printf(arena, "%d", atoi(day + 8));
    if (strcmp(number, "1") == 0)
        number = texts_get(texts, language, "web.date.first");
    return texts_fill(texts, arena, language, "web.date.format", "day", number, "month", month, "year",
                      arena_copy(arena, day, 4), NULL);
}

/* The innovation's name in the language: the assessment's for it, the assessment's for all, the instrument's; where the
 * instrument knows none, the assessment's title. */
static const char *innovation(struct arena *arena, const struct subject_matter *about) {
    static const char name[] = "innovation";
    const char *const names[] = {name};
    const char *given = NULL;
    bool known = false, own = false;
    for (size_t i = 0; i < about->n_placeholders; i++) {
        const struct placeholder_value *v = &about->placeholders[i];
        bool exact = strcmp(v->language, about->language) == 0;
        if (strcmp(v->name, name) == 0 && (exact || (!own && !v->language[0]))) {
            given = v->value;
            own = exact;
        }
    }
    for (size_t i = 0; i < about->instrument->n_placeholders; i++)
        known = known || strcmp(about->instrument->placeholders[i].name, name) == 0;
    if (!known)
        return given ? given : about->title;
    struct buf b = BUF_INIT;
    int language = instrument_language(about->instrument, about->language);
    instrument_fill(&b, about->instrument, language < 0 ? 0 : (size_t)language, "${innovation}", names, &given,
                    given ? 1 : 0);
    const char *out = arena_copy(arena, b.p, b.n);
    buf_free(&b);
    return out;
}

static void compose(const struct mailer_tools *tools, struct arena *arena, const struct mailing *m,
                    const struct subject_matter *about, const char *name, const char *token, const char *stop,
                    struct mail_message *out) {
    const struct mail_settings *s = tools->settings;
    const char *kind = m->kind == MAILING_REMINDERS ? "reminder" : "invitation";
    struct mail_facts facts = {.name = name,
                               .title = about->title,
                               .innovation = innovation(arena, about),
                               .organisation = about->organisation,
                               .sender = s->from_name[0] ? s->from_name : s->from,
                               .until = day_in_words(tools->texts, arena, about->language, about->until),
                               .link = arena_printf(arena, "%s/s/%s", tools->public_url, token),
                               .opt_out = arena_printf(arena, "%s/stop/%s", tools->public_url, stop),
                               .minutes = minutes_for_staff(about->instrument),
                               .k = about->min_group,
                               .confidential = about->mode == MODE_CONFIDENTIAL,
                               .everyone = m->everyone};
    out->to_name = name;
    out->opt_out = facts.opt_out;
    out->language = mail_compose(tools->templates, arena, about->language, kind, m->subject ? m->subject : "",
                                 m->body ? m->body : "", &facts, &out->subject, &out->body);
    if (m->body && m->body[0])
        out->language = ""; /* somebody's own text: we do not know in which language */
}

/* The same at every attempt, and says nothing to those who do not have the database. */
static const char *message_id(struct arena *arena, struct id mailing, struct id invitation) {
    uint8_t bytes[32], hash[16];
    char *hex = arena_alloc(arena, 2 * sizeof hash + 1);
    memcpy(bytes, mailing.bytes, 16);
    memcpy(bytes + 16, invitation.bytes, 16);
    crypto_generichash(hash, sizeof hash, bytes, sizeof bytes, NULL, 0);
    sodium_bin2hex(hex, 2 * sizeof hash + 1, hash, sizeof hash);
    return hex;
}

static const char *language_or(const char *wanted, const struct instrument *instrument) {
    return wanted && wanted[0] ? wanted : instrument->languages[0];
}

static const char masked_token[] = "••••••••••";

static enum result write_to(const struct mailer_tools *tools, struct arena *arena, const struct mailing *m,
                            const struct link *link, bool masked, struct mail_message *out) {
    struct sitting s;
    enum result result = collect_find(tools->collect, arena, link->token, &s);
    if (result != RESULT_OK || !s.instrument)
        return result == RESULT_OK ? RESULT_INPUT : result;
    if (s.state == SITTING_CLOSED || (s.past_deadline && !masked)) {
        result = RESULT_INPUT;
    } else {
        struct subject_matter about = {.instrument = s.instrument,
                                       .placeholders = s.placeholders,
                                       .n_placeholders = s.n_placeholders,
                                       .title = s.title,
                                       .organisation = s.organisation_name,
                                       .until = s.wave.until,
                                       .language = language_or(link->invitation.language, s.instrument),
                                       .mode = s.wave.mode,
                                       .min_group = s.wave.min_group};
        *out = (struct mail_message){.to = link->invitation.email, .id = message_id(arena, m->id, link->invitation.id)};
        compose(tools, arena, m, &about, link->invitation.name, masked ? masked_token : link->token,
                masked ? masked_token : link->stop, out);
    }
    sitting_end(&s);
    return result;
}

enum result mailer_write(const struct mailer_tools *tools, struct arena *arena, const struct mailing *m,
                         const struct link *link, struct mail_message *out) {
    return write_to(tools, arena, m, link, false, out);
}

enum result mailer_write_masked(const struct mailer_tools *tools, struct arena *arena, const struct mailing *m,
                                const struct link *link, struct mail_message *out) {
    return write_to(tools, arena, m, link, true, out);
}

enum result mailer_write_sample(const struct mailer_tools *tools, struct arena *arena, const struct mailing *m,
                                const struct mail_sample *sample, struct mail_message *out) {
    const struct assessment *a = sample->assessment;
    struct placeholder_value *placeholders;
    struct subject_matter about = {.instrument = sample->instrument,
                                   .title = a->title,
                                   .organisation = sample->organisation->name,
                                   .until = sample->wave ? sample->wave->until : "",
                                   .mode = sample->wave ? sample->wave->mode : a->mode,
                                   .min_group = sample->wave ? sample->wave->min_group : a->min_group};
    about.language =
        language_or(sample->language[0] ? sample->language : sample->organisation->language, sample->instrument);
    if (store_list_placeholders(tools->store, arena, a->id, &placeholders, &about.n_placeholders) != RESULT_OK)
        return RESULT_MACHINE;
    about.placeholders = placeholders;
    *out = (struct mail_message){.to = sample->to, .id = message_id(arena, id_new(), id_new())};
    compose(tools, arena, m, &about, texts_get(tools->texts, about.language, "mail.sample_name"),
            "00000000000000000000000000", "000000000000000000000000000000000000000000000000", out);
    if (sample->test) {
        mail_compose_test(tools->templates, arena, about.language, &out->subject, &out->body);
        out->opt_out = "";
    }
    return RESULT_OK;
}
