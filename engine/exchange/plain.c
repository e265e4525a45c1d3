/* Texts of other systems (HTML, Markdown, pipes, expressions) as our plain texts: one line, *emphasis*, typographic
 * quotation marks. What is lost on the way is listed. */
#include <string.h>
#include <strings.h>

#include "exchange/draft.h"

struct cleaner {
    struct draft *d;
    const char *subject;
    struct place place;
    struct str rest; /* what is still to be read */
    struct buf out;
    int emphasis;          /* how many <b>, <i>, ... are open */
    size_t emphasis_from;  /* where the text inside began */
    const char *link;      /* of the open <a>, NULL */
    size_t link_from;      /* where its text began */
    struct buf formatting; /* names of tags that were taken off, separated by ", " */
};

static bool begins(struct str s, const char *with) {
    const size_t n = strlen(with);
    return s.n >= n && strncasecmp(s.p, with, n) == 0;
}

static void skip(struct cleaner *c, size_t n) {
    n = n < c->rest.n ? n : c->rest.n;
    c->rest.p += n;
    c->rest.n -= n;
}

static void put_blank(struct cleaner *c) {
    if (c->out.n > 0 && c->out.p[c->out.n - 1] != ' ')
        buf_char(&c->out, ' ');
}

/* A straight quotation mark opens behind a blank or a parenthesis, else it closes. */
static void put_quote(struct cleaner *c) {
    const char before = c->out.n > 0 ? c->out.p[c->out.n - 1] : ' ';
    buf_text(&c->out, strchr(" ([*/", before) ? "“" : "”");
    c->d->n_quotes++;
}

static void put_character(struct cleaner *c, uint32_t code) {
    char bytes[5] = {0};
    if (code < 0x20 || code == 0x7F || code == 0x2028 || code == 0x2029) {
        if (code == '\n' || code == '\r' || code == '\t' || code >= 0x2028)
            put_blank(c);
        return;
    }
    if ((code >= 0x80 && code < 0xA0) || code == 0xFEFF || code == 0x200B)
        return;
    if (code == '"') {
        put_quote(c);
    } else if (code == ' ') {
        put_blank(c);
    } else if (code < 0x80) {
        buf_char(&c->out, (char)code);
    } else {
        if (code < 0x800) {
            bytes[0] = (char)(0xC0 | code >> 6);
            bytes[1] = (char)(0x80 | (code & 0x3F));
        } else if (code < 0x10000) {
            bytes[0] = (char)(0xE0 | code >> 12);
            bytes[1] = (char)(0x80 | (code >> 6 & 0x3F));
            bytes[2] = (char)(0x80 | (code & 0x3F));
        } else {
            bytes[0] = (char)(0xF0 | code >> 18);
            bytes[1] = (char)(0x80 | (code >> 12 & 0x3F));
            bytes[2] = (char)(0x80 | (code >> 6 & 0x3F));
            bytes[3] = (char)(0x80 | (code & 0x3F));
        }
        buf_text(&c->out, bytes);
    }
}

/* &amp; &eacute; &#8217; &#x2019;: the code point, 0 when it is none. Latin letters are put together from their letter
 * and the name of their accent. */
static uint32_t named_entity(struct str name) {
    static const struct {
        const char *name;
        uint32_t code;
    } names[] = {{"amp", '&'},      {"lt", '<'},        {"gt", '>'},       {"quot", '"'},     {"apos", '\''},
                 {"nbsp", 0xA0},    {"laquo", 0xAB},    {"raquo", 0xBB},   {"lsquo", 0x2018}, {"rsquo", 0x2019},
                 {"ldquo", 0x201C}, {"rdquo", 0x201D},  {"sbquo", 0x201A}, {"bdquo", 0x201E}, {"ndash", 0x2013},
                 {"mdash", 0x2014}, {"hellip", 0x2026}, {"bull", 0x2022},  {"middot", 0xB7},  {"deg", 0xB0},
                 {"euro", 0x20AC},  {"pound", 0xA3},    {"copy", 0xA9},    {"reg", 0xAE},     {"trade", 0x2122},
                 {"sect", 0xA7},    {"para", 0xB6},     {"times", 0xD7},   {"divide", 0xF7},  {"plusmn", 0xB1},
                 {"frac12", 0xBD},  {"iexcl", 0xA1},    {"iquest", 0xBF},  {"szlig", 0xDF},   {"aelig", 0xE6},
                 {"AElig", 0xC6},   {"oelig", 0x153},   {"OElig", 0x152},  {"aring", 0xE5},   {"Aring", 0xC5},
                 {"oslash", 0xF8},  {"Oslash", 0xD8},   {"ccedil", 0xE7},  {"Ccedil", 0xC7},  {"ntilde", 0xF1},
                 {"Ntilde", 0xD1},  {"thinsp", 0x2009}, {"ensp", 0x2002},  {"emsp", 0x2003},  {"rarr", 0x2192},
                 {"larr", 0x2190},  {"le", 0x2264},     {"ge", 0x2265},    {"ne", 0x2260},    {"atilde", 0xE3},
                 {"Atilde", 0xC3},  {"otilde", 0xF5},   {"Otilde", 0xD5},  {"scaron", 0x161}, {"Scaron", 0x160}};
    static const char letters[] = "AEIOUYaeiouy";
    static const struct {
        const char *accent;
        uint16_t codes[12];
    } accents[] = {
        {"grave", {0xC0, 0xC8, 0xCC, 0xD2, 0xD9, 0, 0xE0, 0xE8, 0xEC, 0xF2, 0xF9, 0}},
        {"acute", {0xC1, 0xC9, 0xCD, 0xD3, 0xDA, 0xDD, 0xE1, 0xE9, 0xED, 0xF3, 0xFA, 0xFD}},
        {"circ", {0xC2, 0xCA, 0xCE, 0xD4, 0xDB, 0, 0xE2, 0xEA, 0xEE, 0xF4, 0xFB, 0}},
        {"uml", {0xC4, 0xCB, 0xCF, 0xD6, 0xDC, 0x178, 0xE4, 0xEB, 0xEF, 0xF6, 0xFC, 0xFF}},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_is(name, names[i].name))
            return names[i].code;
    const char *letter = name.n > 1 && name.p[0] ? strchr(letters, name.p[0]) : NULL;
    for (size_t i = 0; letter && i < sizeof accents / sizeof *accents; i++)
        if (str_is((struct str){name.p + 1, name.n - 1}, accents[i].accent))
            return accents[i].codes[letter - letters];
    return 0;
}

static uint32_t numbered_entity(struct str digits) {
    const bool hex = digits.n > 0 && (digits.p[0] | 0x20) == 'x';
    uint32_t code = 0;
    for (size_t i = hex; i < digits.n; i++) {
        const char ch = digits.p[i];
        const uint32_t value = ch >= '0' && ch <= '9'                            ? (uint32_t)(ch - '0')
                               : hex && (ch | 0x20) >= 'a' && (ch | 0x20) <= 'f' ? (uint32_t)((ch | 0x20) - 'a') + 10
                                                                                 : 99;
        if (value == 99)
            return 0;
        code = code * (hex ? 16 : 10) + value;
        if (code > 0x10FFFF)
            return 0;
    }
    return code >= 0xD800 && code < 0xE000 ? 0 : code;
}

static bool take_entity(struct cleaner *c) {
    const char *end = memchr(c->rest.p, ';', c->rest.n < 12 ? c->rest.n : 12);
    if (!end)
        return false;
    const struct str name = {c->rest.p + 1, (size_t)(end - c->rest.p) - 1};
    const uint32_t code =
        name.n > 0 && name.p[0] == '#' ? numbered_entity((struct str){name.p + 1, name.n - 1}) : named_entity(name);
    if (!code)
        return false;
    put_character(c, code);
    skip(c, name.n + 2);
    return true;
}

static void note_formatting(struct cleaner *c, const char *tag) {
    const size_t n = strlen(tag);
    for (const char *at = strstr(c->formatting.p, tag); at; at = strstr(at + 1, tag))
        if ((at == c->formatting.p || at[-1] == ' ') && (at[n] == ',' || at[n] == '\0'))
            return;
    buf_printf(&c->formatting, "%s%s", c->formatting.n ? ", " : "", tag);
}

static bool is_one_of(const char *tag, const char *words) {
    struct str rest = str_of(words), word;
    while (rest.p && str_split(&rest, '|', &word))
        if (str_is(word, tag))
            return true;
    return false;
}

static void mark_emphasis(struct cleaner *c, bool closing) {
    if (!closing && c->emphasis++ == 0) {
        buf_char(&c->out, '*');
        c->emphasis_from = c->out.n;
    } else if (closing && c->emphasis > 0 && --c->emphasis == 0) {
        bool blank = false;
        while (c->out.n > c->emphasis_from && c->out.p[c->out.n - 1] == ' ') {
            c->out.p[--c->out.n] = '\0';
            blank = true;
        }
        if (c->out.n == c->emphasis_from)
            c->out.p[--c->out.n] = '\0'; /* nothing was emphasised */
        else
            buf_char(&c->out, '*');
        if (blank)
            put_blank(c);
    }
}

/* An address that can stand in a text as it is. */
static bool is_clean_link(struct str link) {
    for (size_t i = 0; i < link.n; i++)
        if ((unsigned char)link.p[i] <= ' ' || link.p[i] == 0x7F || link.p[i] == '"' || link.p[i] == '{')
            return false;
    return utf8_valid(link);
}

static const char *link_of(struct cleaner *c, struct str tag) {
    const char *at = memmem(tag.p, tag.n, "href=", 5);
    if (!at || at + 6 >= tag.p + tag.n)
        return NULL;
    const char quote = at[5];
    const char *end = quote == '"' || quote == '\'' ? memchr(at + 6, quote, (size_t)(tag.p + tag.n - at - 6)) : NULL;
    struct str link = {at + 6, end ? (size_t)(end - at - 6) : 0};
    const bool good = begins(link, "http://") || begins(link, "https://") || begins(link, "mailto:");
    return good && is_clean_link(link) ? arena_copy(c->d->arena, link.p, link.n) : NULL;
}

static void close_link(struct cleaner *c) {
    if (!c->link)
        return;
    if (c->out.n < c->link_from || strcmp(c->out.p + c->link_from, c->link) != 0)
        buf_printf(&c->out, " (%s)", c->link);
    c->link = NULL;
}

/* Passes over everything up to the closing tag of <script> or <style>. */
static void skip_content(struct cleaner *c, const char *tag) {
    const char *close = arena_printf(c->d->arena, "</%s", tag);
    while (c->rest.n > 0 && !begins(c->rest, close))
        skip(c, 1);
}

/* A tag at the beginning of the rest; false when it only looks like one. */
static bool take_tag(struct cleaner *c) {
    size_t n = 1, from, end = 0;
    if (c->rest.n < 3)
        return false;
    const bool closing = c->rest.p[1] == '/', other = c->rest.p[1] == '!';
    from = closing ? 2 : 1;
    for (n = from; n < c->rest.n && ((c->rest.p[n] | 0x20) >= 'a' ? (c->rest.p[n] | 0x20) <= 'z'
                                                                  : c->rest.p[n] >= '0' && c->rest.p[n] <= '9');)
        n++;
    if (n == from && !other)
        return false;
    const char *close = memchr(c->rest.p, '>', c->rest.n);
    if (!close)
        return false;
    end = (size_t)(close - c->rest.p);
    char tag[16] = {0};
    for (size_t i = from; i < n && i - from < sizeof tag - 1; i++)
        tag[i - from] = (char)(c->rest.p[i] | 0x20);
    const struct str whole = {c->rest.p, end};
    skip(c, end + 1);
    if (is_one_of(tag, "b|strong|i|em")) {
        mark_emphasis(c, closing);
    } else if (strcmp(tag, "a") == 0) {
        close_link(c);
        c->link = closing ? NULL : link_of(c, whole);
        c->link_from = c->out.n;
    } else if (is_one_of(tag, "br|p|div|li|tr|td|th|ul|ol|table|h1|h2|h3|h4|h5|h6")) {
        put_blank(c);
    }
    if (is_one_of(tag, "script|style") && !closing)
        skip_content(c, tag);
    const bool wrapper = memmem(whole.p, whole.n, "rich-text-field-label", 21); /* what REDCap's editor puts round */
    if (!closing && !wrapper && !is_one_of(tag, "b|strong|i|em|br|p|a"))
        note_formatting(c, other ? "!--" : tag);
    return true;
}

static void put_pipe(struct cleaner *c, struct str what) {
    const struct str cut = utf8_cut(what, 60);
    buf_text(&c->out, "…");
    draft_lost(c->d, c->place, "exchange.pipe", "name", c->subject, "what", arena_copy(c->d->arena, cut.p, cut.n));
}

static bool is_placeholder(struct draft *d, struct str name) {
    for (size_t i = 0; i < d->n_placeholders; i++)
        if (str_is(name, d->placeholders[i].name))
            return true;
    return false;
}

/* "[survey-date-completed:form]", "[record-name]": what REDCap knows by itself, to the closing bracket. */
static bool is_smart_variable(struct str word) {
    static const char *const heads[] = {"record-", "user-",      "dag-",         "event-",     "arm-",   "survey-",
                                        "form-",   "project-",   "instrument-",  "previous-",  "next-",  "first-",
                                        "last-",   "current-",   "redcap-",      "mycap-",     "stats-", "calendar-",
                                        "is-",     "aggregate-", "new-instance", "data-access"};
    for (size_t i = 0; i < word.n && word.p[i] != ':'; i++)
        if (!((word.p[i] >= 'a' && word.p[i] <= 'z') || word.p[i] == '-'))
            return false;
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (word.n > strlen(heads[i]) && memcmp(word.p, heads[i], strlen(heads[i])) == 0)
            return true;
    return false;
}

/* ${answer} of XLSForm, [answer] of REDCap, {expression} of LimeSurvey: a text of ours cannot repeat an answer. */
static bool take_pipe(struct cleaner *c) {
    const struct str s = c->rest;
    if (c->d->dialect == DIALECT_XLSFORM && begins(s, "${")) {
        const char *end = memchr(s.p, '}', s.n);
        if (!end)
            return false;
        const struct str name = {s.p + 2, (size_t)(end - s.p) - 2};
        if (is_placeholder(c->d, name))
            buf_printf(&c->out, "${%.*s}", (int)name.n, name.p);
        else
            put_pipe(c, (struct str){s.p, name.n + 3});
        skip(c, name.n + 3);
        return true;
    }
    if (c->d->dialect == DIALECT_REDCAP && s.p[0] == '[') {
        const char *end = memchr(s.p, ']', s.n);
        const size_t n = end ? (size_t)(end - s.p) - 1 : 0, word = end ? strcspn(s.p + 1, ":(]") : 0;
        if (end && is_placeholder(c->d, (struct str){s.p + 1, n})) {
            buf_printf(&c->out, "${%.*s}", (int)n, s.p + 1);
            skip(c, n + 2);
            return true;
        }
        if (end && is_smart_variable((struct str){s.p + 1, n})) {
            put_pipe(c, (struct str){s.p, n + 2});
            skip(c, n + 2);
            return true;
        }
        for (size_t i = 0; end && i < c->d->n_sources; i++) {
            if (str_is((struct str){s.p + 1, word < n ? word : n}, c->d->sources[i])) {
                put_pipe(c, (struct str){s.p, n + 2});
                skip(c, n + 2);
                return true;
            }
        }
        return false;
    }
    if (c->d->dialect == DIALECT_LIMESURVEY && s.p[0] == '{' && s.n > 2 && s.p[1] != ' ') {
        const char *end = memchr(s.p, '}', s.n);
        if (!end)
            return false;
        put_pipe(c, (struct str){s.p, (size_t)(end - s.p) + 1});
        skip(c, (size_t)(end - s.p) + 1);
        return true;
    }
    return false;
}

/* **bold** and __bold__, # headings, [text](link): Markdown, as XLSForm has it. */
static bool take_markdown(struct cleaner *c) {
    const struct str s = c->rest;
    if (c->d->dialect != DIALECT_XLSFORM)
        return false;
    if (begins(s, "**") || (begins(s, "__") && (c->emphasis > 0 || memmem(s.p + 2, s.n - 2, "__", 2)))) {
        mark_emphasis(c, c->emphasis > 0);
        skip(c, 2);
        return true;
    }
    if (s.p[0] == '#' && (c->out.n == 0 || c->rest.p[-1] == '\n')) {
        const size_t marks = strspn(s.p, "#");
        if (marks > 6 || marks >= s.n || s.p[marks] != ' ')
            return false;
        skip(c, marks + 1);
        note_formatting(c, "#");
        return true;
    }
    if (s.p[0] == '[') {
        const char *middle = memmem(s.p, s.n, "](", 2);
        const char *end = middle ? memchr(middle, ')', (size_t)(s.p + s.n - middle)) : NULL;
        const struct str link = {middle ? middle + 2 : NULL, end ? (size_t)(end - middle - 2) : 0};
        if (!end || !begins(link, "http") || !is_clean_link(link))
            return false;
        struct str text = {s.p + 1, (size_t)(middle - s.p) - 1};
        while (text.n > 0)
            put_character(c, utf8_next(&text));
        buf_printf(&c->out, " (%.*s)", (int)link.n, link.p);
        skip(c, (size_t)(end - s.p) + 1);
        return true;
    }
    return false;
}

const char *draft_plain(struct draft *d, const char *text, const char *subject, struct place place) {
    struct cleaner c = {
        .d = d, .subject = subject, .place = place, .rest = str_of(text), .out = BUF_INIT, .formatting = BUF_INIT};
    while (c.rest.n > 0) {
        const char first = c.rest.p[0];
        if ((first == '<' && take_tag(&c)) || (first == '&' && take_entity(&c)) || take_pipe(&c) || take_markdown(&c))
            continue;
        put_character(&c, utf8_next(&c.rest));
        if (first == '$' && c.rest.n > 0 && c.rest.p[0] == '{')
            buf_char(&c.out, ' ');
    }
    close_link(&c);
    while (c.emphasis > 0)
        mark_emphasis(&c, true);
    if (c.formatting.n > 0)
        draft_lost(d, place, "exchange.formatting", "name", subject, "what", c.formatting.p);
    const struct str made = str_trim(buf_view(&c.out));
    const char *plain = made.n > 0 ? arena_copy(d->arena, made.p, made.n) : NULL;
    buf_free(&c.out);
    buf_free(&c.formatting);
    return plain;
}
