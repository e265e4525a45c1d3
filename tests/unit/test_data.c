/* rooms: reports aggregate instrument store base
 * A wave's data as rows and as files: whole sheets, nothing after the answers are gone, no more than the reports tell.
 */
#include "world.h"

#include "aggregate/microdata.h"
#include "base/file.h"
#include "reports/data.h"

static struct texts *texts;

static int load_texts(void **state) {
    (void)state;
    return texts_load(&texts, NULL, NULL) == RESULT_OK ? 0 : -1;
}

static int free_texts(void **state) {
    (void)state;
    texts_free(texts);
    return 0;
}

static const char *file_in(struct world *w, const char *name) {
    return arena_printf(w->arena, "%s/%s", w->folder, name);
}

/* One organisation of `n`: north and south, a boss in every sixth. */
static struct world *world_of(int n) {
    struct world *w = world_new(small_instrument);
    add_organisation(w, "alpha", n, n);
    for (int i = 0; i < n; i++) {
        add_response(w, "alpha", i % 3 ? "North" : "South",
                     arena_printf(w->arena, "{\"lead1\":%d,\"lead2\":%s,\"bur1\":%d,\"role\":\"%s\"}", 1 + i % 5,
                                  i % 7 ? "4" : "\"na\"", 1 + i % 4, i % 6 ? "staff" : "boss"));
    }
    store_world(w);
    return w;
}

static size_t rows_of_sheet(struct world *w, const char *path, const char *sheet) {
    const char *count = file_in(w, "count");
    const char *command =
        arena_printf(w->arena,
                     "/usr/bin/python3 -W ignore -c \"import openpyxl, sys; b = openpyxl.load_workbook(sys.argv[1]);"
                     "print(b[sys.argv[2]].max_row if sys.argv[2] in b.sheetnames else 0)\" '%s' '%s' > '%s'",
                     path, sheet, count);
    struct str text;
    long rows = -1;
    assert_int_equal(system(command), 0); // NOLINT(cert-env33-c): our own words only
    assert_int_equal(file_read(&text, w->arena, count, 100, NULL), RESULT_OK);
    assert_true(str_to_long(str_trim(text), &rows));
    return (size_t)rows;
}

static struct data_written write_book(struct world *w, struct results *r, size_t sheet_rows, const char *path) {
    struct data_written written = {0};
    const struct report_request request = {.results = r, .texts = texts, .language = "en", .path = path};
    assert_int_equal(report_data(&request, DATA_WORKBOOK, sheet_rows, &written, w->findings), RESULT_OK);
    return written;
}

static void rows_that_a_sheet_cannot_take_go_on_in_the_next(void **state) {
    (void)state;
    struct world *w = world_of(61);
    struct results *r = open_results(w);
    const char *path = file_in(w, "data.xlsx");
    struct data_written written = write_book(w, r, 30, path);
    assert_int_equal(written.rows, 61);
    assert_int_equal(written.sheets, 3);
    assert_int_equal(rows_of_sheet(w, path, "Data"), 31);
    assert_int_equal(rows_of_sheet(w, path, "Data 2"), 31);
    assert_int_equal(rows_of_sheet(w, path, "Data 3"), 2);
    written = write_book(w, r, 61, path);
    assert_int_equal(written.sheets, 1);
    assert_int_equal(rows_of_sheet(w, path, "Data"), 62);
    assert_int_equal(rows_of_sheet(w, path, "Data 2"), 0);
    results_close(r);
    world_free(w);
}

static void answers_that_were_removed_give_a_finding_and_no_file(void **state) {
    (void)state;
    struct world *w = world_of(40);
    results_close(open_results(w)); /* makes the figures */
    assert_int_equal(store_drop_responses(w->store, w->wave.id), RESULT_OK);
    struct results *r = open_results(w);
    struct data_written written;
    const struct report_request request = {
        .results = r, .texts = texts, .language = "en", .path = file_in(w, "none.csv")};
    assert_int_equal(report_data(&request, DATA_CSV, 0, &written, w->findings), RESULT_INPUT);
    assert_true(findings_have(w->findings, "microdata_removed", 0));
    assert_false(file_exists(request.path));
    assert_false(file_exists(file_in(w, "none-codebook.csv")));
    results_close(r);
    world_free(w);
}

struct told {
    const struct organisation_results *o;
    size_t n, rows;
};

static bool is_published(const struct organisation_results *o, const char *question, const char *value) {
    for (size_t g = 0; g < o->n_groups; g++) {
        if (strcmp(o->groups[g].question, question) == 0 && strcmp(o->groups[g].value, value) == 0) {
            return o->groups[g].n.state == CELL_VALUE;
        }
    }
    return false;
}

static bool check_row(void *context, const struct microdata_row *row) {
    struct told *t = context;
    assert_true(!row->labels[1][0] || is_published(t->o, "unit", row->labels[1]));
    assert_true(!row->labels[2][0] || is_published(t->o, "role", row->labels[2]));
    t->n += row->labels[1][0] || row->labels[2][0];
    t->rows++;
    return true;
}

/* Else the reports' figure of a group less the rows that show it would be the answer of those who do not. */
static void a_row_says_no_group_that_the_reports_do_not_tell(void **state) {
    (void)state;
    size_t labelled = 0;
    for (int n = 10; n < 60; n += 7) {
        struct world *w = world_of(n);
        struct results *r = open_results(w);
        struct microdata *m;
        struct told t = {NULL, 0, 0};
        struct organisation_results *o;
        assert_int_equal(results_organisation(r, w->arena, 0, &o), RESULT_OK);
        t.o = o;
        assert_int_equal(microdata_open(&m, r, w->folder, w->findings), RESULT_OK);
        assert_int_equal(microdata_each(m, check_row, &t), RESULT_OK);
        assert_int_equal(t.rows, n);
        labelled += t.n;
        microdata_close(m);
        results_close(r);
        world_free(w);
    }
    assert_true(labelled > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_that_a_sheet_cannot_take_go_on_in_the_next),
        cmocka_unit_test(answers_that_were_removed_give_a_finding_and_no_file),
        cmocka_unit_test(a_row_says_no_group_that_the_reports_do_not_tell),
    };
    return cmocka_run_group_tests(tests, load_texts, free_texts);
}
