#include "base/terms.h"

#include <string.h>

const char *const term_forms[] = {"one",     "many",        "gender",      "elision", "a",         "the", "of",
                                  "of_a",    "of_the",      "to_the",      "this",    "no",        "its", "the_many",
                                  "of_many", "of_the_many", "to_the_many", "two",     "accusative"};
const size_t n_term_forms = sizeof term_forms / sizeof *term_forms;

struct term {
    struct arena *arena;
    const char *language, *name;
    term_find *find;
    const void *context;
};

/* The word that is written down for this form, or NULL. */
static const char *given(const struct term *t, const char *form) {
    return t->find(t->context, t->language, arena_printf(t->arena, "term.%s.%s", t->name, form));
}

static bool says(const struct term *t, const char *form, const char *value) {
    const char *word = given(t, form);
    return word && strcmp(word, value) == 0;
}

static bool is_language(const char *language, const char *primary) {
    const size_t n = strlen(primary);
    return strncmp(language, primary, n) == 0 && (language[n] == '\0' || language[n] == '-');
}

static bool begins_with_vowel(const char *word, const char *vowels) {
    for (struct str rest = str_of(vowels), vowel; rest.n > 0 && str_split(&rest, ' ', &vowel);)
        if (strncmp(word, vowel.p, vowel.n) == 0)
            return true;
    return false;
}

/* Before a vowel or a silent h; "elision = no" for an aspirated one. */
static bool is_elided(const struct term *t, const char *word) {
    static const char vowels[] = "a e i o u y h à â é è ê ë î ï ô œ û A E I O U Y H À Â É È Ê Î Ô Œ";
    if (given(t, "elision"))
        return says(t, "elision", "yes");
    return begins_with_vowel(word, vowels);
}

struct french_form {
    const char *form;
    const char *masculine, *feminine, *elided; /* what stands before the word */
    bool many;
};

static const char *in_french(const struct term *t, const char *form, const char *one, const char *many) {
    static const struct french_form forms[] = {
        {"a", "un ", "une ", NULL, false},           {"the", "le ", "la ", "l’", false},
        {"of", "de ", "de ", "d’", false},           {"of_a", "d’un ", "d’une ", NULL, false},
        {"of_the", "du ", "de la ", "de l’", false}, {"to_the", "au ", "à la ", "à l’", false},
        {"this", "ce ", "cette ", NULL, false},      {"no", "aucun ", "aucune ", NULL, false},
        {"its", "son ", "sa ", "son ", false},       {"the_many", "les ", "les ", NULL, true},
        {"of_many", "de ", "de ", "d’", true},       {"of_the_many", "des ", "des ", NULL, true},
        {"to_the_many", "aux ", "aux ", NULL, true},
    };
    const bool feminine = says(t, "gender", "f");
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        const struct french_form *f = &forms[i];
        if (strcmp(f->form, form) != 0)
            continue;
        const char *word = f->many ? many : one, *before = feminine ? f->feminine : f->masculine;
        const bool elided = is_elided(t, word);
        if (elided && f->elided)
            before = f->elided;
        if (elided && !feminine && strcmp(form, "this") == 0)
            before = "cet ";
        return arena_printf(t->arena, "%s%s", before, word);
    }
    return NULL;
}

static const char *in_english(const struct term *t, const char *form, const char *one, const char *many) {
    static const char *const before[][2] = {{"the", "the "},       {"of", "of "},     {"of_the", "of the "},
                                            {"to_the", "to the "}, {"this", "this "}, {"no", "no "},
                                            {"its", "its "}};
    static const char *const before_many[][2] = {
        {"the_many", "the "}, {"of_many", "of "}, {"of_the_many", "of the "}, {"to_the_many", "to the "}};
    const char *article = begins_with_vowel(one, "a e i o A E I O") ? "an " : "a ";
    if (strcmp(form, "a") == 0 || strcmp(form, "of_a") == 0)
        return arena_printf(t->arena, "%s%s%s", form[0] == 'o' ? "of " : "", article, one);
    for (size_t i = 0; i < sizeof before / sizeof *before; i++)
        if (strcmp(before[i][0], form) == 0)
            return arena_printf(t->arena, "%s%s", before[i][1], one);
    for (size_t i = 0; i < sizeof before_many / sizeof *before_many; i++)
        if (strcmp(before_many[i][0], form) == 0)
            return arena_printf(t->arena, "%s%s", before_many[i][1], many);
    return NULL;
}

static bool ends_with(const char *word, size_t n, const char *end) {
    const size_t m = strlen(end);
    return n >= m && memcmp(word + n - m, end, m) == 0;
}

/* Each word of the phrase with `before` in front and the ending that `end` gives it. A phrase that is definite by its
 * last word (“the broker of the knowledge”) stays as it is when the article is to come. */
static const char *arabic_words(struct arena *arena, const char *phrase, const char *before,
                                void (*end)(struct buf *, const char *, size_t)) {
    if (*before && strstr(phrase, " ال"))
        return phrase;
    struct buf out = BUF_INIT;
    for (struct str rest = str_of(phrase), word; rest.n > 0 && str_split(&rest, ' ', &word);) {
        buf_text(&out, out.n ? " " : "");
        buf_text(&out, before);
        end(&out, word.p, word.n);
    }
    const char *copy = arena_copy(arena, out.p, out.n);
    buf_free(&out);
    return copy;
}

static void end_plain(struct buf *out, const char *word, size_t n) {
    buf_bytes(out, word, n);
}

/* What is counted from 11 to 99, and what stands after “as”: ـاً, or two strokes on ة and on اء. */
static void end_accusative(struct buf *out, const char *word, size_t n) {
    buf_bytes(out, word, n);
    if (!ends_with(word, n, "ى"))
        buf_text(out, ends_with(word, n, "ة") || ends_with(word, n, "اء") || ends_with(word, n, "أ") ? "ً" : "اً");
}

static void end_two(struct buf *out, const char *word, size_t n) {
    const bool t = ends_with(word, n, "ة"), y = ends_with(word, n, "ى");
    buf_bytes(out, word, t || y ? n - 2 : n);
    buf_text(out, t ? "تان" : y ? "يان" : "ان");
}

/* ل and the article are one: للمؤسسة, and of three ل two remain: للجنة. */
static const char *arabic_to(struct arena *arena, const char *phrase) {
    const char *definite = arabic_words(arena, phrase, "ال", end_plain);
    if (definite == phrase)
        return arena_printf(arena, "ل%s", phrase);
    return arena_printf(arena, "ل%s", definite + strlen(strncmp(phrase, "ل", 2) == 0 ? "ال" : "ا"));
}

static const char *in_arabic(const struct term *t, const char *form, const char *one, const char *many) {
    const char *word = strstr(form, "many") ? many : one;
    if (strcmp(form, "to_the") == 0 || strcmp(form, "to_the_many") == 0)
        return arabic_to(t->arena, word);
    if (strcmp(form, "two") == 0)
        return arabic_words(t->arena, one, "", end_two);
    if (strcmp(form, "accusative") == 0)
        return arabic_words(t->arena, one, "", end_accusative);
    if (strcmp(form, "no") == 0)
        return arena_printf(t->arena, "لا %s", one);
    if (!strstr(form, "the") && strcmp(form, "this") != 0)
        return NULL; /* “a” and “of” have no word of their own */
    word = arabic_words(t->arena, word, "ال", end_plain);
    return strcmp(form, "this") != 0 ? word
                                     : arena_printf(t->arena, "%s %s", says(t, "gender", "f") ? "هذه" : "هذا", word);
}

/* The term in this form; NULL when nobody knows the term. */
static const char *form_of(const struct term *t, const char *form) {
    const char *word = given(t, form), *one = given(t, "one"), *many = given(t, "many");
    if (word || !one)
        return word;
    many = many ? many : one;
    word = is_language(t->language, "fr")   ? in_french(t, form, one, many)
           : is_language(t->language, "en") ? in_english(t, form, one, many)
           : is_language(t->language, "ar") ? in_arabic(t, form, one, many)
                                            : NULL;
    return word ? word : strstr(form, "many") || strcmp(form, "two") == 0 ? many : one;
}

/* The first letter large: Latin letters with and without accents. */
static const char *with_capital(struct arena *arena, const char *word) {
    char *copy = arena_string(arena, word);
    unsigned char *p = (unsigned char *)copy;
    if (p[0] >= 'a' && p[0] <= 'z')
        p[0] = (unsigned char)(p[0] - 'a' + 'A');
    else if (p[0] == 0xC3 && p[1] >= 0xA0 && p[1] != 0xB7) /* U+00E0 and up: 0x20 above their capitals */
        p[1] = (unsigned char)(p[1] - 0x20);
    else if (p[0] == 0xC5 && p[1] == 0x93) /* œ */
        p[1] = 0x92;
    return copy;
}

/* What stands between "{term." and "}": NAME, NAME.FORM or NAME:masculine|feminine. */
static const char *resolve_one(struct term *t, struct str inside) {
    const char *colon = memchr(inside.p, ':', inside.n), *dot = memchr(inside.p, '.', inside.n);
    if (colon) {
        struct str words = {colon + 1, (size_t)(inside.p + inside.n - colon - 1)}, masculine;
        t->name = arena_copy(t->arena, inside.p, (size_t)(colon - inside.p));
        if (!given(t, "one") || !str_split(&words, '|', &masculine) || !words.p)
            return NULL;
        struct str chosen = says(t, "gender", "f") ? words : masculine;
        return arena_copy(t->arena, chosen.p, chosen.n);
    }
    t->name = arena_copy(t->arena, inside.p, dot ? (size_t)(dot - inside.p) : inside.n);
    return form_of(t, dot ? arena_copy(t->arena, dot + 1, (size_t)(inside.p + inside.n - dot - 1)) : "one");
}

const char *terms_resolve(struct arena *arena, const char *text, const char *language, term_find *find,
                          const void *context) {
    static const char small[] = "{term.", large[] = "{Term.";
    struct term t = {.arena = arena, .language = language, .find = find, .context = context};
    const size_t n = sizeof small - 1;
    if (!strstr(text, small) && !strstr(text, large))
        return text;
    struct buf out = BUF_INIT;
    for (const char *p = text; *p;) {
        const bool capital = strncmp(p, large, n) == 0;
        const char *close = capital || strncmp(p, small, n) == 0 ? strchr(p, '}') : NULL;
        const char *word = close ? resolve_one(&t, (struct str){p + n, (size_t)(close - p - (long)n)}) : NULL;
        if (word) {
            buf_text(&out, capital ? with_capital(arena, word) : word);
            p = close + 1;
        } else {
            buf_char(&out, *p++);
        }
    }
    const char *copy = arena_copy(arena, out.p, out.n);
    buf_free(&out);
    return copy;
}
