/* What the files of mail share. */
#ifndef READINESS_MAIL_INSIDE_H
#define READINESS_MAIL_INSIDE_H

#include "mail/mail.h"

struct mail_server {
    char host[256]; /* "[::1]" with its brackets */
    int port;       /* 0: the usual one */
    bool tls;       /* smtps */
    bool here;      /* this machine itself */
};
/* Takes "smtp://host:port" or "smtps://host:port" apart; false when it is something else. */
bool mail_server_parse(const char *server, struct mail_server *out);

#endif
