/* What the doctor looks at: one function for each subject, each adding lines to the same sheet. */
#ifndef READINESS_CLI_DOCTOR_H
#define READINESS_CLI_DOCTOR_H

#include "cli/care.h"

/* NOTE: nothing that a program can see, but whoever runs it must know. */
enum health { HEALTH_OK, HEALTH_ATTENTION, HEALTH_WRONG, HEALTH_NOTE };

struct doctor_line {
    enum health health;
    const char *code, *sentence;
};

struct doctor {
    struct cli *cli;
    struct kept kept; /* of the database, when it is there */
    struct doctor_line *lines;
    size_t n, capacity;
};

void doctor_add(struct doctor *d, enum health health, const char *code, const char *sentence);
/* TELL(d, HEALTH_OK, "disk", "free", text): the text doctor.disk with its pairs filled in. */
#define TELL_FIRST(first, ...) (first)
#define TELL(d, health, ...)                                                                                           \
    doctor_add((d), (health), TELL_FIRST(__VA_ARGS__, ""),                                                             \
               texts_fill((d)->cli->texts, (d)->cli->arena, (d)->cli->language, "doctor." __VA_ARGS__, NULL))
/* Each finding as a line of its own; the code is the finding's. */
void doctor_add_findings(struct doctor *d, enum health health, const struct findings *findings);

/* doctor_data.c: the database, its disk, its copies and backups, keys, jobs. */
void doctor_look_at_data(struct doctor *d);
/* doctor_engines.c: those that share the database; how many are there now. */
size_t doctor_look_at_engines(struct doctor *d);
/* doctor_machine.c: folders, clock, memory that gets onto a disk. */
void doctor_look_at_machine(struct doctor *d);
/* doctor_reach.c: address, mail, instruments, languages. */
void doctor_look_at_reach(struct doctor *d);

#endif
