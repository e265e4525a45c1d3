/* The types of XLSForm, in the many ways in which they are written. */
#include <ctype.h>
#include <string.h>

#include "exchange/xlsform.h"

/* In small letters, blanks and underscores alike single blanks. */
static const char *normal(struct arena *arena, const char *cell) {
    char *out = arena_string(arena, cell), *to = out;
    for (const char *p = cell; *p; p++) {
        const char c = *p == '_' || *p == '\t' || *p == '\n' ? ' ' : (char)tolower((unsigned char)*p);
        if (c != ' ' || (to > out && to[-1] != ' '))
            *to++ = c;
    }
    while (to > out && to[-1] == ' ')
        to--;
    *to = '\0';
    return out;
}

/* The cell behind its first `n` words, as it stands in the file. */
static struct str behind(const char *cell, size_t n) {
    while (n-- > 0) {
        cell += strspn(cell, " \t_");
        cell += strcspn(cell, " \t_");
    }
    return str_trim(str_of(cell + strspn(cell, " \t_")));
}

static bool take_select(struct arena *arena, const char *cell, const char *words, struct form_type *type) {
    static const struct {
        const char *text;
        size_t n;
        enum form_kind kind;
    } heads[] = {
        {"add select one prompt using ", 5, FORM_SELECT_ONE},
        {"add select multiple prompt using ", 5, FORM_SELECT_MULTIPLE},
        {"select all that apply from ", 5, FORM_SELECT_MULTIPLE},
        {"select all that apply ", 4, FORM_SELECT_MULTIPLE},
        {"select multiple from ", 3, FORM_SELECT_MULTIPLE},
        {"select one from ", 3, FORM_SELECT_ONE},
        {"select multiple ", 2, FORM_SELECT_MULTIPLE},
        {"select one ", 2, FORM_SELECT_ONE},
        {"select1 ", 1, FORM_SELECT_ONE},
        {"mc ", 1, FORM_SELECT_ONE},
    };
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        if (strncmp(words, heads[i].text, strlen(heads[i].text)) != 0)
            continue;
        struct str list = behind(cell, heads[i].n);
        if (strstr(words, " from file ") || (list.n > 9 && memcmp(list.p, "external ", 9) == 0))
            return false;
        static const char *const others[] = {" or_other", " or other", " or specify other"};
        for (size_t k = 0; k < 3; k++) {
            const size_t n = strlen(others[k]);
            if (list.n > n && memcmp(list.p + list.n - n, others[k], n) == 0) {
                type->or_other = true;
                list = str_trim((struct str){list.p, list.n - n});
            }
        }
        type->kind = heads[i].kind;
        type->list = arena_copy(arena, list.p, list.n);
        return true;
    }
    return false;
}

struct form_type form_type_of(struct arena *arena, const char *cell) {
    static const struct {
        const char *text;
        enum form_kind kind;
    } plain[] = {
        {"text", FORM_TEXT},
        {"string", FORM_TEXT},
        {"integer", FORM_NUMBER},
        {"int", FORM_NUMBER},
        {"decimal", FORM_NUMBER},
        {"number", FORM_NUMBER},
        {"range", FORM_RANGE},
        {"date", FORM_DATE},
        {"note", FORM_NOTE},
        {"acknowledge", FORM_ACKNOWLEDGE},
        {"trigger", FORM_ACKNOWLEDGE},
        {"calculate", FORM_CALCULATE},
        {"hidden", FORM_METADATA},
        {"begin group", FORM_BEGIN_GROUP},
        {"end group", FORM_END_GROUP},
        {"begin repeat", FORM_BEGIN_REPEAT},
        {"end repeat", FORM_END_REPEAT},
        {"start", FORM_METADATA},
        {"end", FORM_METADATA},
        {"today", FORM_METADATA},
        {"deviceid", FORM_METADATA},
        {"device id", FORM_METADATA},
        {"username", FORM_METADATA},
        {"subscriberid", FORM_METADATA},
        {"simserial", FORM_METADATA},
        {"phonenumber", FORM_METADATA},
        {"phone number", FORM_METADATA},
        {"email", FORM_METADATA},
        {"audit", FORM_METADATA},
        {"start geopoint", FORM_METADATA},
        {"start-geopoint", FORM_METADATA},
        {"background-audio", FORM_METADATA},
        {"xml-external", FORM_METADATA},
        {"csv-external", FORM_METADATA},
        {"entity", FORM_METADATA},
    };
    struct form_type type = {.kind = FORM_UNSUPPORTED};
    const char *words = normal(arena, cell);
    if (words[0] == '\0' || words[0] == '#' || words[0] == ';' || words[strspn(words, "-=*~. ")] == '\0') {
        type.kind = FORM_COMMENT;
        return type;
    }
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        if (strcmp(words, plain[i].text) == 0) {
            type.kind = plain[i].kind;
            type.whole = strncmp(words, "int", 3) == 0;
            return type;
        }
    }
    (void)take_select(arena, cell, words, &type);
    return type;
}
