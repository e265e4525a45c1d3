/* What the two readers of sheets share. For sheets*.c only. */
#ifndef READINESS_EXCHANGE_SHEETS_INSIDE_H
#define READINESS_EXCHANGE_SHEETS_INSIDE_H

#include "exchange/sheets.h"

struct sheet_row *sheet_row_new(struct arena *arena, struct sheet *sheet, int number);

#endif
