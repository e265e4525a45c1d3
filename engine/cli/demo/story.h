/* The demo's story, step by step; each step finds out whether it is done already, so that a start that was cut short
 * goes on where it stopped, and a later start takes seconds. */
#ifndef READINESS_CLI_DEMO_STORY_H
#define READINESS_CLI_DEMO_STORY_H

#include "base/ini.h"
#include "cli/cli.h"
#include "instrument/instrument.h"

struct story {
    struct cli *cli;
    const char *folder;    /* of the demo */
    const char *url;       /* of the running server */
    const struct ini *ini; /* config/demo/demo.ini */
    struct assessment assessment;
    const struct instrument *instrument;
};

/* A text of the section [demo]. */
const char *story_text(const struct story *s, const char *key);
/* The assessment with its organisations and people. */
enum result story_prepare(struct story *s) MUST_CHECK;
/* The first wave: opened, answered by everybody (but a few), closed. */
enum result story_first_wave(struct story *s) MUST_CHECK;
/* Its reports in <folder>/reports. */
enum result story_reports(struct story *s) MUST_CHECK;
/* The second wave: opened, answered by a few. */
enum result story_second_wave(struct story *s) MUST_CHECK;
/* What to open. */
enum result story_tell(struct story *s) MUST_CHECK;

#endif
