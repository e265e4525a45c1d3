#include "exchange/draft.h"

#include <string.h>
#include <strings.h>

struct draft *draft_new(struct arena *arena, const struct exchange_source *source, struct findings *list) {
    struct draft *d = arena_alloc(arena, sizeof *d);
    d->arena = arena;
    d->list = list;
    d->texts = source->texts;
    d->file = source->file;
    d->language = source->language ? draft_language_tag(arena, source->language) : NULL;
    d->reader = source->reader ? source->reader : "en";
    return d;
}

static bool is_tag(struct str s) {
    struct str rest = s, part;
    size_t n = 0;
    while (rest.p && str_split(&rest, '-', &part)) {
        if (part.n < 2 || part.n > (n == 0 ? 3 : 8))
            return false;
        for (size_t i = 0; i < part.n; i++) {
            const char c = part.p[i];
            const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            if (!letter && (n == 0 || c < '0' || c > '9'))
                return false;
        }
        n++;
    }
    return n > 0;
}

/* The language in small letters, the rest as written: "pt-BR". */
static const char *tidy_tag(struct arena *arena, struct str s) {
    char *tag = arena_copy(arena, s.p, s.n);
    for (char *p = tag; *p; p++) {
        if (*p == '_')
            *p = '-';
        if (*p == '-')
            break;
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p - 'A' + 'a');
    }
    return is_tag(str_of(tag)) ? tag : NULL;
}

const char *draft_language_tag(struct arena *arena, const char *written) {
    static const char *const names[][2] = {
        {"english", "en"},       {"french", "fr"},     {"francais", "fr"},       {"spanish", "es"},
        {"espanol", "es"},       {"german", "de"},     {"deutsch", "de"},        {"italian", "it"},
        {"italiano", "it"},      {"portuguese", "pt"}, {"portugues", "pt"},      {"dutch", "nl"},
        {"nederlands", "nl"},    {"arabic", "ar"},     {"العربية", "ar"},        {"swahili", "sw"},
        {"kiswahili", "sw"},     {"hindi", "hi"},      {"chinese", "zh"},        {"中文", "zh"},
        {"russian", "ru"},       {"русский", "ru"},    {"polish", "pl"},         {"polski", "pl"},
        {"turkish", "tr"},       {"turkce", "tr"},     {"ukrainian", "uk"},      {"greek", "el"},
        {"hebrew", "he"},        {"persian", "fa"},    {"farsi", "fa"},          {"urdu", "ur"},
        {"bengali", "bn"},       {"nepali", "ne"},     {"swedish", "sv"},        {"svenska", "sv"},
        {"norwegian", "nb"},     {"norsk", "nb"},      {"danish", "da"},         {"dansk", "da"},
        {"finnish", "fi"},       {"suomi", "fi"},      {"japanese", "ja"},       {"vietnamese", "vi"},
        {"somali", "so"},        {"amharic", "am"},    {"indonesian", "id"},     {"tagalog", "tl"},
        {"romanian", "ro"},      {"hungarian", "hu"},  {"czech", "cs"},          {"haitian_creole", "ht"},
        {"kreyol", "ht"},        {"haitian", "ht"},    {"kreyol ayisyen", "ht"}, {"hausa", "ha"},
        {"yoruba", "yo"},        {"igbo", "ig"},       {"zulu", "zu"},           {"isizulu", "zu"},
        {"xhosa", "xh"},         {"afrikaans", "af"},  {"kinyarwanda", "rw"},    {"luganda", "lg"},
        {"oromo", "om"},         {"tigrinya", "ti"},   {"burmese", "my"},        {"khmer", "km"},
        {"lao", "lo"},           {"thai", "th"},       {"malay", "ms"},          {"bahasa indonesia", "id"},
        {"bahasa melayu", "ms"}, {"pashto", "ps"},     {"dari", "prs"},          {"tamil", "ta"},
        {"telugu", "te"},        {"marathi", "mr"},    {"gujarati", "gu"},       {"punjabi", "pa"},
        {"sinhala", "si"},       {"korean", "ko"},     {"filipino", "fil"},      {"wolof", "wo"},
        {"lingala", "ln"},       {"shona", "sn"},      {"chichewa", "ny"},       {"malagasy", "mg"},
        {"bulgarian", "bg"},     {"croatian", "hr"},   {"serbian", "sr"},        {"slovak", "sk"},
        {"slovenian", "sl"},     {"lithuanian", "lt"}, {"latvian", "lv"},        {"estonian", "et"},
        {"icelandic", "is"},     {"welsh", "cy"},      {"irish", "ga"},          {"basque", "eu"},
        {"catalan", "ca"},       {"galician", "gl"},   {"mongolian", "mn"},      {"kazakh", "kk"},
        {"georgian", "ka"},      {"armenian", "hy"},   {"albanian", "sq"},       {"macedonian", "mk"},
        {"bosnian", "bs"},       {"maltese", "mt"},    {"kurdish", "ku"},        {"sindhi", "sd"},
        {"inuktitut", "iu"},     {"cree", "cr"}};
    struct str s = str_trim(str_of(written));
    const char *open = memrchr(s.p, '(', s.n);
    if (open && s.p[s.n - 1] == ')') {
        const struct str inner = str_trim((struct str){open + 1, (size_t)(s.p + s.n - open - 2)});
        const char *tag = tidy_tag(arena, inner);
        if (tag)
            return tag;
        s = str_trim((struct str){s.p, (size_t)(open - s.p)});
    }
    const char *plain = draft_letters(arena, arena_copy(arena, s.p, s.n));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_is(s, names[i][0]) || strcmp(plain, names[i][0]) == 0)
            return names[i][1];
    return s.n <= 12 ? tidy_tag(arena, s) : NULL;
}

int draft_language(struct draft *d, const char *tag) {
    for (size_t i = 0; i < d->n_languages; i++)
        if (strcasecmp(d->languages[i], tag) == 0)
            return (int)i;
    if (d->n_languages == DRAFT_LANGUAGES_MAX)
        return -1;
    d->languages[d->n_languages] = arena_string(d->arena, tag);
    return (int)d->n_languages++;
}

struct draft_list *draft_list_new(struct draft *d, const char *code, struct place place) {
    struct draft_list *list = arena_alloc(d->arena, sizeof *list);
    list->code = arena_string(d->arena, code);
    list->place = place;
    d->lists = arena_grow(d->arena, d->lists, d->n_lists, &d->lists_capacity, sizeof *d->lists);
    d->lists[d->n_lists++] = list;
    return list;
}

struct draft_list *draft_list_find(struct draft *d, const char *code) {
    for (size_t i = 0; i < d->n_lists; i++)
        if (strcmp(d->lists[i]->code, code) == 0)
            return d->lists[i];
    return NULL;
}

struct draft_option *draft_option_new(struct draft *d, struct draft_list *list, const char *code, int row) {
    list->options = arena_grow(d->arena, list->options, list->n, &list->capacity, sizeof *list->options);
    struct draft_option *option = &list->options[list->n++];
    *option = (struct draft_option){.code = arena_string(d->arena, code), .row = row};
    return option;
}

struct draft_block *draft_block_new(struct draft *d, enum draft_kind kind, const char *source, struct place place) {
    if (d->n_blocks == DRAFT_BLOCKS_MAX) {
        if (!d->full)
            draft_lost(d, place, "exchange.too_many_questions", "limit",
                       arena_printf(d->arena, "%d", DRAFT_BLOCKS_MAX));
        d->full = true;
        return NULL;
    }
    d->blocks = arena_grow(d->arena, d->blocks, d->n_blocks, &d->blocks_capacity, sizeof *d->blocks);
    struct draft_block *block = &d->blocks[d->n_blocks++];
    *block = (struct draft_block){.kind = kind,
                                  .source = arena_string(d->arena, source),
                                  .place = place,
                                  .page = (int)d->n_pages - 1,
                                  .minimum = -INFINITY,
                                  .maximum = INFINITY};
    return block;
}

struct draft_item *draft_item_new(struct draft *d, struct draft_block *block, const char *source, struct place place) {
    block->items = arena_grow(d->arena, block->items, block->n_items, &block->items_capacity, sizeof *block->items);
    struct draft_item *item = &block->items[block->n_items++];
    *item = (struct draft_item){.source = arena_string(d->arena, source), .place = place};
    return item;
}

int draft_page_new(struct draft *d, const char *source, struct place place) {
    d->pages = arena_grow(d->arena, d->pages, d->n_pages, &d->pages_capacity, sizeof *d->pages);
    d->pages[d->n_pages] = (struct draft_page){.source = arena_string(d->arena, source), .place = place};
    return (int)d->n_pages++;
}

void draft_alias(struct draft *d, const char *name, const char *source, const char *option) {
    d->aliases = arena_grow(d->arena, d->aliases, d->n_aliases, &d->aliases_capacity, sizeof *d->aliases);
    d->aliases[d->n_aliases++] = (struct draft_alias){arena_string(d->arena, name), arena_string(d->arena, source),
                                                      arena_string(d->arena, option)};
}

void draft_source(struct draft *d, const char *name) {
    d->sources = arena_grow(d->arena, d->sources, d->n_sources, &d->sources_capacity, sizeof *d->sources);
    d->sources[d->n_sources++] = arena_string(d->arena, name);
}

void draft_leave_out_quietly(struct draft *d, const char *source) {
    d->gone = arena_grow(d->arena, d->gone, d->n_gone, &d->gone_capacity, sizeof *d->gone);
    d->gone[d->n_gone++] = arena_string(d->arena, source);
}

void draft_leave_out(struct draft *d, const char *source, struct place place, const char *code, const char *what) {
    draft_leave_out_quietly(d, source);
    draft_lost(d, place, code, "name", source, "what", what);
}

bool draft_text_is_empty(const struct draft_text *text) {
    for (size_t i = 0; i < DRAFT_LANGUAGES_MAX; i++)
        if (text->in[i])
            return false;
    return true;
}

struct draft_text draft_words(struct draft *d, const char *key) {
    struct draft_text text = {{0}};
    for (size_t i = 0; i < d->n_languages; i++)
        text.in[i] = d->texts ? texts_own(d->texts, d->languages[i], key) : NULL;
    if (!text.in[0])
        text.in[0] = d->texts ? texts_get(d->texts, "en", key) : key;
    return text;
}

const struct condition *draft_condition(struct draft *d, const char *text, const char *subject, struct place place) {
    const char *rest;
    const struct condition *c = condition_parse(d->arena, str_of(text), d->dialect, &rest);
    if (!c) {
        draft_lost(d, place, "exchange.condition", "name", subject, "rest", rest, "text", text);
        return NULL;
    }
    if (c->kind == CONDITION_NEVER) {
        draft_lost(d, place, "exchange.condition_never", "name", subject);
        return NULL;
    }
    return c->kind == CONDITION_ALWAYS ? NULL : c;
}

bool draft_says_yes(const char *cell) {
    static const char *const yes[] = {"yes", "y", "true", "true()", "1", "*", "x", "oui"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        if (strcasecmp(cell, yes[i]) == 0)
            return true;
    return false;
}

const char *draft_value(struct draft *d, enum section_kind section, const char *key, const char *value,
                        struct place place) {
    const struct key_rule *rule = key_rule_find(section, key);
    double x;
    long whole;
    bool good = rule && value[0] && strlen(value) < DRAFT_TEXT_MAX && !strpbrk(value, "\"\n;#");
    if (!value[0])
        return NULL;
    if (good && rule->kind == VALUE_WORD) {
        struct str rest = str_of(rule->words), word;
        good = false;
        while (rest.p && str_split(&rest, '|', &word))
            good = good || str_is(word, value);
    } else if (good && (rule->kind == VALUE_INTEGER || rule->kind == VALUE_NUMBER)) {
        good = str_to_double(str_of(value), &x) && x >= rule->low && x <= rule->high &&
               (rule->kind != VALUE_INTEGER || str_to_long(str_of(value), &whole));
    } else if (good && (rule->kind == VALUE_NAME || rule->kind == VALUE_NAMES)) {
        good = value[strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789_., ")] == '\0';
    }
    if (!good)
        draft_lost(d, place, "exchange.value", "key", key, "value", value);
    return good ? arena_string(d->arena, value) : NULL;
}

void draft_drop_alone(struct draft *d, struct draft_text *text, const char *subject, struct place place) {
    for (size_t k = 1; k < d->n_languages && !text->in[0]; k++) {
        if (text->in[k])
            draft_lost(d, place, "exchange.translation_alone", "name", subject, "language", d->languages[k]);
        text->in[k] = NULL;
    }
}

void draft_paragraph(struct draft *d, bool thanks, const struct draft_text *text, struct place place) {
    struct draft_text *list = thanks ? d->thanks : d->welcome;
    size_t *n = thanks ? &d->n_thanks : &d->n_welcome, pieces;
    struct draft_text whole = *text;
    draft_drop_alone(d, &whole, thanks ? "thanks" : "welcome", place);
    if (draft_text_is_empty(&whole))
        return;
    const struct draft_text *parts = draft_pieces(d, &whole, &pieces);
    for (size_t i = 0; i < pieces; i++) {
        if (*n == sizeof d->welcome / sizeof *d->welcome) {
            draft_lost(d, place, "exchange.paragraphs", "n", arena_printf(d->arena, "%zu", *n));
            return;
        }
        list[(*n)++] = parts[i];
    }
}
