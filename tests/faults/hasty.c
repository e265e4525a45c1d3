/* A server that says thank you before the answer is on the disk, as one that only queues its writes does: for the
 * program `readiness-hasty`, which is built for one test only. The ledgers of test_kill.py must find it out, or they
 * would prove nothing about the real one. Never part of the product. The linker puts __wrap_store_cast in the place of
 * store_cast. */
#include "store/store.h"

void __real_store_cast(struct store *s, const struct cast *c, void (*done)(void *context, enum cast_outcome outcome),
                       void *context);
void __wrap_store_cast(struct store *s, const struct cast *c, void (*done)(void *context, enum cast_outcome outcome),
                       void *context);

static void tell_nobody(void *context, enum cast_outcome outcome) {
    (void)context;
    (void)outcome;
}

void __wrap_store_cast(struct store *s, const struct cast *c, void (*done)(void *context, enum cast_outcome outcome),
                       void *context) {
    __real_store_cast(s, c, tell_nobody, NULL);
    done(context, CAST_STORED);
}
