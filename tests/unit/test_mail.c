/* rooms: mail collect instrument store base
 * Messages as they go over the wire, addresses, settings, and the texts of mails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/texts.h"
#include "collect/keys.h"
#include "mail/mail.h"
#include "mail/templates.h"

struct fixture {
    struct arena *arena;
    struct mail_settings settings;
    struct mail_message message;
    struct templates *templates;
    struct texts *texts;
    struct findings *findings;
    struct mail_facts facts;
};

static int set_up(void **state) {
    struct fixture *f = mem_alloc(sizeof *f);
    if (sodium_init() < 0)
        return -1;
    *f = (struct fixture){.arena = arena_new(), .findings = findings_new()};
    f->settings = (struct mail_settings){.server = "smtp://mail.example.org:587",
                                         .security = "starttls",
                                         .ca_file = "",
                                         .user = "",
                                         .password = "",
                                         .from = "team@example.org",
                                         .from_name = "Support Team",
                                         .reply_to = "",
                                         .timeout_seconds = 10};
    f->message = (struct mail_message){.to = "ana@north.example",
                                       .to_name = "Ana",
                                       .subject = "A survey",
                                       .body = "Hello.\n\nBye.\n",
                                       .language = "en",
                                       .opt_out = "https://s.example/stop/X",
                                       .id = "0123"};
    f->facts = (struct mail_facts){.name = "Ana",
                                   .title = "North",
                                   .innovation = "the falls programme",
                                   .organisation = "North House",
                                   .sender = "Support Team",
                                   .until = "31 January 2027",
                                   .link = "https://s.example/s/LINK",
                                   .opt_out = "https://s.example/stop/STOP",
                                   .minutes = 10,
                                   .k = 5};
    clock_set(1797000000); /* 2026-12-11 */
    *state = f;
    if (templates_load(&f->templates, NULL, NULL) != RESULT_OK || texts_load(&f->texts, NULL, NULL) != RESULT_OK)
        return -1;
    templates_put_terms(f->templates, f->texts);
    return 0;
}

static int tear_down(void **state) {
    struct fixture *f = *state;
    clock_set(-1);
    templates_free(f->templates);
    texts_free(f->texts);
    findings_free(f->findings);
    arena_free(f->arena);
    free(f);
    return 0;
}

static const char *formatted(struct fixture *f) {
    return mail_format(f->arena, &f->settings, &f->message);
}

static void assert_has(const char *text, const char *part) {
    if (!strstr(text, part))
        fail_msg("no \"%s\" in:\n%s", part, text);
}

/* No line of the message is longer than 76 bytes, every line ends in CR LF, and nothing is outside ASCII. */
static void assert_well_formed(const char *text) {
    size_t column = 0;
    for (const char *p = text; *p; p++) {
        assert_true((unsigned char)*p < 127);
        if (*p == '\n') {
            assert_true(p > text && p[-1] == '\r');
            column = 0;
        } else if (*p != '\r') {
            column++;
        }
        if (column > 76)
            fail_msg("a line of more than 76 bytes:\n%s", text);
    }
}

static void a_message_has_every_header_it_needs(void **state) {
    struct fixture *f = *state;
    const char *text = formatted(f);
    assert_has(text, "From: \"Support Team\"\r\n <team@example.org>\r\n");
    assert_has(text, "To: \"Ana\"\r\n <ana@north.example>\r\n");
    assert_has(text, "Subject: A survey\r\n");
    assert_has(text, "Date: Fri, 11 Dec 2026 14:40:00 +0000\r\n");
    assert_has(text, "Message-ID: <0123@example.org>\r\n");
    assert_has(text, "MIME-Version: 1.0\r\n");
    assert_has(text, "Content-Type: text/plain; charset=utf-8\r\n");
    assert_has(text, "Content-Transfer-Encoding: quoted-printable\r\n");
    assert_has(text, "Auto-Submitted: auto-generated\r\n");
    assert_has(text, "List-Unsubscribe: <https://s.example/stop/X>\r\n");
    assert_has(text, "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
    assert_has(text, "\r\n\r\nHello.\r\n\r\nBye.\r\n");
    assert_null(strstr(text, "Reply-To"));
    assert_well_formed(text);
    f->settings.reply_to = "desk@example.org";
    assert_has(formatted(f), "Reply-To: <desk@example.org>\r\n");
}

/* Puts encoded words together again. */
static const char *decoded(struct fixture *f, const char *header) {
    struct buf b = BUF_INIT;
    const char *end = strstr(header, "\r\n");
    while (end[2] == ' ')
        end = strstr(end + 2, "\r\n");
    for (const char *p = strstr(header, "=?UTF-8?B?"); p && p < end; p = strstr(p, "=?UTF-8?B?")) {
        unsigned char bytes[128];
        size_t n;
        p += 10;
        size_t length = strcspn(p, "?");
        assert_true(length + 12 <= 75);
        assert_int_equal(
            sodium_base642bin(bytes, sizeof bytes, p, length, NULL, &n, NULL, sodium_base64_VARIANT_ORIGINAL), 0);
        assert_true(utf8_valid((struct str){(const char *)bytes, n})); /* no character is cut */
        buf_bytes(&b, bytes, n);
    }
    const char *out = arena_copy(f->arena, b.p, b.n);
    buf_free(&b);
    return out;
}

static void names_and_subjects_in_any_script_arrive_whole(void **state) {
    struct fixture *f = *state;
    static const char *const subjects[] = {
        "Évaluation de la préparation : qu’est-ce qui aiderait dans votre établissement de santé à Trois-Rivières ?",
        "هل نحن مستعدون للبرنامج الجديد؟ استبيان قصير للعاملين في جميع الأقسام والمراكز الصحية",
        "我們準備好了嗎？關於新作法的問卷調查，請在一月三十一日之前回答",
        "é",
        "an =?UTF-8?Q?encoded?= word that is none",
    };
    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++) {
        f->message.subject = f->settings.from_name = f->message.to_name = subjects[i];
        const char *text = formatted(f);
        assert_well_formed(text);
        assert_string_equal(decoded(f, strstr(text, "Subject: ")), subjects[i]);
        assert_string_equal(decoded(f, strstr(text, "From: ")), subjects[i]);
        assert_string_equal(decoded(f, strstr(text, "To: ")), subjects[i]);
    }
}

static void a_long_plain_subject_is_folded_at_blanks(void **state) {
    struct fixture *f = *state;
    f->message.subject =
        "North region: what would help you most at the house in which you work every day and some nights";
    const char *text = formatted(f);
    assert_well_formed(text);
    assert_has(text, "Subject: North region: what would help you most");
    assert_has(text, "\r\n ");
}

static void quotes_in_a_name_stay_in_the_name(void **state) {
    struct fixture *f = *state;
    f->settings.from_name = "The \"Team\" \\ <x@y.z>, others";
    assert_has(formatted(f), "From: \"The \\\"Team\\\" \\\\ <x@y.z>, others\"\r\n <team@example.org>\r\n");
}

static void nothing_with_a_line_end_gets_into_a_header(void **state) {
    struct fixture *f = *state;
    static const char *const bad[] = {"a\r\nBcc: all@example.org", "a\nb", "a\rb", "a\tb", "a\x01", "a\x7f", "a\xff"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char **const places[] = {&f->message.subject,    &f->message.to_name, &f->message.opt_out,
                                       &f->message.id,         &f->message.to,      &f->message.language,
                                       &f->settings.from_name, &f->settings.from,   &f->settings.reply_to};
        for (size_t p = 0; p < sizeof places / sizeof *places; p++) {
            const char *before = *places[p];
            *places[p] = bad[i];
            assert_null(formatted(f));
            *places[p] = before;
        }
    }
    assert_non_null(formatted(f));
    f->message.body = "bad \xff";
    assert_null(formatted(f));
}

/* The body, decoded. */
static const char *body_of(struct fixture *f, const char *text) {
    struct buf b = BUF_INIT;
    for (const char *p = strstr(text, "\r\n\r\n") + 4; *p; p++) {
        unsigned c;
        if (strncmp(p, "=\r\n", 3) == 0) {
            p += 2;
        } else if (*p == '=') {
            assert_int_equal(sscanf(p + 1, "%2X", &c), 1);
            buf_char(&b, (char)c);
            p += 2;
        } else if (*p != '\r') {
            buf_char(&b, *p);
        }
    }
    const char *out = arena_copy(f->arena, b.p, b.n);
    buf_free(&b);
    return out;
}

static void bodies_of_any_length_and_script_arrive_as_written(void **state) {
    struct fixture *f = *state;
    struct buf b = BUF_INIT;
    for (int length = 1; length < 170; length++) { /* every place a line can break */
        for (int i = 0; i < length; i++)
            buf_text(&b, i % 7 == 6 ? "é" : i % 11 == 10 ? " " : i % 13 == 12 ? "." : i % 17 == 16 ? "=" : "x");
        buf_char(&b, '\n');
    }
    buf_text(&b, ".\n..\nFrom here\n\ntab\tand blanks at the end   \n終わり\n");
    f->message.body = arena_copy(f->arena, b.p, b.n);
    const char *text = formatted(f);
    assert_well_formed(text);
    assert_null(strstr(text, "\r\n."));
    assert_string_equal(body_of(f, text), f->message.body);
    buf_free(&b);
}

static void nothing_is_sent_in_clear_but_on_this_machine(void **state) {
    struct fixture *f = *state;
    assert_int_equal(mail_check(&f->settings, f->findings), RESULT_OK);
    f->settings.security = "none";
    static const char *const far[] = {"smtp://mail.example.org", "smtp://10.0.0.1", "smtp://localhost.example.org:25",
                                      "smtp://128.0.0.1", "smtp://[2001:db8::1]"};
    for (size_t i = 0; i < sizeof far / sizeof *far; i++) {
        f->settings.server = far[i];
        assert_int_equal(mail_check(&f->settings, f->findings), RESULT_INPUT);
    }
    assert_true(findings_have(f->findings, "mail_not_encrypted", 0));
    static const char *const here[] = {"smtp://127.0.0.1:2525", "smtp://localhost", "smtp://[::1]:25"};
    for (size_t i = 0; i < sizeof here / sizeof *here; i++) {
        f->settings.server = here[i];
        assert_int_equal(mail_check(&f->settings, NULL), RESULT_OK);
    }
}

static void wrong_settings_are_all_found_at_once(void **state) {
    struct fixture *f = *state;
    f->settings.server = "http://mail.example.org/x";
    f->settings.security = "maybe";
    f->settings.from = "team";
    f->settings.reply_to = "x";
    f->settings.user = "somebody";
    f->settings.from_name = "a\nb";
    assert_int_equal(mail_check(&f->settings, f->findings), RESULT_INPUT);
    static const char *const codes[] = {"mail_server_not_understood", "mail_security_unknown",
                                        "mail_from_not_accepted",     "mail_reply_to_not_accepted",
                                        "mail_user_and_password",     "mail_from_name_not_accepted"};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        assert_true(findings_have(f->findings, codes[i], 0));
    f->settings.server = "";
    assert_int_equal(mail_check(&f->settings, f->findings), RESULT_INPUT);
    assert_true(findings_have(f->findings, "mail_not_set_up", 0));
    static const char *const odd[] = {"smtp://user:word@mail.example.org", "mail.example.org", "smtp://", "smtp://a/b",
                                      "smtp://a:99999"};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        f->settings.server = odd[i];
        assert_int_equal(mail_check(&f->settings, NULL), RESULT_INPUT);
    }
}

static void every_language_says_all_that_a_mail_must_say(void **state) {
    struct fixture *f = *state;
    static const char *const kinds[] = {"invitation", "reminder"};
    const char *const *languages;
    size_t n = templates_languages(f->templates, &languages);
    assert_true(n >= 2);
    for (size_t i = 0; i < n * 4; i++) {
        const char *subject, *body;
        f->facts.confidential = i & 1;
        const char *used = mail_compose(f->templates, f->arena, languages[i / 4], kinds[(i >> 1) & 1], "", "",
                                        &f->facts, &subject, &body);
        assert_string_equal(used, languages[i / 4]);
        static const char *const must[] = {"https://s.example/s/LINK\n",
                                           "https://s.example/stop/STOP",
                                           "Support Team",
                                           "North House",
                                           "the falls programme",
                                           "31 January 2027",
                                           "10",
                                           " 5",
                                           "Ana"};
        for (size_t m = 0; m < sizeof must / sizeof *must; m++)
            assert_has(body, must[m]);
        static const char *const promises[][2] = {{"anonym", "onfident"}, {"بلا أسماء", "سرية"}};
        assert_has(body, promises[strcmp(languages[i / 4], "ar") == 0][f->facts.confidential]);
        assert_null(strchr(body, '{'));
        assert_null(strchr(subject, '{'));
    }
}

static void what_is_not_known_leaves_no_gap(void **state) {
    struct fixture *f = *state;
    const char *subject, *body;
    f->facts.name = f->facts.until = "";
    f->facts.minutes = 0;
    mail_compose(f->templates, f->arena, "en", "invitation", "", "", &f->facts, &subject, &body);
    assert_has(body, "Hello,\n");
    assert_null(strstr(body, "until"));
    assert_null(strstr(body, " ,"));
    assert_null(strstr(body, "\n\n\n"));
    mail_compose(f->templates, f->arena, "en", "invitation", "Own {title}",
                 "{deadline}\n\n{link}\n{opt_out}\n\n{name}\n", &f->facts, &subject, &body);
    assert_string_equal(subject, "Own North");
    assert_string_equal(body, "https://s.example/s/LINK\nhttps://s.example/stop/STOP\n");
}

static void a_language_without_texts_falls_back(void **state) {
    struct fixture *f = *state;
    const char *subject, *body;
    assert_string_equal(mail_compose(f->templates, f->arena, "fr-CA", "reminder", "", "", &f->facts, &subject, &body),
                        "fr");
    assert_has(subject, "Rappel");
    assert_string_equal(mail_compose(f->templates, f->arena, "xx", "reminder", "", "", &f->facts, &subject, &body),
                        "en");
    assert_has(subject, "Reminder");
}

static void a_value_with_braces_is_not_filled_in_again(void **state) {
    struct fixture *f = *state;
    const char *subject, *body;
    f->facts.organisation = "{link} House";
    mail_compose(f->templates, f->arena, "en", "invitation", "{organisation}", "", &f->facts, &subject, &body);
    assert_string_equal(subject, "{link} House");
}

static void a_test_mail_says_that_it_is_one(void **state) {
    struct fixture *f = *state;
    const char *subject, *body;
    mail_compose(f->templates, f->arena, "fr", "invitation", "", "", &f->facts, &subject, &body);
    mail_compose_test(f->templates, f->arena, "fr", &subject, &body);
    assert_has(subject, "Essai : North");
    assert_has(body, "https://s.example/s/LINK");
}

static void a_folders_texts_win(void **state) {
    struct fixture *f = *state;
    char folder[] = "/tmp/readiness-mail-XXXXXX", path[64];
    struct templates *own;
    const char *subject, *body;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/en.ini", folder);
    FILE *file = fopen(path, "w");
    fputs("[reminder]\nsubject = \"Own\"\nbody.1 = \"{link} {opt_out}\"\n", file);
    fclose(file);
    assert_int_equal(templates_load(&own, folder, f->findings), RESULT_OK);
    unlink(path);
    rmdir(folder);
    mail_compose(own, f->arena, "en", "reminder", "", "", &f->facts, &subject, &body);
    assert_string_equal(subject, "Own");
    assert_string_equal(body, "https://s.example/s/LINK https://s.example/stop/STOP\n");
    mail_compose(own, f->arena, "en", "invitation", "", "", &f->facts, &subject, &body);
    assert_has(body, "Hello Ana,");
    templates_free(own);
}

static void own_texts_are_checked(void **state) {
    struct fixture *f = *state;
    assert_int_equal(mail_check_text("", "", f->findings), RESULT_OK);
    assert_int_equal(mail_check_text("Hello {organisation}", "Dear {name},\n\n{link}\n\n{opt_out}", f->findings),
                     RESULT_OK);
    assert_int_equal(findings_total(f->findings), 0);
    assert_int_equal(mail_check_text("a\nb", "no placeholders", f->findings), RESULT_INPUT);
    assert_int_equal(mail_check_text("", "{link} {opt_out} {organization} {zzzzzzz}", f->findings), RESULT_INPUT);
    assert_int_equal(mail_check_text("", "{link} {opt_out} \x02", f->findings), RESULT_INPUT);
    static const char *const codes[] = {"mail_subject_not_accepted", "mail_without_link",        "mail_without_opt_out",
                                        "mail_placeholder_near",     "mail_placeholder_unknown", "mail_body_control"};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        assert_true(findings_have(f->findings, codes[i], 0));
}

static void an_opt_out_link_names_its_invitation_and_answers_nothing(void **state) {
    (void)state;
    struct wave_key key, other;
    struct id id = id_new(), read;
    char stop[STOP_LENGTH + 1], again[STOP_LENGTH + 1], answer[TOKEN_LENGTH + 1];
    memset(&key, 3, sizeof key);
    memset(&other, 4, sizeof other);
    key_stop(&key, id, stop);
    assert_int_equal(strlen(stop), STOP_LENGTH);
    assert_true(stop_normalise(stop, again, &read));
    assert_true(id_equal(read, id));
    assert_string_equal(again, stop);
    for (char *p = again; *p; p++)
        *p = *p >= 'A' ? (char)(*p + 32) : *p; /* a mail program that folds the case */
    assert_true(stop_normalise(again, again, &read));
    assert_string_equal(again, stop);
    assert_false(token_normalise(stop, STOP_LENGTH, answer));
    key_token(&key, id, 0, answer);
    assert_null(strstr(stop, answer));
    assert_false(stop_normalise(answer, again, &read));
    assert_false(stop_normalise("", again, &read));
    key_stop(&other, id, again);
    assert_string_not_equal(again, stop);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_message_has_every_header_it_needs),
        TEST(names_and_subjects_in_any_script_arrive_whole),
        TEST(a_long_plain_subject_is_folded_at_blanks),
        TEST(quotes_in_a_name_stay_in_the_name),
        TEST(nothing_with_a_line_end_gets_into_a_header),
        TEST(bodies_of_any_length_and_script_arrive_as_written),
        TEST(nothing_is_sent_in_clear_but_on_this_machine),
        TEST(wrong_settings_are_all_found_at_once),
        TEST(every_language_says_all_that_a_mail_must_say),
        TEST(what_is_not_known_leaves_no_gap),
        TEST(a_language_without_texts_falls_back),
        TEST(a_value_with_braces_is_not_filled_in_again),
        TEST(a_test_mail_says_that_it_is_one),
        TEST(a_folders_texts_win),
        TEST(own_texts_are_checked),
        TEST(an_opt_out_link_names_its_invitation_and_answers_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
