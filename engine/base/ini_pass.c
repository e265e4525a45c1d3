#include "base/ini_pass.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

enum { NO_SECTION = -1, SKIPPED_SECTION = -2 };

struct line {
    struct str text; /* clean: valid UTF-8 without control characters */
    int number;
};

struct entry { /* a key, before the keys are sorted into their sections */
    size_t section;
    struct ini_key key;
};

struct pass {
    struct arena *arena;
    const char *file;
    struct findings *findings;
    size_t errors;
    size_t n_lines;
    struct line *lines;
    long section; /* where keys go now: an index, NO_SECTION before the first, SKIPPED_SECTION below an unusable name */
    size_t n_sections, sections_capacity;
    struct ini_section *sections;
    size_t n_entries, entries_capacity;
    struct entry *entries;
    size_t n_slots; /* a power of two: the hash table that finds duplicates; 0 is empty, else 1 + an index */
    uint32_t *slots;
    bool too_many, headless;
};

static struct place at(const struct pass *p, int line) {
    return (struct place){p->file, line, 0};
}

static void mistake(struct pass *p, int line, const char *code, const char *name, const char *value) {
    p->errors++;
    finding_add(p->findings, SEVERITY_ERROR, at(p, line), code, name, value, NULL);
}

static const char *copy(struct pass *p, struct str s) {
    return arena_copy(p->arena, s.p, s.n);
}

/* The beginning of a piece of text, short enough to be quoted in a message. */
static const char *excerpt(struct pass *p, struct str s) {
    struct str cut = utf8_cut(s, 40);
    const char *text = copy(p, cut);
    return cut.n < s.n ? arena_printf(p->arena, "%s…", text) : text;
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

static struct str trim_end(struct str s) {
    while (s.n > 0 && (is_blank(s.p[s.n - 1]) || s.p[s.n - 1] == '\r')) {
        s.n--;
    }
    return s;
}

static bool begins_with(struct str s, const char *beginning) {
    size_t n = strlen(beginning);
    return s.n >= n && memcmp(s.p, beginning, n) == 0;
}

static bool ends_with(struct str s, const char *end) {
    size_t n = strlen(end);
    return s.n >= n && memcmp(s.p + s.n - n, end, n) == 0;
}

struct str ini_without_bom(struct str text) {
    if (begins_with(text, "\xEF\xBB\xBF")) {
        text.p += 3;
        text.n -= 3;
    }
    return text;
}

/* Bytes of the valid UTF-8 character at the beginning of `s`, or 0. */
static size_t character_length(struct str s) {
    for (size_t n = 1; n <= 4 && n <= s.n; n++) {
        if (utf8_valid((struct str){s.p, n})) {
            return n;
        }
    }
    return 0;
}

/* A copy of one physical line in which bytes that are not UTF-8 and control characters are question marks, so that what
 * stands above never meets them; the first of each kind is reported. */
static struct str clean_line(struct pass *p, struct str raw, int number) {
    bool bad_utf8 = false, bad_control = false;
    char *clean = arena_copy(p->arena, raw.p, raw.n);
    for (size_t i = 0; i < raw.n;) {
        size_t n = character_length((struct str){raw.p + i, raw.n - i});
        unsigned char c = (unsigned char)raw.p[i];
        if (n == 0) {
            clean[i] = '?';
            if (!bad_utf8) {
                mistake(p, number, "ini.utf8", "column", arena_printf(p->arena, "%zu", i + 1));
            }
            bad_utf8 = true;
            n = 1;
        } else if (n == 1 && (c < 0x20 || c == 0x7F) && c != '\t') {
            clean[i] = '?';
            if (!bad_control) {
                mistake(p, number,
                        c == 0      ? "ini.nul"
                        : c == '\r' ? "ini.cr_inside"
                                    : "ini.control",
                        "character", arena_printf(p->arena, "U+%04X", c));
            }
            bad_control = true;
        }
        i += n;
    }
    return (struct str){clean, raw.n};
}

/* Cuts the text into physical lines without their line ends. */
static void split_lines(struct pass *p, struct str text) {
    char end = '\n';
    if (!memchr(text.p, '\n', text.n) && memchr(text.p, '\r', text.n)) {
        mistake(p, 1, "ini.cr_only", "file", p->file);
        end = '\r';
    }
    size_t n = 1;
    for (size_t i = 0; i < text.n; i++) {
        n += text.p[i] == end;
    }
    p->lines = arena_array(p->arena, n, sizeof *p->lines);
    int number = 0;
    for (size_t from = 0; from < text.n;) {
        const char *stop = memchr(text.p + from, end, text.n - from);
        size_t length = stop ? (size_t)(stop - (text.p + from)) : text.n - from;
        struct str raw = {text.p + from, length};
        from += length + 1;
        number++;
        if (raw.n > 0 && raw.p[raw.n - 1] == '\r') {
            raw.n--;
        }
        if (raw.n > INI_LINE_MAX) {
            mistake(p, number, "ini.line_long", "bytes", arena_printf(p->arena, "%zu", raw.n));
        }
        p->lines[p->n_lines++] = (struct line){clean_line(p, raw, number), number};
    }
}

static bool is_comment(struct str line) {
    struct str s = str_trim(line);
    return s.n > 0 && (s.p[0] == ';' || s.p[0] == '#');
}

static bool is_continued(struct str line) {
    return ends_with(trim_end(line), "\\");
}

/* The line at *i with its continuations joined as iniparser joins them; *i moves behind the last one. */
static struct str join_lines(struct pass *p, size_t *i) {
    struct line first = p->lines[(*i)++];
    if (!is_continued(first.text)) {
        return first.text;
    }
    if (is_comment(first.text)) {
        mistake(p, first.number, "ini.continued_comment", "line", arena_printf(p->arena, "%d", first.number + 1));
        return first.text;
    }
    struct buf joined = BUF_INIT;
    struct str part = first.text;
    while (is_continued(part)) {
        part = trim_end(part);
        part.n--;
        buf_str(&joined, part);
        if (*i == p->n_lines) {
            mistake(p, first.number, "ini.continued_end", "line", arena_printf(p->arena, "%d", first.number));
            part.n = 0;
        } else {
            part = p->lines[(*i)++].text;
        }
    }
    buf_str(&joined, part);
    struct str result = {arena_copy(p->arena, joined.p, joined.n), joined.n};
    buf_free(&joined);
    if (result.n > INI_LINE_MAX && first.text.n <= INI_LINE_MAX) {
        mistake(p, first.number, "ini.joined_long", "bytes", arena_printf(p->arena, "%zu", result.n));
    }
    return result;
}

/* Checks a section's or key's name and returns it as it should be written, or NULL when it cannot be used. */
static const char *check_name(struct pass *p, struct str name, int line) {
    char *right = arena_copy(p->arena, name.p, name.n);
    const char *written = copy(p, name);
    bool capital = false, colon = false;
    for (size_t i = 0; i < name.n; i++) {
        char c = right[i];
        if (c >= 'A' && c <= 'Z') {
            right[i] = (char)(c - 'A' + 'a');
            capital = true;
        } else if (c == ':') {
            right[i] = '.';
            colon = true;
        } else if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-')) {
            size_t n = character_length((struct str){name.p + i, name.n - i});
            p->errors++;
            finding_add(p->findings, SEVERITY_ERROR, at(p, line), is_blank(c) ? "ini.name_space" : "ini.name_character",
                        "name", written, "character", arena_copy(p->arena, name.p + i, n ? n : 1), NULL);
            return NULL;
        }
    }
    if (capital || colon) {
        p->errors++;
        finding_add(p->findings, SEVERITY_ERROR, at(p, line), colon ? "ini.name_colon" : "ini.name_capital", "name",
                    written, "right", right, NULL);
    }
    return right;
}

/* FNV-1a over the section's number and the name. */
static size_t hash_of(size_t section, const char *name) {
    uint64_t h = 14695981039346656037u ^ section;
    for (; *name; name++) {
        h = (h ^ (unsigned char)*name) * 1099511628211u;
    }
    return (size_t)(h ^ h >> 32);
}

/* The slot that holds the key, or the free one where it belongs. */
static uint32_t *find_slot(struct pass *p, size_t section, const char *name) {
    size_t i = hash_of(section, name) & (p->n_slots - 1);
    while (p->slots[i]) {
        const struct entry *e = &p->entries[p->slots[i] - 1];
        if (e->section == section && strcmp(e->key.name, name) == 0) {
            break;
        }
        i = (i + 1) & (p->n_slots - 1);
    }
    return &p->slots[i];
}

static bool has_room(struct pass *p, int line) {
    if (p->n_sections + p->n_entries < INI_KEYS_MAX) {
        return true;
    }
    if (!p->too_many) {
        mistake(p, line, "ini.too_many", "limit", arena_printf(p->arena, "%d", INI_KEYS_MAX));
    }
    p->too_many = true;
    return false;
}

static void read_section(struct pass *p, struct str s, int line) {
    const char *close = memchr(s.p, ']', s.n);
    p->section = SKIPPED_SECTION;
    if (!close) {
        mistake(p, line, "ini.section_open", "text", excerpt(p, s));
        close = s.p + s.n;
    } else if (close + 1 != s.p + s.n) {
        struct str rest = str_trim((struct str){close + 1, (size_t)(s.p + s.n - close - 1)});
        mistake(p, line, "ini.section_after", "text", excerpt(p, rest));
    }
    struct str name = str_trim((struct str){s.p + 1, (size_t)(close - s.p - 1)});
    if (name.n == 0) {
        mistake(p, line, "ini.section_empty", "text", excerpt(p, s));
        return;
    }
    const char *right = check_name(p, name, line);
    if (!right) {
        return;
    }
    for (size_t i = 0; i < p->n_sections; i++) {
        if (strcmp(p->sections[i].name, right) == 0) {
            p->errors++;
            finding_add(p->findings, SEVERITY_ERROR, at(p, line), "ini.duplicate_section", "section", right, "line",
                        arena_printf(p->arena, "%d", p->sections[i].line), NULL);
            p->section = (long)i;
            return;
        }
    }
    if (!has_room(p, line)) {
        return;
    }
    p->sections = arena_grow(p->arena, p->sections, p->n_sections, &p->sections_capacity, sizeof *p->sections);
    p->sections[p->n_sections] = (struct ini_section){.name = right, .line = line};
    p->section = (long)p->n_sections++;
}

/* Numbers, single words and lists of codes: values behind which a comment may stand, because nobody takes "; ..." there
 * for a part of the value. Quoted parts count as one word. */
static bool is_code_like(struct str s) {
    bool inside = false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '"') {
            inside = !inside;
        } else if (inside) {
            continue;
        } else if (is_blank(c)) {
            size_t next = i;
            while (next < s.n && is_blank(s.p[next])) {
                next++;
            }
            char before = s.p[i - 1], after = next < s.n ? s.p[next] : ',';
            if (before != ',' && before != '|' && before != ':' && after != ',' && after != '|') {
                return false;
            }
            i = next - 1;
        } else if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     strchr("_.-+/%:,|*", c))) {
            return false;
        }
    }
    return s.n > 0 && !inside;
}

/* The end of a value that is not in double quotes, where iniparser would cut it: at the first ; or #. */
static struct str cut_comment(struct pass *p, struct str s, int line, char *comment) {
    bool inside = false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"') {
            inside = !inside;
        }
        if (s.p[i] != ';' && s.p[i] != '#') {
            continue;
        }
        char sign[2] = {s.p[i], 0};
        struct str value = str_trim((struct str){s.p, i});
        if (inside && memchr(s.p + i, '"', s.n - i)) {
            mistake(p, line, "ini.text_lost_in_list", "sign", sign);
            return s;
        }
        if (i == 0 || !is_blank(s.p[i - 1]) || !is_code_like(value)) {
            mistake(p, line, "ini.text_lost", "sign", sign);
            return s;
        }
        *comment = s.p[i];
        return value;
    }
    return s;
}

static bool is_typographic_pair(struct str s) {
    static const char *const marks[] = {"“", "”", "„", "‟", "‘", "’", "«", "»", "＂"};
    bool begins = false, ends = false;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        begins = begins || begins_with(s, marks[i]);
        ends = ends || ends_with(s, marks[i]);
    }
    return begins && ends;
}

/* No-break spaces, zero-width characters and stray byte order marks look like nothing but hide the quote behind them.
 */
static bool begins_invisibly(struct str s) {
    static const char *const signs[] = {"\u00A0", "\u200B", "\u200C", "\u200D", "\u2060", "\uFEFF", "\u202F", "\u3000"};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        if (begins_with(s, signs[i])) {
            return true;
        }
    }
    return false;
}

static struct str read_quoted(struct pass *p, struct str s, int line) {
    struct str inner = {s.p + 1, s.n - 1};
    const char *close = memchr(inner.p, '"', inner.n);
    if (!close) {
        mistake(p, line, "ini.quote_open", "text", excerpt(p, inner));
        return inner;
    }
    struct str rest = str_trim((struct str){close + 1, (size_t)(inner.p + inner.n - close - 1)});
    if (rest.n > 0 && rest.p[0] != ';' && rest.p[0] != '#') {
        mistake(p, line, "ini.quote_after", "text", excerpt(p, rest));
    }
    inner.n = (size_t)(close - inner.p);
    return inner;
}

static struct str read_unquoted(struct pass *p, struct str s, int line, char *comment) {
    size_t quotes = 0;
    if (begins_invisibly(s)) {
        mistake(p, line, "ini.invisible", "text", excerpt(p, s));
        return s;
    }
    if (is_typographic_pair(s)) {
        mistake(p, line, "ini.quote_typographic", "text", excerpt(p, s));
        return s;
    }
    s = cut_comment(p, s, line, comment);
    for (size_t i = 0; i < s.n; i++) {
        quotes += s.p[i] == '"';
    }
    if (quotes % 2) {
        mistake(p, line, "ini.quote_lone", "text", excerpt(p, s));
    }
    return s;
}

static void add_key(struct pass *p, struct ini_key key) {
    if (p->section == NO_SECTION) { /* said once: all keys up to the first section have the same mistake */
        if (!p->headless)
            mistake(p, key.line, "ini.no_section", "key", key.name);
        p->headless = true;
        p->errors++;
        return;
    }
    if (p->section < 0) {
        return;
    }
    uint32_t *slot = find_slot(p, (size_t)p->section, key.name);
    if (*slot) {
        p->errors++;
        finding_add(p->findings, SEVERITY_ERROR, at(p, key.line), "ini.duplicate_key", "key", key.name, "section",
                    p->sections[p->section].name, "line", arena_printf(p->arena, "%d", p->entries[*slot - 1].key.line),
                    NULL);
        return;
    }
    if (!has_room(p, key.line)) {
        return;
    }
    p->entries = arena_grow(p->arena, p->entries, p->n_entries, &p->entries_capacity, sizeof *p->entries);
    p->entries[p->n_entries++] = (struct entry){(size_t)p->section, key};
    *slot = (uint32_t)p->n_entries;
    p->sections[p->section].n_keys++;
}

/* `before`: characters of the line in front of `s`; -1 when lines were joined and columns mean nothing. */
static void read_key(struct pass *p, struct str s, int line, int before) {
    const char *equals = memchr(s.p, '=', s.n);
    if (!equals) {
        mistake(p, line, "ini.no_equals", "text", excerpt(p, s));
        return;
    }
    struct str name = str_trim((struct str){s.p, (size_t)(equals - s.p)});
    struct str value = str_trim((struct str){equals + 1, (size_t)(s.p + s.n - equals - 1)});
    if (name.n == 0) {
        mistake(p, line, "ini.no_key", "text", excerpt(p, s));
        return;
    }
    const char *right = check_name(p, name, line);
    struct ini_key key = {.name = right, .line = line};
    if (before >= 0) {
        key.column = before + (int)utf8_length((struct str){s.p, (size_t)(value.p - s.p)}) + 1;
        key.column += value.n > 0 && value.p[0] == '"';
    }
    if (value.n > 0 && value.p[0] == '"') {
        key.quoted = true;
        value = read_quoted(p, value, line);
    } else if (value.n > 0 && value.p[0] == '\'') {
        mistake(p, line, "ini.quote_single", "text", excerpt(p, value));
    } else {
        value = read_unquoted(p, value, line, &key.comment);
    }
    key.value = copy(p, value);
    if (right) {
        add_key(p, key);
    }
}

/* Sorts the keys into their sections, in file order. */
static struct ini *assemble(struct pass *p) {
    struct ini *ini = arena_alloc(p->arena, sizeof *ini);
    for (size_t i = 0; i < p->n_sections; i++) {
        p->sections[i].keys = arena_array(p->arena, p->sections[i].n_keys, sizeof(struct ini_key));
        p->sections[i].n_keys = 0;
    }
    for (size_t i = 0; i < p->n_entries; i++) {
        struct ini_section *section = &p->sections[p->entries[i].section];
        section->keys[section->n_keys++] = p->entries[i].key;
    }
    ini->file = arena_string(p->arena, p->file);
    ini->n_sections = p->n_sections;
    ini->sections = p->sections;
    return ini;
}

/* UTF-16 and UTF-32 files and files that are too large cannot be read at all. */
static bool is_readable(struct pass *p, struct str text) {
    if (text.n > INI_FILE_MAX) {
        mistake(p, 0, "ini.too_large", "bytes", arena_printf(p->arena, "%zu", text.n));
        return false;
    }
    if (begins_with(text, "\xFF\xFE") || begins_with(text, "\xFE\xFF")) {
        mistake(p, 1, "ini.utf16", "file", p->file);
        return false;
    }
    return true;
}

struct ini *ini_first_pass(struct arena *arena, const char *file, struct str text, struct findings *findings,
                           size_t *errors) {
    struct pass p = {.arena = arena, .file = file, .findings = findings, .section = NO_SECTION};
    struct ini *ini = NULL;
    if (is_readable(&p, text)) {
        text = ini_without_bom(text);
        split_lines(&p, text.n > 0 ? text : str_of(""));
        p.n_slots = 64;
        while (p.n_slots < 2 * p.n_lines && p.n_slots < 4 * (size_t)INI_KEYS_MAX) {
            p.n_slots *= 2;
        }
        p.slots = arena_array(arena, p.n_slots, sizeof *p.slots);
        for (size_t i = 0; i < p.n_lines;) {
            int number = p.lines[i].number;
            bool continued = is_continued(p.lines[i].text);
            struct str whole = join_lines(&p, &i), line = str_trim(whole);
            if (line.n == 0 || is_comment(line)) {
                continue;
            }
            if (line.p[0] != '[') {
                read_key(&p, line, number, continued ? -1 : (int)(line.p - whole.p)); /* blanks: a byte each */
                continue;
            }
            if (continued) {
                mistake(&p, number, "ini.continued_section", "text", excerpt(&p, line));
            }
            read_section(&p, line, number);
        }
        ini = assemble(&p);
    }
    *errors = p.errors;
    return ini;
}
