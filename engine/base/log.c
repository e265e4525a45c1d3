#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "base/str.h"

static _Atomic int log_level = LOG_INFO;

static const char *const field_names[] = {"route", "status", "ms", "wave", "count", "version", "reason", "listen"};
static const int priorities[] = {3, 4, 6, 7}; /* as syslog and systemd number them */

void log_set_level(enum log_level level) {
    log_level = (int)level;
}

void log_event(enum log_level level, const char *event, ...) {
    if ((int)level > log_level)
        return;
    struct buf line = BUF_INIT;
    if (!isatty(STDERR_FILENO))
        buf_printf(&line, "<%d>", priorities[level]);
    buf_printf(&line, "event=%s", event);
    va_list args;
    va_start(args, event);
    for (int field = va_arg(args, int); field >= 0; field = va_arg(args, int)) {
        const char *value = va_arg(args, const char *);
        buf_printf(&line, " %s=%s", field_names[field], value ? value : "");
    }
    va_end(args);
    buf_char(&line, '\n');
    (void)!write(STDERR_FILENO, line.p, line.n); /* one write, so that lines of several threads do not mix */
    buf_free(&line);
}
