/* Randomness through one door, so that tests can make it repeatable. Real bytes come from libsodium. */
#ifndef READINESS_BASE_RANDOM_H
#define READINESS_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

void random_bytes(void *p, size_t n);
uint32_t random_below(uint32_t n); /* 0 .. n-1, unbiased */

/* A small generator for simulations with a fixed seed (xoshiro256**; Blackman and Vigna 2018); never for secrets. */
struct simulation_random {
    uint64_t s[4];
};
void simulation_seed(struct simulation_random *r, uint64_t seed);
uint64_t simulation_next(struct simulation_random *r);
uint32_t simulation_below(struct simulation_random *r, uint32_t n);
double simulation_unit(struct simulation_random *r); /* [0, 1) */

#endif
