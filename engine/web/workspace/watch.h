/* What may be seen while a wave is open: counts, never a name, never a group, never a result. Pure counting, for
 * watch.c and its test. */
#ifndef READINESS_WEB_WATCH_H
#define READINESS_WEB_WATCH_H

#include <stdbool.h>
#include <stddef.h>

struct watch_row {
    const char *code, *name;
    int invited; /* 0: nobody knows how many */
    int answered;
    bool organisation_answered; /* the agreed rating is there */
    bool hidden;                /* its counts are not shown */
};

/* Hides what would tell about fewer than k people: organisations with fewer than k invited; those whose number of
 * people is not known, while fewer than k have answered; and, so that no hidden count follows from the total, the
 * smallest of the others until those hidden have k invited among them. Returns whether the total may be shown. */
bool watch_hide(struct watch_row *rows, size_t n, int k);

#endif
