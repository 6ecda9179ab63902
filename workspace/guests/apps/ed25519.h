/*
 * Ed25519 of RFC 8032, section 5.1: keys and signatures. No branch and no address depends on a secret; whether the processor's
 * multiplication does is the processor's affair, and what a WebAssembly engine makes of it the engine's.
 */
#ifndef KAKURI_ED25519_H
#define KAKURI_ED25519_H

#include <stddef.h>
#include <stdint.h>

#define ED25519_SEED 32
#define ED25519_PUBLIC 32
#define ED25519_SIGNATURE 64

/* The seed is what RFC 8032 calls the private key: 32 random bytes. */
void ed25519_public(uint8_t public_key[ED25519_PUBLIC], const uint8_t seed[ED25519_SEED]);

/* PureEdDSA over the whole message; the public key must be that of the seed. */
void ed25519_sign(uint8_t signature[ED25519_SIGNATURE], const void *message, size_t length,
                  const uint8_t seed[ED25519_SEED], const uint8_t public_key[ED25519_PUBLIC]);

#endif
