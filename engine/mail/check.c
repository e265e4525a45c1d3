/* What must be right before anything is sent: addresses, and the settings of the server. */
#include <curl/curl.h>
#include <string.h>

#include "base/address.h"
#include "base/str.h"
#include "mail/inside.h"

static bool on_this_machine(const char *host) {
    return strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 || strncmp(host, "127.", 4) == 0;
}

bool mail_server_parse(const char *server, struct mail_server *out) {
    CURLU *url = curl_url();
    char *scheme = NULL, *host = NULL, *port = NULL, *path = NULL, *user = NULL;
    bool good = url && curl_url_set(url, CURLUPART_URL, server, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
                curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
                curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
                curl_url_get(url, CURLUPART_PATH, &path, 0) == CURLUE_OK && strcmp(path, "/") == 0 &&
                curl_url_get(url, CURLUPART_USER, &user, 0) == CURLUE_NO_USER && strlen(host) < sizeof out->host;
    *out = (struct mail_server){.port = 0};
    if (good) {
        long number = 0;
        strcpy(out->host, host);
        out->tls = strcmp(scheme, "smtps") == 0;
        good = out->tls || strcmp(scheme, "smtp") == 0;
        out->here = on_this_machine(host);
        if (good && curl_url_get(url, CURLUPART_PORT, &port, 0) == CURLUE_OK)
            good = str_to_long(str_of(port), &number) && number > 0 && number < 65536;
        out->port = (int)number;
    }
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    curl_free(path);
    curl_free(user);
    curl_url_cleanup(url);
    return good;
}

static enum result refuse(struct findings *findings, const char *code, const char *value) {
    finding_add(findings, SEVERITY_ERROR, (struct place){NULL, 0, 0}, code, "value", value, NULL);
    return RESULT_INPUT;
}

enum result mail_check(const struct mail_settings *settings, struct findings *findings) {
    struct mail_server server;
    enum result result = RESULT_OK;
    if (!settings->server[0])
        return refuse(findings, "mail_not_set_up", "");
    bool understood = mail_server_parse(settings->server, &server);
    if (!understood)
        result = refuse(findings, "mail_server_not_understood", settings->server);
    if (strcmp(settings->security, "none") == 0) {
        if (understood && (!server.here || server.tls))
            result = refuse(findings, "mail_not_encrypted", settings->server);
    } else if (strcmp(settings->security, "starttls") != 0 && strcmp(settings->security, "tls") != 0) {
        result = refuse(findings, "mail_security_unknown", settings->security);
    }
    if (!address_good(settings->from))
        result = refuse(findings, "mail_from_not_accepted", settings->from);
    if (settings->reply_to[0] && !address_good(settings->reply_to))
        result = refuse(findings, "mail_reply_to_not_accepted", settings->reply_to);
    if (!utf8_is_line(str_of(settings->from_name)))
        result = refuse(findings, "mail_from_name_not_accepted", settings->from_name);
    if ((settings->user[0] == '\0') != (settings->password[0] == '\0'))
        result = refuse(findings, "mail_user_and_password", settings->user);
    return result;
}
