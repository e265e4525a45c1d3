/* The store, third part: mailings. A mailing writes to each of its people exactly once: a delivery is claimed in one
 * transaction (which also decides whether it is still wanted), sent, and its outcome noted in another. A process that
 * dies between the two leaves at most that one delivery unknown, and it is shown as such, never sent again by itself.
 *
 * A reminder's delivery that was not wanted any more (the person has answered, or does not want mail) is noted just as
 * an accepted one, through the same two commits, so that neither the tables nor the journal say who has answered; only
 * the mailing's total says how many, and it is written when the mailing pauses or ends (a process that dies loses the
 * part counted since; those then count as accepted).
 *
 * What may be known about single people. Reminders to everyone go to people whether or not they have answered: their
 * outcome is listed person by person, with its moment.
 *
 * So is that of invitations, though whoever has answered before their turn (with a link from a list, say) gets none:
 * such a delivery is noted in every respect as one that the mail server took, its moment too, counts as accepted and
 * never as spared, and the mailer keeps its pace as after a mail. Leaving these people out of the list would name them,
 * and a count of them could be made to speak about single people, since invitations go to whomever was added last; so
 * neither is told, and pages say that the accepted include them. Moments of what was accepted are kept to the minute
 * only: to the second, their distances would show where the mail server was not asked.
 *
 * A reminder to those who have not answered (kind
 * MAILING_REMINDERS without `everyone`) goes to nobody who has, so that whoever is named by it, be it as refused, as
 * unknown or as waiting for another try, is known not to have answered: no call here names anybody of such a mailing,
 * no sentence of a server (which may hold the address) and no moment of it is told; there are totals only. A bad
 * address shows where it is the same for everybody: at the invitation. And whom the invitation did not reach (refused,
 * and not sent again since) is left out of such reminders, so that its total of refusals says nothing about addresses
 * that are known to be bad; the next mailing of invitations takes them up again. */
#ifndef READINESS_STORE_MAILINGS_H
#define READINESS_STORE_MAILINGS_H

#include "store/store.h"

enum mailing_kind { MAILING_INVITATIONS, MAILING_REMINDERS };
enum mailing_state { MAILING_RUNNING, MAILING_PAUSED, MAILING_DONE };
enum pause_reason { PAUSE_ASKED, PAUSE_DEADLINE, PAUSE_KEY, PAUSE_BARRED };
enum delivery_state { DELIVERY_WAITING, DELIVERY_CLAIMED, DELIVERY_DONE, DELIVERY_REFUSED, DELIVERY_UNKNOWN };

struct mailing {
    struct id id, wave;
    enum mailing_kind kind;
    enum mailing_state state;
    bool everyone; /* reminders also to those who have answered (then nobody can tell by it) */
    int per_minute;
    const char *subject, *body; /* "" for the standard texts of config/mail; placeholders as there */
    int64_t started;
    int waiting, accepted, spared, refused, unknown; /* spared: had answered; counted when listed */
    int retrying;                                    /* of those waiting: put off by a passing trouble */
    int64_t next_try;                                /* the first of them; 0 when not known, or not told */
    enum pause_reason reason;                        /* why it is paused */
    const char *sentence;                            /* with PAUSE_BARRED: what the mail server says to every mail */
};

/* Is it running, with nobody left but those whose mail was put off? It does not stand in another mailing's way. */
bool mailing_only_retries(const struct mailing *m);
/* Does the mailing go only to those who have not answered? Then nothing may be told about single people. */
bool mailing_names_nobody(const struct mailing *m);
/* May it be told how many were spared, and how many got a mail? How many were spared tells how many had answered: at
 * the end only, and as any count of answers (store/counts.h) from the minimum k on. Else those spared are counted among
 * the accepted. */
bool mailing_tells_spared(const struct mailing *m, int k);

/* Starts a mailing to all personal invitations of the wave whose person can be written to (address there, not opted
 * out, not bounced) and, for invitations, who were not invited by mail before; for reminders to those who have not
 * answered, whose invitation was not refused. Whoever still waits in another mailing of the wave stays there.
 * RESULT_INPUT when another mailing of this wave is paused, or running with more to do than retries (a second click),
 * or when nobody is left to write to. */
enum result store_start_mailing(struct store *s, const struct mailing *m) MUST_CHECK;
enum result store_list_mailings(struct store *s, struct arena *arena, struct id wave, struct mailing **out,
                                size_t *n) MUST_CHECK;
enum result store_get_mailing(struct store *s, struct arena *arena, struct id mailing, struct mailing *out) MUST_CHECK;
/* Mailings in this state, of all waves: what a starting server takes up again. */
enum result store_list_mailings_in(struct store *s, struct arena *arena, enum mailing_state state, struct mailing **out,
                                   size_t *n) MUST_CHECK;
/* MAILING_DONE is for good; what still waited stays unsent and may be part of another mailing. */
enum result store_set_mailing_state(struct store *s, struct id mailing, enum mailing_state state) MUST_CHECK;
/* Pauses it because it cannot go on. `sentence` is the mail server's, "" without one; never about a single address. */
enum result store_pause_mailing(struct store *s, struct id mailing, enum pause_reason reason,
                                const char *sentence) MUST_CHECK;

/* What this process counted as spared of mailings that another has paused or ended is written; `running` are those that
 * are running. */
void store_end_spared(struct store *s, const struct mailing *running, size_t n);

/* The next delivery that waits (not yet claimed), those with fewer attempts first; RESULT_INPUT when there is none or
 * the wave is not open any more. Claims nothing. */
enum result store_next_delivery(struct store *s, struct arena *arena, struct id mailing,
                                struct invitation *out) MUST_CHECK;
/* Claims it in one transaction: only if this process has the work (store/engines.h: WORK_MAIL), the mailing is running,
 * the wave open and the delivery still waiting (RESULT_INPUT otherwise). *wanted is false when the person may not be
 * written to any more or, with `only_if_fresh`, the ticket with this hash is spent: then it was noted as done already
 * and nothing may be sent. Of what goes only to those who have not answered, and of invitations, `only_if_fresh` is to
 * be true. */
enum result store_claim_delivery(struct store *s, struct id mailing, struct id invitation, const uint8_t ticket[32],
                                 bool only_if_fresh, bool *wanted) MUST_CHECK;
/* The outcome of a claimed delivery; the sentence of a refusal or of a passing trouble (DELIVERY_WAITING puts it back
 * for another attempt) is kept. `moment`: now, or when it is tried again; kept only where it may be told, to the minute
 * for what was accepted.
 * RESULT_INPUT when it is not claimed. */
enum result store_end_delivery(struct store *s, struct id mailing, struct id invitation, enum delivery_state state,
                               const char *sentence, int64_t moment) MUST_CHECK;
/* Refused and unknown deliveries of a mailing, with the person's address; none where the mailing names nobody. */
struct delivery_problem {
    const char *email, *sentence;
    enum delivery_state state;
};
enum result store_list_delivery_problems(struct store *s, struct arena *arena, struct id mailing,
                                         struct delivery_problem **out, size_t *n) MUST_CHECK;

/* Everyone a mailing wrote to, or is still to write to, with what became of it. */
enum outcome {
    OUTCOME_ANY, /* as a filter */
    OUTCOME_ACCEPTED,
    OUTCOME_WAITING,
    OUTCOME_RETRY, /* put off by a passing trouble */
    OUTCOME_REFUSED,
    OUTCOME_UNKNOWN,
    OUTCOME_SKIPPED, /* not sent: no longer wanted when it was their turn, or the mailing was ended before */
    OUTCOMES
};
struct delivery {
    struct id invitation;
    const char *email, *name, *organisation;
    enum outcome outcome;
    int attempts;
    const char *sentence; /* the server's, when it refused or put off */
    int64_t moment;       /* when it ended, or is tried again; 0 when not known */
};
/* In the order of addresses, at most `most` of those with this outcome after the delivery to `after` (NULL: from the
 * first; one that is not there any more: likewise). Empty where the mailing names nobody. */
enum result store_list_deliveries(struct store *s, struct arena *arena, struct id mailing, enum outcome filter,
                                  const struct id *after, int most, struct delivery **out, size_t *n) MUST_CHECK;
/* How many of each; all 0 where the mailing names nobody. */
enum result store_count_outcomes(struct store *s, struct id mailing, int counts[OUTCOMES]) MUST_CHECK;

/* How many wait for another attempt after a passing trouble, and what was said about one of them ("" where the mailing
 * names nobody). */
enum result store_count_retries(struct store *s, struct arena *arena, struct id mailing, int *n,
                                const char **sentence) MUST_CHECK;

/* Whom mailings of a wave can reach: counts of its personal invitations. */
struct reach {
    int personal;
    int no_address, opted_out, bounced; /* these are not written to */
    int reachable;                      /* the others: reminders to everyone go to them */
    int invited;                        /* of them: an invitation was sent before */
    int waiting;                        /* of the others: they wait in a mailing of invitations that is not done */
    int refused;                        /* of the others: an invitation was refused */
};
enum result store_count_reach(struct store *s, struct id wave, struct reach *out) MUST_CHECK;
/* What was sent to one person, for the export of their data. Of a mailing that names nobody the outcome is always
 * DELIVERY_DONE, once it was their turn, without attempts or a sentence. */
struct person_mail {
    const char *wave; /* its label */
    enum mailing_kind kind;
    int64_t started; /* of the mailing */
    enum delivery_state state;
    int attempts;
    const char *sentence;
};
enum result store_list_person_mails(struct store *s, struct arena *arena, struct id person, struct person_mail **out,
                                    size_t *n) MUST_CHECK;

/* A person who does not want mail, or whose address does not take any; by address. *found: how many persons it was. */
enum result store_set_contact(struct store *s, struct id assessment, const char *email, enum contact contact,
                              int *found) MUST_CHECK;
/* By the invitation of an opt-out link. */
enum result store_opt_out(struct store *s, struct id wave, struct id invitation) MUST_CHECK;

#endif
