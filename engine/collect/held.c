#include "collect/held.h"

#include "base/json.h"
#include "store/mailings.h"

const char *const contact_names[] = {"good", "opted_out", "bounced", NULL};

static void put(struct json_writer *w, const char *key, const char *value) {
    json_key(w, key);
    json_text(w, value);
}

static void put_person(struct json_writer *w, const struct person *p) {
    json_key(w, "person");
    json_open(w, '{');
    put(w, "email", p->email);
    put(w, "name", p->name);
    put(w, "organisation", p->organisation);
    put(w, "unit", p->unit);
    put(w, "language", p->language);
    put(w, "contact", contact_names[p->contact]);
    json_close(w, '}');
}

static enum result put_invitations(struct store *store, struct arena *arena, struct json_writer *w,
                                   const struct assessment *a, const struct person *p) {
    struct wave *waves;
    size_t n;
    enum result result = store_list_waves(store, arena, a->id, &waves, &n);
    json_key(w, "invitations");
    json_open(w, '[');
    for (size_t i = 0; result == RESULT_OK && i < n; i++) {
        struct invitation *list;
        size_t n_list;
        result = store_list_invitations(store, arena, waves[i].id, &list, &n_list);
        for (size_t k = 0; result == RESULT_OK && k < n_list; k++) {
            if (list[k].kind != INVITATION_PERSONAL || !id_equal(list[k].person, p->id))
                continue;
            json_open(w, '{');
            put(w, "wave", waves[i].label);
            put(w, "opened", waves[i].opened);
            put(w, "organisation", list[k].organisation);
            put(w, "unit", list[k].unit);
            put(w, "language", list[k].language);
            json_close(w, '}');
        }
    }
    json_close(w, ']');
    return result;
}

static enum result put_mails(struct store *store, struct arena *arena, struct json_writer *w, const struct person *p) {
    static const char *const kinds[] = {"invitations", "reminders"};
    static const char *const states[] = {"waiting", "claimed", "done", "refused", "unknown"};
    struct person_mail *mails;
    size_t n;
    enum result result = store_list_person_mails(store, arena, p->id, &mails, &n);
    json_key(w, "mails");
    json_open(w, '[');
    for (size_t i = 0; result == RESULT_OK && i < n; i++) {
        json_open(w, '{');
        put(w, "wave", mails[i].wave);
        put(w, "kind", kinds[mails[i].kind]);
        put(w, "mailing_started", clock_day(mails[i].started).text);
        put(w, "state", states[mails[i].state]);
        json_key(w, "attempts");
        json_integer(w, mails[i].attempts);
        put(w, "answer_of_the_mail_server",
            mails[i].sentence[0] == '#' ? "" : mails[i].sentence); /* ours: there was none */
        json_close(w, '}');
    }
    json_close(w, ']');
    return result;
}

enum result held_about(struct buf *out, struct store *store, struct arena *arena, const struct assessment *a,
                       const struct person *p) {
    struct json_writer w = {.out = out};
    json_open(&w, '{');
    put(&w, "assessment", a->name);
    put(&w, "title", a->title);
    put(&w, "mode", a->mode == MODE_ANONYMOUS ? "anonymous" : "confidential");
    put_person(&w, p);
    enum result result = put_invitations(store, arena, &w, a, p);
    if (result == RESULT_OK)
        result = put_mails(store, arena, &w, p);
    json_close(&w, '}');
    return result;
}
