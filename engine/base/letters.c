#include "base/letters.h"

#include <string.h>

#include "base/str.h"

/* One figure for each letter: its plain form; a capital stands for two letters (`pairs`), a dash for none. */
static const char latin[] = "aaaaaaAceeeeiiiidnooooo-ouuuuyTSaaaaaaAceeeeiiiidnooooo-ouuuuyTy"       /* from U+00C0 */
                            "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiIIjjkkklllllll"       /* from U+0100 */
                            "lllnnnnnnnnnooooooOOrrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs"       /* from U+0140 */
                            "bb-----cc-ddd----ff-----kkl-----oo-------------uu--yyzz---------"       /* from U+0180 */
                            "----ZZZLLLNNNaaiioouuuuuuuuuu-aaaaAAggggkkoooo--jZZZgg--nnaaAAoo"       /* from U+01C0 */
                            "aaaaeeeeiiiioooorrrruuuusstt--hh----zzaaeeooooooooyy---------l--";      /* from U+0200 */
static const char latin_more[] = "aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmm"  /* from U+1E00 */
                                 "mmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvv"  /* from U+1E40 */
                                 "wwwwwwwwwwxxxxyyzzzzzzhtwyas--S-aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee"  /* from U+1E80 */
                                 "eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy------"; /* from U+1EC0 */

static const char *expand(char c) {
    static const char alphabet[26][2] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m",
                                         "n", "o", "p", "q", "r", "s", "t", "u", "v", "w", "x", "y", "z"};
    static const struct {
        char sign;
        const char *letters;
    } pairs[] = {{'A', "ae"}, {'I', "ij"}, {'L', "lj"}, {'N', "nj"},
                 {'O', "oe"}, {'S', "ss"}, {'T', "th"}, {'Z', "dz"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (pairs[i].sign == c)
            return pairs[i].letters;
    return c >= 'a' && c <= 'z' ? alphabet[c - 'a'] : NULL;
}

const char *letters_plain(uint32_t c) {
    static const char *const ligatures[] = {"ff", "fi", "fl", "ffi", "ffl", "st", "st"};
    if (c >= 'A' && c <= 'Z')
        return expand((char)(c - 'A' + 'a'));
    if (c >= 'a' && c <= 'z')
        return expand((char)c);
    if (c >= 0xC0 && c < 0xC0 + sizeof latin - 1)
        return expand(latin[c - 0xC0]);
    if (c >= 0x1E00 && c < 0x1E00 + sizeof latin_more - 1)
        return expand(latin_more[c - 0x1E00]);
    if (c >= 0xFB00 && c < 0xFB00 + sizeof ligatures / sizeof *ligatures) /* as they are copied out of printed texts */
        return ligatures[c - 0xFB00];
    return NULL;
}

bool letters_is_mark(uint32_t c) {
    return c >= 0x300 && c <= 0x36F;
}

bool letters_is_gap(uint32_t c) {
    const bool figure_or_letter = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    return (c < 0x80 && !figure_or_letter) || (c >= 0x80 && c < 0xC0) || c == 0xD7 || c == 0xF7 ||
           (c >= 0x2000 && c <= 0x206F) || (c >= 0x3000 && c <= 0x3003) || c == 0xFEFF;
}

/* A text taken apart for comparing: the next thing in it is a gap, a number or a letter. */
struct reader {
    struct str rest;
    const char *more; /* the letters still to come of one that stands for two */
};

enum { ORDER_END, ORDER_GAP, ORDER_NUMBER, ORDER_LETTER }; /* an end comes before all else: "Nord" before "Nord-Est" */

struct thing {
    int order;
    uint32_t letter;
    struct str digits; /* without zeros in front */
};

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static struct thing take_number(struct reader *r) {
    const char *const end = r->rest.p + r->rest.n, *first = r->rest.p, *p = first;
    while (p < end && is_digit(*p))
        p++;
    while (first < p && *first == '0')
        first++;
    r->rest = (struct str){p, (size_t)(end - p)};
    return (struct thing){.order = ORDER_NUMBER, .digits = {first, (size_t)(p - first)}};
}

static struct thing next_thing(struct reader *r) {
    if (*r->more)
        return (struct thing){.order = ORDER_LETTER, .letter = (uint32_t)*r->more++};
    bool gap = false;
    for (struct str at = r->rest; at.n; r->rest = at) {
        const uint32_t c = utf8_next(&at);
        if (letters_is_mark(c))
            continue;
        if (letters_is_gap(c)) {
            gap = true;
            continue;
        }
        if (gap)
            return (struct thing){.order = ORDER_GAP}; /* r->rest still begins with c */
        if (c < 0x80 && is_digit((char)c))
            return take_number(r);
        r->rest = at;
        const char *plain = letters_plain(c);
        r->more = plain ? plain + 1 : "";
        return (struct thing){.order = ORDER_LETTER, .letter = plain ? (uint32_t)*plain : c};
    }
    return (struct thing){.order = ORDER_END};
}

/* Without what nobody sorts by in front: « Été » reads as Été. */
static struct reader begin(const char *s) {
    struct reader r = {.rest = str_of(s), .more = ""};
    for (struct str at = r.rest; at.n; r.rest = at) {
        const uint32_t c = utf8_next(&at);
        if (!letters_is_gap(c) && !letters_is_mark(c))
            break;
    }
    return r;
}

static int compare_things(const struct thing *a, const struct thing *b) {
    if (a->order != b->order)
        return a->order - b->order;
    if (a->order == ORDER_NUMBER && a->digits.n != b->digits.n)
        return a->digits.n < b->digits.n ? -1 : 1;
    if (a->order == ORDER_NUMBER)
        return a->digits.n ? memcmp(a->digits.p, b->digits.p, a->digits.n) : 0;
    return (a->letter > b->letter) - (a->letter < b->letter);
}

int letters_compare(const char *a, const char *b) {
    struct reader left = begin(a), right = begin(b);
    for (;;) {
        const struct thing x = next_thing(&left), y = next_thing(&right);
        const int order = compare_things(&x, &y);
        if (order != 0)
            return order;
        if (x.order == ORDER_END)
            return strcmp(a, b);
    }
}
