/*
 * AES-256-GCM, NIST SP 800-38D, decryption only, with a nonce of 96 bits and a tag of 128: what a trusted application needs to
 * open its model. Plain C for WebAssembly; GHASH takes no secret branches or addresses, the S-box is a table, as usual in
 * software.
 */
#ifndef KAKURI_AES_GCM_H
#define KAKURI_AES_GCM_H

#include <stddef.h>

#define AES_GCM_KEY 32
#define AES_GCM_NONCE 12
#define AES_GCM_TAG 16

/*
 * Opens nonce, ciphertext and tag, as they lie one after the other in `sealed`, bound to the label. The plain text takes the
 * ciphertext's place, after the nonce; its length is returned, or -1 if anything was changed: then nothing was decrypted.
 */
long aes_gcm_open(const unsigned char key[AES_GCM_KEY], const char *label, unsigned char *sealed, size_t bytes);

#endif
