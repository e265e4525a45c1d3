#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"

static _Atomic int log_level = LOG_INFO;

static const char *const field_names[] = {"route",   "status", "ms",     "wave", "count",
                                          "version", "reason", "listen", "line"};
static const int priorities[] = {3, 4, 6, 7}; /* as syslog and systemd number them */

void log_set_level(enum log_level level) {
    log_level = (int)level;
}

/* A value of one word stands as it is; any other in quotes, on this line. */
static void write_value(struct buf *line, const char *value) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/{}[]";
    const bool quoted = value[strspn(value, plain)] != '\0';
    if (quoted)
        buf_char(line, '"');
    for (const char *p = value; *p; p++)
        buf_char(line, (unsigned char)*p < ' ' || *p == '"' || *p == '\\' || *p == 127 ? '_' : *p);
    if (quoted)
        buf_char(line, '"');
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
        buf_printf(&line, " %s=", field_names[field]);
        write_value(&line, value ? value : "");
    }
    va_end(args);
    buf_char(&line, '\n');
    (void)!write(STDERR_FILENO, line.p, line.n); /* one write, so that lines of several threads do not mix */
    buf_free(&line);
}
