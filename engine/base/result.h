/* The outcome of anything that can fail. The values are also the exit statuses of the command line.
 * Why it failed is said to the person who can act on it in a finding (base/finding.h), never here. */
#ifndef READINESS_BASE_RESULT_H
#define READINESS_BASE_RESULT_H

enum result {
    RESULT_OK = 0,
    RESULT_INPUT = 1,   /* what a person gave us is wrong; a finding says what would be right */
    RESULT_USAGE = 2,   /* the call itself is wrong (command line only) */
    RESULT_MACHINE = 3, /* disk, memory, network, database: the machine's trouble */
};

#define MUST_CHECK __attribute__((warn_unused_result))

#endif
