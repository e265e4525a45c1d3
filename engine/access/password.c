#include "access/password.h"

#include <ctype.h>
#include <sodium.h>
#include <string.h>
#include <strings.h>

#include "base/embedded.h"
#include "base/str.h"

enum { DIFFERENT_LEAST = 5, NAME_LEAST = 4 };

/* The hash of random bytes that nobody has, for accounts that are not there. */
static const char nobody[] = "$argon2id$v=19$m=65536,t=2,p=1$uxbjQAgTWPuEDUB6alFC3g$o3p9gr"
                             "fk/jRj8qWcsSsfEOJVc/Ub5HFpLQClT5gqkgw";

static bool listed(struct str word) {
    struct str rest = embedded_find("config/common-passwords.txt"), line;
    while (str_split(&rest, '\n', &line))
        if (word.n && str_equal(str_trim(line), word))
            return true;
    return false;
}

/* "Password-2027!" is no better than "password": compared are the letters and figures in lower case, also without the
 * figures at the end. */
static bool is_common(struct str password) {
    char word[PASSWORD_MOST]; /* longer ones are refused before this is asked */
    size_t n = 0, different = 0;
    bool seen[256] = {false};
    for (size_t i = 0; i < password.n; i++) {
        const unsigned char c = (unsigned char)password.p[i];
        different += !seen[c];
        seen[c] = true;
        if (isalnum(c) || c >= 0x80)
            word[n++] = (char)tolower(c);
    }
    if (different < DIFFERENT_LEAST || listed((struct str){word, n}))
        return true;
    while (n && isdigit((unsigned char)word[n - 1]))
        n--;
    return listed((struct str){word, n});
}

static bool holds_name(const char *password, const char *email) {
    const size_t n = strcspn(email, "@");
    if (n < NAME_LEAST)
        return false;
    for (; *password; password++)
        if (strncasecmp(password, email, n) == 0)
            return true;
    return false;
}

enum result password_allowed(const char *password, const char *email, struct findings *findings) {
    size_t n = strlen(password);
    const char *code = n < PASSWORD_LEAST            ? "password_short"
                       : n > PASSWORD_MOST           ? "password_long"
                       : is_common(str_of(password)) ? "password_common"
                       : holds_name(password, email) ? "password_email"
                                                     : NULL;
    if (code)
        finding_add(findings, SEVERITY_ERROR, (struct place){NULL, 0, 0}, code, NULL);
    return code ? RESULT_INPUT : RESULT_OK;
}

enum result password_hash(const char *password, char out[PASSWORD_HASH_MAX]) {
    _Static_assert(PASSWORD_HASH_MAX == crypto_pwhash_STRBYTES, "libsodium");
    return crypto_pwhash_str(out, password, strlen(password), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                             crypto_pwhash_MEMLIMIT_INTERACTIVE) == 0
               ? RESULT_OK
               : RESULT_MACHINE;
}

bool password_is(const char *hash, const char *password) {
    bool somebody = hash && hash[0];
    size_t n = strlen(password);
    bool right = n <= PASSWORD_MOST && crypto_pwhash_str_verify(somebody ? hash : nobody, password, n) == 0;
    return somebody && right;
}

bool password_outdated(const char *hash) {
    return crypto_pwhash_str_needs_rehash(hash, crypto_pwhash_OPSLIMIT_INTERACTIVE,
                                          crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0;
}
