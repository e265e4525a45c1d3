/* Instruments from and to the files of other systems: XLSForm (.xlsx, .csv), the REDCap data dictionary (.csv) and the
 * structure files of LimeSurvey (.txt, .lss).
 *
 * A file becomes one neutral draft (exchange/draft.h), whatever it was; the draft becomes an INI file and its
 * translations. What could not be carried over, or not as it was, is listed with its place: nothing is lost silently.
 * Nothing here reads or writes a disk; the readers are pure functions over bytes that nobody has to trust. */
#ifndef READINESS_EXCHANGE_H
#define READINESS_EXCHANGE_H

#include "base/arena.h"
#include "base/finding.h"
#include "base/result.h"
#include "base/str.h"
#include "base/texts.h"
#include "instrument/instrument.h"

enum exchange_kind {
    EXCHANGE_UNKNOWN,
    EXCHANGE_XLSFORM,
    EXCHANGE_REDCAP,
    EXCHANGE_LIMESURVEY_TXT,
    EXCHANGE_LIMESURVEY_LSS,
    EXCHANGE_KINDS
};
/* Proper names for people: "XLSForm", "REDCap", ...; "" for unknown. */
extern const char *const exchange_kind_names[EXCHANGE_KINDS];

enum { EXCHANGE_FILE_MAX = 10 << 20 }; /* bytes of a file to read */

struct exchange_source {
    const char *file;     /* its name, for messages */
    struct str bytes;     /* borrowed */
    const char *name;     /* what to call the instrument; NULL: after the form, else after the file */
    const char *language; /* of texts whose language the file does not say; NULL: "en" */
    const struct texts *texts;
    const char *reader; /* the language of the person who reads the comments in the new file */
};

struct exchange_made {
    enum exchange_kind kind;
    const char *name;
    size_t n_files;
    const struct instrument_file *files; /* [0] is the instrument, the others its translations; in the arena */
};

/* Reads a file of any kind. `list` receives what was not carried over (warnings) and what was carried over in another
 * form (notes), in the order of the file; `findings` what made reading impossible, and what `check` says of the result.
 * RESULT_INPUT when there is nothing to show (n_files is 0 then). What comes out always passes the check, or is refused
 * with the check's errors. */
enum result exchange_import(struct exchange_made *out, struct arena *arena, const struct exchange_source *source,
                            struct findings *list, struct findings *findings) MUST_CHECK;

/* Writes an instrument as an XLSForm workbook or a REDCap data dictionary, in the arena. What those files have no place
 * for goes into columns that other tools pass over (XLSForm) or into the field annotation (REDCap) where that can be
 * done, and is listed where it cannot. RESULT_MACHINE when the workbook could not be made. */
enum result exchange_export_xlsform(struct str *out, struct arena *arena, const struct instrument *instrument,
                                    struct findings *list) MUST_CHECK;
enum result exchange_export_redcap(struct str *out, struct arena *arena, const struct instrument *instrument,
                                   struct findings *list) MUST_CHECK;

#endif
