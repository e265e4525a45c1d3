/* The sheet limit: what cannot be avoided when a table becomes a workbook. The library in constant memory, numbers and
 * nothing else.
 *
 *   limit_sheet FILE ROWS COLUMNS */
#include <stdlib.h>
#include <xlsxwriter.h>

int main(int argc, char **argv) {
    if (argc != 4)
        return 2;
    lxw_workbook_options options = {.constant_memory = LXW_TRUE, .tmpdir = NULL};
    lxw_workbook *book = workbook_new_opt(argv[1], &options);
    lxw_worksheet *sheet = workbook_add_worksheet(book, NULL);
    const lxw_row_t rows = (lxw_row_t)atol(argv[2]);
    const lxw_col_t columns = (lxw_col_t)atoi(argv[3]);
    for (lxw_row_t row = 0; row < rows; row++)
        for (lxw_col_t column = 0; column < columns; column++)
            if (worksheet_write_number(sheet, row, column, (row + column) % 5 + 1, NULL) != LXW_NO_ERROR)
                return 1;
    return workbook_close(book) == LXW_NO_ERROR ? 0 : 1;
}
