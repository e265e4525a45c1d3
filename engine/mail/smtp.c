/* Handing a message to an SMTP server, and knowing afterwards what became of it.
 *
 * What matters is how far the conversation had come when something went wrong: before the message itself (MAIL FROM) it
 * is the server or the settings, and every other message would fare alike; until the last byte of the message has been
 * handed to the connection it can be tried again; after that and without an answer nobody can know. libcurl tells its
 * commands to a callback, from which the stage is read. */
#include <ctype.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "base/str.h"
#include "mail/inside.h"

enum stage { STAGE_CONNECT, STAGE_SENDER, STAGE_RECIPIENT, STAGE_DATA, STAGE_HANDED_OVER };
enum { SENTENCE_MAX = 300 };

struct mail_sender {
    CURL *curl;
    const struct mail_settings *settings;
    char url[320];
    /* of the message under way */
    enum stage stage;
    bool leaving;    /* libcurl says goodbye after a failure: the answer to that tells nothing */
    struct str rest; /* still to be handed over */
    int code;        /* of the server's newest answer; 0 since our newest command */
    struct buf said; /* its lines, without the codes */
    CURLcode end;    /* how libcurl says that it ended */
    bool fresh;      /* the next message needs a new connection */
    void (*meanwhile)(void *context);
    void *context; /* of it */
};

static size_t take(char *to, size_t size, size_t n, void *context) {
    struct mail_sender *s = context;
    size_t room = size * n, part = s->rest.n < room ? s->rest.n : room;
    memcpy(to, s->rest.p, part);
    s->rest = (struct str){s->rest.p + part, s->rest.n - part};
    if (part == 0)
        s->stage = STAGE_HANDED_OVER; /* what is missing is the final dot, which libcurl sends now */
    return part;
}

/* An answer's line: "550-no such", "550 5.1.1 user". */
static size_t hear(char *line, size_t size, size_t n, void *context) {
    struct mail_sender *s = context;
    struct str text = str_trim((struct str){line, size * n});
    if (!s->leaving && text.n >= 3 && isdigit((unsigned char)text.p[0]) && isdigit((unsigned char)text.p[1]) &&
        isdigit((unsigned char)text.p[2])) {
        int code = (text.p[0] - '0') * 100 + (text.p[1] - '0') * 10 + (text.p[2] - '0');
        if (code != s->code)
            buf_clear(&s->said);
        s->code = code;
        if (s->said.n)
            buf_char(&s->said, ' ');
        buf_str(&s->said, str_trim((struct str){text.p + 3 + (text.n > 3), text.n - 3 - (text.n > 3)}));
    }
    return size * n;
}

static bool begins(const char *data, size_t n, const char *word) {
    return n >= strlen(word) && strncmp(data, word, strlen(word)) == 0;
}

static int watch(CURL *curl, curl_infotype type, char *data, size_t n, void *context) {
    (void)curl;
    struct mail_sender *s = context;
    if (type != CURLINFO_HEADER_OUT || s->leaving)
        return 0;
    s->leaving = begins(data, n, "QUIT");
    if (s->leaving)
        return 0;
    s->code = 0;
    buf_clear(&s->said);
    if (begins(data, n, "MAIL FROM:"))
        s->stage = STAGE_SENDER;
    else if (begins(data, n, "RCPT TO:"))
        s->stage = STAGE_RECIPIENT;
    else if (begins(data, n, "DATA"))
        s->stage = STAGE_DATA;
    return 0;
}

struct mail_sender *mail_sender_new(const struct mail_settings *settings) {
    struct mail_sender *s = mem_alloc(sizeof *s);
    struct mail_server server = {.port = 0};
    *s = (struct mail_sender){.settings = settings, .said = BUF_INIT};
    curl_global_init(CURL_GLOBAL_DEFAULT);
    s->curl = curl_easy_init();
    if (!s->curl || !mail_server_parse(settings->server, &server))
        return s;
    bool tls = server.tls || strcmp(settings->security, "tls") == 0;
    bool bare = strcmp(settings->security, "none") == 0 && server.here;
    snprintf(s->url, sizeof s->url, server.port ? "%s://%s:%d" : "%s://%s", tls ? "smtps" : "smtp", server.host,
             server.port);
    curl_easy_setopt(s->curl, CURLOPT_URL, s->url);
    curl_easy_setopt(s->curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(s->curl, CURLOPT_PROXY, ""); /* whatever the environment says */
    curl_easy_setopt(s->curl, CURLOPT_USE_SSL, bare ? (long)CURLUSESSL_NONE : (long)CURLUSESSL_ALL);
    curl_easy_setopt(s->curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(s->curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(s->curl, CURLOPT_SSL_VERIFYHOST, 2L);
    if (settings->ca_file[0]) {
        curl_easy_setopt(s->curl, CURLOPT_CAINFO, settings->ca_file);
        curl_easy_setopt(s->curl, CURLOPT_CAPATH, NULL);
    }
    if (settings->user[0]) {
        curl_easy_setopt(s->curl, CURLOPT_USERNAME, settings->user);
        curl_easy_setopt(s->curl, CURLOPT_PASSWORD, settings->password);
    }
    curl_easy_setopt(s->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(s->curl, CURLOPT_CONNECTTIMEOUT, (long)settings->timeout_seconds);
    curl_easy_setopt(s->curl, CURLOPT_TIMEOUT, (long)settings->timeout_seconds);
    curl_easy_setopt(s->curl, CURLOPT_MAXAGE_CONN, 60L); /* servers drop those who are silent */
    curl_easy_setopt(s->curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(s->curl, CURLOPT_READFUNCTION, take);
    curl_easy_setopt(s->curl, CURLOPT_READDATA, s);
    curl_easy_setopt(s->curl, CURLOPT_HEADERFUNCTION, hear);
    curl_easy_setopt(s->curl, CURLOPT_HEADERDATA, s);
    curl_easy_setopt(s->curl, CURLOPT_VERBOSE, 1L); /* to the callback only, which prints nothing */
    curl_easy_setopt(s->curl, CURLOPT_DEBUGFUNCTION, watch);
    curl_easy_setopt(s->curl, CURLOPT_DEBUGDATA, s);
    return s;
}

static int note_progress(void *context, curl_off_t to_come, curl_off_t here, curl_off_t to_go, curl_off_t gone) {
    const struct mail_sender *s = context;
    (void)to_come;
    (void)here;
    (void)to_go;
    (void)gone;
    s->meanwhile(s->context);
    return 0;
}

void mail_sender_meanwhile(struct mail_sender *sender, void (*call)(void *context), void *context) {
    sender->meanwhile = call;
    sender->context = context;
    if (sender->curl) {
        curl_easy_setopt(sender->curl, CURLOPT_XFERINFOFUNCTION, note_progress);
        curl_easy_setopt(sender->curl, CURLOPT_XFERINFODATA, sender);
        curl_easy_setopt(sender->curl, CURLOPT_NOPROGRESS, 0L);
    }
}

void mail_sender_free(struct mail_sender *sender) {
    if (!sender)
        return;
    if (sender->curl)
        curl_easy_cleanup(sender->curl);
    buf_free(&sender->said);
    free(sender);
}

/* What came from outside as one line that can be shown: no control characters, valid UTF-8, not too long. */
static const char *tidy(struct arena *arena, const char *text) {
    struct str s = str_of(text);
    bool readable = utf8_valid(s);
    char *copy = arena_copy(arena, s.p, s.n);
    for (char *p = copy; *p; p++)
        if ((unsigned char)*p < 32 || *p == 127)
            *p = ' ';
        else if (!readable && (unsigned char)*p > 126)
            *p = '?';
    struct str cut = utf8_cut(str_trim(str_of(copy)), SENTENCE_MAX);
    return arena_copy(arena, cut.p, cut.n);
}

static enum mail_outcome judge(const struct mail_sender *s, CURLcode code) {
    if (code == CURLE_OK)
        return MAIL_ACCEPTED;
    if (code == CURLE_LOGIN_DENIED || code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_USE_SSL_FAILED ||
        code == CURLE_SSL_CACERT_BADFILE || (s->stage <= STAGE_SENDER && s->code >= 500))
        return s->code >= 400 && s->code < 500 ? MAIL_NO_SERVER : MAIL_BARRED;
    if (s->stage <= STAGE_SENDER || s->code == 421) /* 421: the server is closing down, whatever it was asked */
        return MAIL_NO_SERVER;
    if (s->code >= 500)
        return MAIL_REFUSED;
    if (s->code >= 400)
        return MAIL_LATER;
    return s->stage == STAGE_HANDED_OVER ? MAIL_UNKNOWN : MAIL_LATER;
}

/* Whatever still comes over this connection belongs to a message that was given up. libcurl might use it again, so it
 * is cut off here: then it is found dead, and a new one is made. */
static void cut_off(struct mail_sender *s) {
    curl_socket_t connection = CURL_SOCKET_BAD;
    if (curl_easy_getinfo(s->curl, CURLINFO_ACTIVESOCKET, &connection) == CURLE_OK && connection != CURL_SOCKET_BAD)
        shutdown(connection, SHUT_RDWR);
    s->fresh = true;
}

static enum mail_outcome attempt(struct mail_sender *s, const char *text) {
    s->stage = STAGE_CONNECT;
    s->leaving = false;
    s->rest = str_of(text);
    s->code = 0;
    curl_easy_setopt(s->curl, CURLOPT_FRESH_CONNECT, s->fresh ? 1L : 0L);
    s->fresh = false;
    buf_clear(&s->said);
    s->end = curl_easy_perform(s->curl);
    if (s->end != CURLE_OK && (s->code < 400 || s->end == CURLE_OPERATION_TIMEDOUT))
        cut_off(s);
    if (s->end != CURLE_OK && s->code < 400) /* for whoever runs the server: in the words of the library */
        log_event(LOG_WARNING, "mail_no_answer", LOG_REASON, curl_easy_strerror(s->end), -1);
    return judge(s, s->end);
}

/* Our name for what went wrong without an answer of the server. */
static const char *name_of(CURLcode end) {
    switch (end) {
    case CURLE_OPERATION_TIMEDOUT:
        return MAIL_OWN "no_answer";
    case CURLE_COULDNT_RESOLVE_HOST:
        return MAIL_OWN "not_found";
    case CURLE_COULDNT_CONNECT:
        return MAIL_OWN "not_reached";
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
        return MAIL_OWN "certificate";
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_CONNECT_ERROR:
        return MAIL_OWN "not_encrypted";
    case CURLE_LOGIN_DENIED:
        return MAIL_OWN "sign_in";
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_WEIRD_SERVER_REPLY:
        return MAIL_OWN "broken_off";
    default:
        return MAIL_OWN "not_understood";
    }
}

const char *mail_words(const struct texts *texts, const char *language, const char *sentence) {
    char key[80];
    if (strncmp(sentence, MAIL_OWN, strlen(MAIL_OWN)) != 0)
        return sentence;
    snprintf(key, sizeof key, "mail.own_%s", sentence + strlen(MAIL_OWN));
    return texts_get(texts, language, key);
}

enum mail_outcome mail_send(struct mail_sender *sender, struct arena *arena, const struct mail_message *message,
                            const char **sentence) {
    *sentence = "";
    const char *text = mail_format(arena, sender->settings, message);
    if (!text)
        return MAIL_REFUSED;
    if (!sender->curl || !sender->url[0])
        return MAIL_NO_SERVER;
    long fresh = 0;
    struct curl_slist *to = curl_slist_append(NULL, arena_printf(arena, "<%s>", message->to));
    curl_easy_setopt(sender->curl, CURLOPT_MAIL_FROM, arena_printf(arena, "<%s>", sender->settings->from));
    curl_easy_setopt(sender->curl, CURLOPT_MAIL_RCPT, to);
    enum mail_outcome outcome = attempt(sender, text);
    /* a connection that the server had given up meanwhile: once more on a new one */
    if (outcome == MAIL_NO_SERVER && sender->code == 0 && sender->end != CURLE_OPERATION_TIMEDOUT &&
        curl_easy_getinfo(sender->curl, CURLINFO_NUM_CONNECTS, &fresh) == CURLE_OK && fresh == 0) {
        sender->fresh = true;
        outcome = attempt(sender, text);
    }
    curl_easy_setopt(sender->curl, CURLOPT_MAIL_RCPT, NULL);
    curl_slist_free_all(to);
    if (outcome != MAIL_ACCEPTED)
        *sentence = sender->code >= 400 ? tidy(arena, arena_printf(arena, "%d %s", sender->code, sender->said.p))
                                        : name_of(sender->end);
    return outcome;
}

enum mail_outcome mail_reach(const struct mail_settings *settings, struct arena *arena, const char **sentence) {
    struct mail_sender *s = mail_sender_new(settings);
    enum mail_outcome outcome = MAIL_NO_SERVER;
    *sentence = "";
    if (s->curl && s->url[0]) {
        curl_easy_setopt(s->curl, CURLOPT_UPLOAD, 0L);
        curl_easy_setopt(s->curl, CURLOPT_NOBODY, 1L);
        curl_easy_setopt(s->curl, CURLOPT_CUSTOMREQUEST, "NOOP");
        outcome = attempt(s, "");
    }
    if (outcome != MAIL_ACCEPTED)
        *sentence = s->code >= 400 ? tidy(arena, arena_printf(arena, "%d %s", s->code, s->said.p)) : name_of(s->end);
    mail_sender_free(s);
    return outcome;
}
