#include "base/address.h"

#include <string.h>

#include "base/str.h"

static const char letters_and_digits[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

static bool is_made_of(struct str s, const char *more) {
    for (size_t i = 0; i < s.n; i++)
        if (!s.p[i] || (!strchr(letters_and_digits, s.p[i]) && !strchr(more, s.p[i])))
            return false;
    return s.n > 0;
}

/* What stands before the @: words with a point between each two. */
static bool is_local_part(struct str s) {
    if (s.n > ADDRESS_LOCAL_MAX)
        return false;
    for (struct str word; str_split(&s, '.', &word);)
        if (!is_made_of(word, "!#$%&'*+-/=?^_`{|}~"))
            return false;
    return true;
}

static bool is_domain(struct str s) {
    size_t labels = 0;
    bool last_has_letter = false;
    for (struct str label; str_split(&s, '.', &label); labels++) {
        if (!is_made_of(label, "-") || label.n > ADDRESS_LABEL_MAX || label.p[0] == '-' || label.p[label.n - 1] == '-')
            return false;
        last_has_letter = false;
        for (size_t i = 0; i < label.n; i++)
            last_has_letter = last_has_letter || label.p[i] > '9';
    }
    return labels >= 2 && last_has_letter; /* 127.0.0.1 is no domain */
}

bool address_good(const char *address) {
    const struct str all = str_of(address);
    const char *at = strchr(all.p, '@');
    if (!at || all.n > ADDRESS_MAX)
        return false;
    return is_local_part((struct str){all.p, (size_t)(at - all.p)}) && is_domain(str_of(at + 1));
}
