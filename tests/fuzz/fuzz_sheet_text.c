/* rooms: reports
 * length: 4000
 *
 * Text for a workbook, from anywhere: the first byte says how long it may be. What comes out is UTF-8 of at most so
 * many UTF-16 units, without control characters and without an escape that Excel would decode; and a sheet's name is
 * one that libxlsxwriter takes. */
#include "fuzz.h"

#include "reports/book.h"

static size_t units_of(const char *text) {
    size_t units = 0;
    for (struct str rest = str_of(text); rest.n > 0;)
        units += utf8_next(&rest) >= 0x10000 ? 2 : 1;
    return units;
}

static bool has_escape(const char *text) {
    for (const char *at = strstr(text, "_x"); at;) {
        const bool underscore = strncmp(at, "_x005F_", 7) == 0; /* read as "_", and what follows begins anew */
        if (!underscore && strlen(at) >= 7 && at[6] == '_' && strspn(at + 2, "0123456789abcdefABCDEF") == 4)
            return true;
        at = strstr(at + (underscore ? 7 : 1), "_x");
    }
    return false;
}

static void check_text(const char *text, size_t max) {
    PROMISE(utf8_valid(str_of(text)) && !utf8_has_control(str_of(text)));
    PROMISE(!strstr(text, "\xEF\xBF\xBE") && !strstr(text, "\xEF\xBF\xBF"));
    PROMISE(units_of(text) <= max);
    PROMISE(!has_escape(text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static lxw_workbook *file;
    if (!file)
        file = workbook_new("/dev/null");
    if (size == 0)
        return 0;
    struct book book = {.arena = arena_new()};
    const char *text = arena_copy(book.arena, data + 1, size - 1);
    const size_t max = 8 + data[0];
    check_text(safe_text(&book, text, max), max);
    check_text(safe_text(&book, text, 32767), 32767);
    const char *name = legal_sheet_name(&book, text);
    check_text(name, 31);
    PROMISE(workbook_validate_sheet_name(file, name) == LXW_NO_ERROR);
    arena_free(book.arena);
    return 0;
}
