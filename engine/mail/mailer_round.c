/* One message of a mailing: chosen, written, claimed, sent, noted. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/texts.h"
#include "mail/mailer_inside.h"
#include "store/engines.h"

enum { LEASE_SECONDS = 15, LEASE_RENEW = 5000, LEASE_ASK = 2000, YIELDING = 30000 /* ms */ };
enum { ATTEMPTS_MAX = 5, TROUBLE_WAIT = 5000, NOTING_TRIES = 60 };

/* How long to wait after the n-th trouble (from 1), in milliseconds. */
static int64_t wait_after(const struct round *r, int n) {
    static const int times[] = {1, 5, 15, 60};
    int at = n > 4 ? 3 : n - 1;
    return (int64_t)r->tools->retry_seconds * 1000 * times[at];
}

/* While a mail server takes its time. */
static void keep_work(void *context) {
    (void)round_is_ours(context);
}

void round_begin(struct round *r, const struct mailer_tools *tools) {
    *r = (struct round){.tools = tools, .sender = mail_sender_new(tools->settings)};
    mail_sender_meanwhile(r->sender, keep_work, r);
}

bool round_is_ours(struct round *r) {
    const int64_t now = clock_monotonic();
    if (now < r->ask)
        return r->ours;
    r->ours = store_hold(r->tools->store, WORK_MAIL, LEASE_SECONDS) == RESULT_OK;
    r->ask = now + (r->ours ? LEASE_RENEW : LEASE_ASK);
    return r->ours;
}

void round_let_go(struct round *r) {
    if (r->ours && store_let_go(r->tools->store, WORK_MAIL) != RESULT_OK)
        log_event(LOG_WARNING, "mail_work_not_let_go", -1); /* it runs out by itself */
    r->ours = false;
    r->ask = 0;
}

void round_end(struct round *r) {
    mail_sender_free(r->sender);
    free(r->delays);
    *r = (struct round){.tools = r->tools};
}

static struct delay *find_delay(const struct round *r, struct id mailing, struct id invitation) {
    for (size_t i = 0; i < r->n_delays; i++)
        if (id_equal(r->delays[i].invitation, invitation) && id_equal(r->delays[i].mailing, mailing))
            return &r->delays[i];
    return NULL;
}

static void forget_delay(struct round *r, struct id mailing, struct id invitation) {
    struct delay *d = find_delay(r, mailing, invitation);
    if (d)
        *d = r->delays[--r->n_delays];
}

/* When it is tried again, in seconds since 1970. */
static int64_t next_try(const struct round *r, struct id mailing, struct id invitation) {
    const struct delay *d = find_delay(r, mailing, invitation);
    return clock_now() + (d ? (d->due - clock_monotonic()) / 1000 : 0);
}

/* Another attempt later? False when there were enough. */
static bool delay(struct round *r, struct id mailing, struct id invitation) {
    struct delay *d = find_delay(r, mailing, invitation);
    if (!d) {
        if (r->n_delays == r->capacity) {
            r->capacity = r->capacity ? 2 * r->capacity : 16;
            r->delays = mem_resize(r->delays, r->capacity * sizeof *r->delays);
        }
        d = &r->delays[r->n_delays++];
        *d = (struct delay){.mailing = mailing, .invitation = invitation};
    }
    if (++d->attempts >= ATTEMPTS_MAX) {
        forget_delay(r, mailing, invitation);
        return false;
    }
    d->due = clock_monotonic() + wait_after(r, d->attempts);
    return true;
}

static void say_trouble(struct round *r, const char *sentence) {
    snprintf(r->trouble, sizeof r->trouble, "%s", sentence);
}

/* The database did not do its part. */
static int64_t wait_for_store(struct round *r) {
    r->ailing = clock_monotonic();
    return TROUBLE_WAIT;
}

/* When the disk does not take the mailing's new state, the next step comes here again. */
static int64_t finish(struct round *r, const struct mailing *m) {
    log_event(LOG_INFO, "mailing_done", LOG_REASON, "nothing_left", -1);
    return store_set_mailing_state(r->tools->store, m->id, MAILING_DONE) == RESULT_OK ? 0 : wait_for_store(r);
}

static int64_t give_up(struct round *r, const struct mailing *m, enum pause_reason reason, const char *sentence) {
    static const char *const names[] = {"", "deadline", "key_missing", "barred"};
    log_event(LOG_WARNING, "mailing_paused", LOG_REASON, names[reason], -1);
    return store_pause_mailing(r->tools->store, m->id, reason, sentence) == RESULT_MACHINE ? wait_for_store(r) : 0;
}

/* The outcome must be noted: a message that was sent and stays claimed would be shown as unknown. A full disk may get
 * better; a minute is given to it. */
static void note(struct round *r, const struct mailing *m, struct id invitation, enum delivery_state state,
                 const char *sentence, int64_t moment) {
    for (int i = 0; i < NOTING_TRIES; i++) {
        if (store_end_delivery(r->tools->store, m->id, invitation, state, sentence, moment) != RESULT_MACHINE)
            return;
        nanosleep(&(struct timespec){1, 0}, NULL);
    }
    log_event(LOG_ERROR, "mail_outcome_not_stored", -1);
}

static int64_t held(struct round *r, int64_t wait, const char *sentence) {
    say_trouble(r, sentence);
    log_event(LOG_WARNING, "mail_server_trouble", LOG_REASON, "no_server", -1);
    r->next = clock_monotonic() + wait;
    return wait;
}

/* Milliseconds from one mail to the next. */
static int64_t pace_of(const struct mailing *m) {
    return 60000 / (m->per_minute > 0 ? m->per_minute : 1);
}

/* Sends what is claimed and notes what became of it. */
static int64_t send_claimed(struct round *r, struct arena *arena, const struct mailing *m, struct id invitation,
                            const struct mail_message *message) {
    const char *sentence;
    enum mail_outcome outcome = mail_send(r->sender, arena, message, &sentence);
    const int64_t pace = pace_of(m);
    if (outcome == MAIL_REFUSED && !sentence[0])
        sentence = MAIL_OWN "not_fit";
    if (outcome == MAIL_LATER && !delay(r, m->id, invitation))
        outcome = MAIL_REFUSED;
    if (outcome == MAIL_NO_SERVER || outcome == MAIL_BARRED) {
        r->holds++;
        (void)held(r, wait_after(r, r->holds), sentence);
        note(r, m, invitation, DELIVERY_WAITING, sentence, clock_now() + (r->next - clock_monotonic()) / 1000);
        return outcome == MAIL_BARRED ? give_up(r, m, PAUSE_BARRED, sentence) : r->next - clock_monotonic();
    }
    static const enum delivery_state states[] = {[MAIL_ACCEPTED] = DELIVERY_DONE,
                                                 [MAIL_REFUSED] = DELIVERY_REFUSED,
                                                 [MAIL_LATER] = DELIVERY_WAITING,
                                                 [MAIL_UNKNOWN] = DELIVERY_UNKNOWN};
    note(r, m, invitation, states[outcome], sentence,
         outcome == MAIL_LATER ? next_try(r, m->id, invitation) : clock_now());
    if (outcome != MAIL_LATER)
        forget_delay(r, m->id, invitation);
    r->holds = 0;
    say_trouble(r, "");
    r->next = clock_monotonic() + pace;
    return pace;
}

static bool are_there_others(struct store *s) {
    struct arena *arena = arena_new();
    struct engine *list;
    size_t n, others = 0;
    if (store_list_engines(s, arena, &list, &n) != RESULT_OK)
        n = 0;
    for (size_t i = 0; i < n; i++)
        others += list[i].here && !list[i].own;
    arena_free(arena);
    return others > 0;
}

/* Without the wave's key: another engine may have it, so that the work is left to whoever wants it for a while; when it
 * comes back to us, nobody can do it. */
static int64_t yield_or_pause(struct round *r, const struct mailing *m) {
    if (r->yielded || !are_there_others(r->tools->store))
        return give_up(r, m, PAUSE_KEY, "");
    log_event(LOG_ERROR, "mail_left_to_others", LOG_REASON, "key_missing", -1);
    round_let_go(r);
    r->ask = clock_monotonic() + YIELDING;
    r->yielded = true;
    return YIELDING;
}

static int64_t deliver(struct round *r, struct arena *arena, const struct mailing *m, const struct wave *wave,
                       const struct invitation *v) {
    struct link link;
    struct mail_message message;
    uint8_t ticket[32];
    bool wanted;
    enum result result = collect_link_of(r->tools->collect, wave, v, &link, ticket, NULL);
    if (result != RESULT_OK)
        return yield_or_pause(r, m);
    r->yielded = false;
    result = mailer_write(r->tools, arena, m, &link, &message);
    if (result == RESULT_INPUT)
        return give_up(r, m, PAUSE_DEADLINE, "");
    if (result != RESULT_OK)
        return wait_for_store(r);
    const bool only_if_fresh = m->kind == MAILING_INVITATIONS || mailing_names_nobody(m);
    result = store_claim_delivery(r->tools->store, m->id, v->id, ticket, only_if_fresh, &wanted);
    if (result != RESULT_OK)
        return result == RESULT_INPUT ? 0 : wait_for_store(r); /* paused, closed or gone meanwhile: look again */
    if (!wanted) {
        forget_delay(r, m->id, v->id);
        if (m->kind == MAILING_INVITATIONS) /* at the pace of those that are sent: store/mailings.h says why */
            r->next = clock_monotonic() + pace_of(m);
        return 0;
    }
    return send_claimed(r, arena, m, v->id, &message);
}

int64_t round_step(struct round *r, const struct mailing *m) {
    int64_t now = clock_monotonic(), wait = 0;
    struct wave wave;
    struct invitation v = {.email = ""};
    if (r->next > now)
        return r->next - now;
    const int64_t since = r->ailing;
    r->ailing = 0;
    struct arena *arena = arena_new();
    enum result result = store_get_wave(r->tools->store, arena, m->wave, &wave);
    if (result == RESULT_OK && wave.state == WAVE_OPEN)
        result = store_next_delivery(r->tools->store, arena, m->id, &v);
    else if (result == RESULT_OK)
        result = RESULT_INPUT;
    if (result == RESULT_MACHINE) {
        wait = wait_for_store(r);
    } else if (result == RESULT_INPUT) {
        wait = finish(r, m);
    } else {
        const struct delay *d = find_delay(r, m->id, v.id);
        wait = d && d->due > now ? d->due - now : deliver(r, arena, m, &wave, &v);
    }
    if (r->ailing && since)
        r->ailing = since;
    arena_free(arena);
    return wait;
}
