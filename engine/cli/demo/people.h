/* The demo's simulated people: what they answer. Repeatable, from a fixed seed. */
#ifndef READINESS_CLI_DEMO_PEOPLE_H
#define READINESS_CLI_DEMO_PEOPLE_H

#include "base/ini.h"
#include "base/random.h"
#include "cli/demo/visitor.h"
#include "instrument/instrument.h"

enum { CONSTRUCTS_MAX = 200 };

struct simulated {
    const struct instrument *instrument;
    const struct ini *texts; /* config/demo/demo.ini */
    struct simulation_random random;
    double organisation[CONSTRUCTS_MAX]; /* where the organisation stands on each construct, in scale points from the
                                            middle */
    double spread[CONSTRUCTS_MAX];       /* how far its people differ there */
    double leads[CONSTRUCTS_MAX];        /* how much rosier those who lead see it */
    double person;                       /* how this person differs */
    int number;                          /* which person */
    const char *language;
    bool lead; /* gives the organisation's agreed rating */
};

/* A new organisation that leans by so many scale points; a new person of it. */
void simulate_organisation(struct simulated *s, double lean);
void simulate_person(struct simulated *s, int number);
/* A visitor_choice over a struct simulated. */
const char *simulate_choice(void *context, struct arena *arena, const char *field, const char *const *values, size_t n);

#endif
