/* Writing a double with the fewest digits, of 15 to 17, that read back as the same. The C library's way (print, read,
 * compare, once more) takes most of the time of making aggregates; for the sizes that statistics have, whole numbers of
 * 128 bits do the same exactly. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

__extension__ typedef unsigned __int128 wide;

static void put_slowly(struct buf *b, double x) {
    char shortest[40];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(shortest, sizeof shortest, "%.*g", digits, x);
        if (strtod(shortest, NULL) == x)
            break;
    }
    buf_text(b, shortest);
}

static size_t digits_of(uint64_t n, char *digits) {
    char backwards[20];
    size_t first = sizeof backwards;
    do {
        backwards[--first] = (char)('0' + n % 10);
        n /= 10;
    } while (n > 0);
    memcpy(digits, backwards + first, sizeof backwards - first);
    return sizeof backwards - first;
}

/* The digits with the point after so many of them (below 0: zeros before them), without zeros at the end. */
static void put_digits(struct buf *b, uint64_t n, int before_point) {
    char digits[20];
    size_t length = digits_of(n, digits), whole = before_point > 0 ? (size_t)before_point : 0;
    while (length > whole && digits[length - 1] == '0')
        length--;
    buf_bytes(b, whole ? digits : "0", whole ? whole : 1);
    if (length > whole) {
        buf_char(b, '.');
        buf_bytes(b, "0000", (size_t)(before_point < 0 ? -before_point : 0));
        buf_bytes(b, digits + whole, length - whole);
    }
}

static wide power_of_ten(int n) {
    static const uint64_t powers[] = {1,
                                      10,
                                      100,
                                      1000,
                                      10000,
                                      100000,
                                      1000000,
                                      10000000,
                                      100000000,
                                      1000000000,
                                      10000000000,
                                      100000000000,
                                      1000000000000,
                                      10000000000000,
                                      100000000000000,
                                      1000000000000000,
                                      10000000000000000,
                                      100000000000000000,
                                      1000000000000000000};
    enum { MOST = sizeof powers / sizeof *powers - 1 };
    return n <= MOST ? powers[n] : (wide)powers[MOST] * powers[n - MOST];
}

/* x = m / 2^s, from 10^magnitude to under 10^(magnitude + 1). With so many digits it is n / 10^p, n rounded to the
 * nearest; that reads back as x when it is nearer to x than half of 1 / 2^s, the distance to the next double. False
 * where it does not, or may not. */
static bool put_rounded(struct buf *b, uint64_t m, int s, int magnitude, int n_digits) {
    wide power = power_of_ten(n_digits - 1 - magnitude), scaled = m * power, one = (wide)1 << s;
    wide n = scaled >> s, below = scaled & (one - 1), off = below;
    if (2 * below > one || (2 * below == one && (n & 1))) {
        n++;
        off = one - below;
    }
    bool nearer = m == (uint64_t)1 << 52 && off > 0; /* below a power of two the next double is half as far */
    if (nearer || 2 * off > power || (2 * off == power && (m & 1)))
        return false;
    put_digits(b, (uint64_t)n, magnitude + 1);
    return true;
}

static void put_fraction(struct buf *b, double x) {
    enum { BIAS = 1023, MANTISSA = 52 };
    uint64_t bits, one = (uint64_t)1 << MANTISSA;
    memcpy(&bits, &x, sizeof bits); /* never subnormal here */
    uint64_t m = (bits & (one - 1)) | one;
    int shift = BIAS + MANTISSA - (int)(bits >> MANTISSA & 0x7FF), magnitude = -4;
    double next = 1e-3;
    while (magnitude < 14 && fabs(x) >= next) {
        next *= 10;
        magnitude++;
    }
    if (x < 0)
        buf_char(b, '-');
    for (int n_digits = 15; n_digits <= 17; n_digits++)
        if (put_rounded(b, m, shift, magnitude, n_digits))
            return;
    if (x < 0)
        b->p[--b->n] = '\0';
    put_slowly(b, x);
}

void buf_integer(struct buf *b, long long n) {
    char digits[20];
    if (n < 0)
        buf_char(b, '-');
    buf_bytes(b, digits, digits_of(n < 0 ? 0 - (uint64_t)n : (uint64_t)n, digits));
}

void buf_number(struct buf *b, double x) {
    if (fabs(x) < 1e15 && (double)(int64_t)x == x && !(x == 0 && signbit(x))) {
        buf_integer(b, (int64_t)x);
    } else if (fabs(x) >= 1e-4 && fabs(x) < 1e15) {
        put_fraction(b, x);
    } else {
        put_slowly(b, x);
    }
}
