/* What is wrong with a page as it was posted. */
#ifndef READINESS_WEB_CHECK_H
#define READINESS_WEB_CHECK_H

#include "web/respondent/interview.h"

struct problem {
    size_t field;
    const char *sentence; /* in the words' language; the same in the summary and at the field */
    bool insists;         /* false: asks once, then lets go */
};

struct problems {
    size_t n;
    struct problem *list; /* in the order of the page */
    bool insists;         /* at least one of them does */
};

/* Invalid answers, required ones that are missing, and, if the page has not asked yet, those that would be welcome. */
struct problems check_page(struct interview *iv, int page, bool ask);
/* The problem of a field, or NULL. `p` may be NULL. */
const struct problem *problem_of(const struct problems *p, size_t field);

#endif
