/* rooms: web
 * length: 4000
 *
 * The body of a posted form. It is taken whole or not at all; a decoded text is UTF-8 without control characters; and
 * what was decoded, encoded again, decodes to the same. */
#include "fuzz.h"

#include "web/form.h"

static void encode(struct buf *out, struct str text) {
    for (size_t i = 0; i < text.n; i++)
        buf_printf(out, "%%%02X", (unsigned)(unsigned char)text.p[i]);
}

static void check_field(const struct form_field *field) {
    PROMISE(utf8_valid(field->name) && utf8_valid(field->value));
    PROMISE(!utf8_has_control(field->name) && !utf8_has_control(field->value));
    PROMISE(!field->file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena *arena = arena_new();
    struct form form, again;
    struct buf b = BUF_INIT;
    if (form_parse(&form, arena, fuzz_bytes(data, size)) == FORM_OK) {
        PROMISE(form.n <= FORM_FIELDS_MAX);
        for (size_t i = 0; i < form.n; i++) {
            check_field(&form.fields[i]);
            encode(&b, form.fields[i].name);
            buf_char(&b, '=');
            encode(&b, form.fields[i].value);
            buf_char(&b, '&');
        }
        PROMISE(form_parse(&again, arena, buf_view(&b)) == FORM_OK);
        PROMISE(again.n == form.n);
        for (size_t i = 0; i < form.n; i++) {
            PROMISE(str_equal(form.fields[i].name, again.fields[i].name));
            PROMISE(str_equal(form.fields[i].value, again.fields[i].value));
        }
        struct str value;
        long number = 0;
        const enum field_state state = form_get(&form, "q", 20, &value);
        PROMISE(state != FIELD_VALID || value.n <= 20);
        PROMISE(form_get_number(&form, "n", -5, 70, &number) != FIELD_VALID || (number >= -5 && number <= 70));
        size_t at = 0, found = 0;
        while (form_next(&form, "q", &at))
            found++;
        PROMISE((found == 0) == (state == FIELD_ABSENT));
    } else {
        PROMISE(form.n == 0);
    }
    buf_free(&b);
    arena_free(arena);
    return 0;
}
