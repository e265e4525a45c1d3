#include "base/random.h"

#include <sodium.h>

void random_bytes(void *p, size_t n) {
    randombytes_buf(p, n);
}

uint32_t random_below(uint32_t n) {
    return randombytes_uniform(n);
}

/* Fills the state from one number (splitmix64; Steele, Lea and Flood 2014). */
void simulation_seed(struct simulation_random *r, uint64_t seed) {
    for (int i = 0; i < 4; i++) {
        uint64_t z = (seed += 0x9E3779B97F4A7C15u);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        r->s[i] = z ^ (z >> 31);
    }
}

static uint64_t rotate(uint64_t x, int by) {
    return (x << by) | (x >> (64 - by));
}

uint64_t simulation_next(struct simulation_random *r) {
    uint64_t *s = r->s;
    uint64_t result = rotate(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

uint32_t simulation_below(struct simulation_random *r, uint32_t n) {
    return (uint32_t)(((simulation_next(r) >> 32) * (uint64_t)n) >> 32);
}

double simulation_unit(struct simulation_random *r) {
    return (double)(simulation_next(r) >> 11) * 0x1.0p-53;
}
