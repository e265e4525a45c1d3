/* What the commands that write a wave's data share: report --data and export. */
#ifndef READINESS_CLI_DATA_H
#define READINESS_CLI_DATA_H

#include "cli/cli.h"
#include "reports/data.h"

/* Writes the data to request->path, says how many rows there are, notes it in the log and in the audit log. */
enum result data_write(struct cli *cli, const struct report_request *request, enum data_form form) MUST_CHECK;
/* A language that has neither the instrument's words nor the report's own is refused, with those that have. */
enum result report_check_language(struct cli *cli, const struct instrument *instrument,
                                  const char *language) MUST_CHECK;

#endif
