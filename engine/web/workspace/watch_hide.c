#include "web/workspace/watch.h"

/* The shown organisation with the fewest invited, among those whose number is known; n when there is none. */
static size_t smallest_shown(const struct watch_row *rows, size_t n) {
    size_t found = n;
    for (size_t i = 0; i < n; i++)
        if (!rows[i].hidden && rows[i].invited > 0 && (found == n || rows[i].invited < rows[found].invited))
            found = i;
    return found;
}

bool watch_hide(struct watch_row *rows, size_t n, int k) {
    int small = 0; /* invited in organisations that are hidden because they are small */
    int all = 0;
    bool unknown = false;
    for (size_t i = 0; i < n; i++) {
        all += rows[i].invited;
        unknown = unknown || rows[i].invited <= 0;
        rows[i].hidden = rows[i].invited > 0 ? rows[i].invited < k : rows[i].answered < k;
        if (rows[i].hidden && rows[i].invited > 0)
            small += rows[i].invited;
    }
    while (small > 0 && small < k) {
        const size_t next = smallest_shown(rows, n);
        if (next == n)
            break;
        rows[next].hidden = true;
        small += rows[next].invited;
    }
    return all >= k || (all == 0 && unknown);
}
