/* SHA-512 of FIPS 180-4, section 6.4. Runs in a time that depends on the length alone. */
#ifndef KAKURI_SHA512_H
#define KAKURI_SHA512_H

#include <stddef.h>
#include <stdint.h>

#define SHA512_BYTES 64
#define SHA512_BLOCK 128

struct sha512 {
    uint64_t h[8];
    uint64_t length; /* bytes so far; below 2^61 */
    uint8_t block[SHA512_BLOCK];
};

void sha512_begin(struct sha512 *state);
void sha512_add(struct sha512 *state, const void *bytes, size_t length);
/* Ends the message and forgets the state. */
void sha512_end(struct sha512 *state, uint8_t digest[SHA512_BYTES]);

/* Overwrites secrets; the compiler does not leave it out. */
void forget(void *memory, size_t length);

#endif
