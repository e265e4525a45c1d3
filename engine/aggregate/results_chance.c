/* What random answers would reach, kept as a table for as long as the program runs. A simulation takes some ten
 * milliseconds and gives the same value whenever it is made (statistics.h), so nobody can tell whether a value was
 * kept; results are opened for every page of a report, and would else simulate again each time. */
#include <pthread.h>

#include "aggregate/results_state.h"

enum { CHANCES = 1024 }; /* sizes by items by points: more than a survey has below the size where none is simulated */

struct chance {
    size_t n, items, points; /* n 0: free */
    double value;
};

static struct chance table[CHANCES];
static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;

double results_chance(size_t n, size_t items, size_t points) {
    struct chance *place = &table[(n * 31 + items * 1009 + points * 7) % CHANCES];
    pthread_mutex_lock(&table_lock);
    struct chance found = *place;
    pthread_mutex_unlock(&table_lock);
    if (found.n == n && found.items == items && found.points == points && n > 0) {
        return found.value;
    }
    found = (struct chance){n, items, points, rwgj_chance(n, items, points)};
    pthread_mutex_lock(&table_lock);
    *place = found;
    pthread_mutex_unlock(&table_lock);
    return found.value;
}
