/* A message as it goes over the wire: RFC 5322 headers, RFC 2047 words, RFC 2045 quoted-printable. */
#include <sodium.h>
#include <string.h>
#include <time.h>

#include "base/address.h"
#include "base/clock.h"
#include "base/str.h"
#include "mail/inside.h"

enum {
    LINE = 76,          /* quoted-printable's longest line, without its end */
    ENCODED_BYTES = 39, /* in one encoded word: 52 base64 digits, 12 characters around them, a header name before: 76 */
    FOLD_AT = 72,
};

static bool is_ascii(const char *text) {
    for (; *text; text++)
        if ((unsigned char)*text > 126)
            return false;
    return true;
}

/* The beginning of `s` with at most `max` bytes that does not cut a character. */
static size_t whole_characters(struct str s, size_t max) {
    if (s.n <= max)
        return s.n;
    while (max > 0 && ((unsigned char)s.p[max] & 0xC0) == 0x80)
        max--;
    return max;
}

static void encoded_words(struct buf *out, const char *text) {
    struct str rest = str_of(text);
    for (bool first = true; rest.n; first = false) {
        char base64[ENCODED_BYTES * 2];
        size_t n = whole_characters(rest, ENCODED_BYTES);
        sodium_bin2base64(base64, sizeof base64, (const unsigned char *)rest.p, n, sodium_base64_VARIANT_ORIGINAL);
        buf_printf(out, "%s=?UTF-8?B?%s?=", first ? "" : "\r\n ", base64);
        rest = (struct str){rest.p + n, rest.n - n};
    }
}

/* Words of ASCII, folded at blanks. */
static void folded(struct buf *out, const char *name, const char *text) {
    size_t column = strlen(name) + 2;
    struct str rest = str_of(text), word;
    for (bool first = true; str_split(&rest, ' ', &word); first = false) {
        if (!first && column + 1 + word.n > FOLD_AT && word.n > 0) {
            buf_text(out, "\r\n ");
            column = 1;
        } else if (!first) {
            buf_char(out, ' ');
            column++;
        }
        buf_str(out, word);
        column += word.n;
    }
}

static void unstructured(struct buf *out, const char *name, const char *text) {
    buf_printf(out, "%s: ", name);
    /* a word too long for any line, or one that looks like an encoded word, is encoded too */
    if (is_ascii(text) && !strstr(text, "=?") && strlen(text) < 900)
        folded(out, name, text);
    else
        encoded_words(out, text);
    buf_text(out, "\r\n");
}

/* Name <address>, or the bare address. */
static void mailbox(struct buf *out, const char *header, const char *name, const char *address) {
    buf_printf(out, "%s: ", header);
    if (name[0] && is_ascii(name) && !strstr(name, "=?") && strlen(name) < FOLD_AT - 10) {
        buf_char(out, '"');
        for (const char *p = name; *p; p++) {
            if (*p == '"' || *p == '\\')
                buf_char(out, '\\');
            buf_char(out, *p);
        }
        buf_char(out, '"');
    } else if (name[0]) {
        encoded_words(out, name);
    }
    buf_printf(out, "%s<%s>\r\n", name[0] ? "\r\n " : "", address);
}

/* RFC 5322's date; the names of days and months are the format's, whatever the language. */
static void date(struct buf *out) {
    static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t now = (time_t)clock_now();
    struct tm t;
    gmtime_r(&now, &t);
    buf_printf(out, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n", days[t.tm_wday], t.tm_mday, months[t.tm_mon],
               t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

/* One line of the body, without its end. */
static void quoted_line(struct buf *out, struct str line) {
    size_t column = 0;
    for (size_t i = 0; i < line.n; i++) {
        unsigned char c = (unsigned char)line.p[i];
        bool last = i + 1 == line.n;
        bool plain =
            (c >= 33 && c <= 126 && c != '=' && !(c == '.' && column == 0)) || ((c == ' ' || c == '\t') && !last);
        size_t width = plain ? 1 : 3;
        if (column + width > (last ? LINE : LINE - 1)) { /* a soft end needs room for its = */
            buf_text(out, "=\r\n");
            column = 0;
            plain = plain && c != '.';
            width = plain ? 1 : 3;
        }
        if (plain)
            buf_char(out, (char)c);
        else
            buf_printf(out, "=%02X", c);
        column += width;
    }
    buf_text(out, "\r\n");
}

static void body(struct buf *out, const char *text) {
    struct str rest = str_trim(str_of(text)), line;
    while (str_split(&rest, '\n', &line)) {
        if (line.n && line.p[line.n - 1] == '\r')
            line.n--;
        quoted_line(out, line);
    }
}

static bool fit(const struct mail_settings *s, const struct mail_message *m) {
    const char *lines[] = {s->from_name, m->to_name, m->subject, m->language, m->opt_out, m->id};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (!utf8_is_line(str_of(lines[i])))
            return false;
    return address_good(s->from) && address_good(m->to) && (!s->reply_to[0] || address_good(s->reply_to)) &&
           utf8_valid(str_of(m->body)) && !strpbrk(m->opt_out, " <>") && !strpbrk(m->id, " <>@") &&
           !strpbrk(m->language, " <>:;");
}

const char *mail_format(struct arena *arena, const struct mail_settings *settings, const struct mail_message *message) {
    if (!fit(settings, message))
        return NULL;
    struct buf b = BUF_INIT;
    mailbox(&b, "From", settings->from_name, settings->from);
    mailbox(&b, "To", message->to_name, message->to);
    if (settings->reply_to[0])
        buf_printf(&b, "Reply-To: <%s>\r\n", settings->reply_to);
    unstructured(&b, "Subject", message->subject);
    date(&b);
    buf_printf(&b, "Message-ID: <%s@%s>\r\n", message->id, strchr(settings->from, '@') + 1);
    buf_text(&b, "MIME-Version: 1.0\r\n");
    buf_text(&b, "Content-Type: text/plain; charset=utf-8\r\n");
    buf_text(&b, "Content-Transfer-Encoding: quoted-printable\r\n");
    if (message->language[0])
        buf_printf(&b, "Content-Language: %s\r\n", message->language);
    /* no answers from absence assistants, which would tell the sender who is away */
    buf_text(&b, "Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: OOF, AutoReply\r\n");
    if (message->opt_out[0])
        buf_printf(&b, "List-Unsubscribe: <%s>\r\n", message->opt_out);
    if (strncmp(message->opt_out, "https://", 8) == 0) /* RFC 8058: the mail program's own button posts to the link */
        buf_text(&b, "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
    buf_text(&b, "\r\n");
    body(&b, message->body);
    const char *out = arena_copy(arena, b.p, b.n);
    buf_free(&b);
    return out;
}
