/* What a finding means: why it matters, with an example wrong and right. */
#ifndef READINESS_CLI_EXPLAIN_H
#define READINESS_CLI_EXPLAIN_H

#include "cli/cli.h"

/* Prints the explanation of a code ("relevant.code", also as "relevant.code.meant") to out; RESULT_INPUT, with a
 * finding shown on err, when there is no such code. With --format json an object of code, message, why, wrong and
 * right. */
enum result explain_finding(struct cli *cli, const char *code) MUST_CHECK;

#endif
