/* The keys of open waves, for whoever looks after them: are they there, do they open what they must, and a copy of them
 * to another place. */
#ifndef READINESS_COLLECT_SAFEKEEPING_H
#define READINESS_COLLECT_SAFEKEEPING_H

#include "base/finding.h"
#include "base/result.h"
#include "store/care.h"

/* Is the wave's key in the folder, readable by its owner alone, the one the wave was opened with, and does it open a
 * ballot that is sealed for this test as any answer is? *locked: what opens ballots was
 * taken away from here (collect_lock_wave) and cannot be tried. Every fault is a finding that names assessment and wave
 * (RESULT_INPUT). */
enum result collect_check_key(const char *keys, const struct kept_wave *wave, bool *locked,
                              struct findings *findings) MUST_CHECK;

/* Copies keys from the folder `from` to the folder `to` (made if missing, 0700; the files 0600): those of these waves,
 * and those that link the waves of these assessments, where they have one. A file that is there already must be the
 * same. *copied were written or there already. Findings: a wave's key is missing, another file has its name; the others
 * are copied all the same. */
struct keys_wanted {
    const struct kept_wave *waves;
    size_t n_waves;
    const struct assessment *assessments;
    size_t n_assessments;
};
enum result collect_copy_keys(const char *from, const char *to, const struct keys_wanted *wanted, size_t *copied,
                              struct findings *findings) MUST_CHECK;

#endif
