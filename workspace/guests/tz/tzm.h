/*
 * TZm-TA: what a trusted application in C can ask beyond WASI. Provided by the runtime as imports of the module "tzm".
 */
#ifndef KAKURI_TZM_H
#define KAKURI_TZM_H

#include <stddef.h>
#include <stdint.h>

/*
 * Writes all of the first buffer, then reads once into the second: one call to the shadow process instead of two.
 * Returns the bytes read (0 at the end of the stream), or -errno of whichever part failed, in the host's numbering.
 */
__attribute__((import_module("tzm"), import_name("write_read")))
extern int32_t tzm_write_read(int32_t write_fd, const void *from, size_t write_length,
                              int32_t read_fd, void *to, size_t read_length);

/*
 * Seals under a key that only this code on this machine obtains, and opens what was sealed so. The label is bound into the result
 * and is no secret. Returns the bytes written, or minus a WASI error number: NOTSUP where the backend has no such keys, PERM if
 * it was sealed by other code, on another machine, under another label, or was changed; OVERFLOW if there is no room.
 */
__attribute__((import_module("tzm"), import_name("seal")))
extern int32_t tzm_seal(const void *label, size_t label_length, const void *plain, size_t length,
                        void *to, size_t room);

__attribute__((import_module("tzm"), import_name("unseal")))
extern int32_t tzm_unseal(const void *label, size_t label_length, const void *sealed, size_t length,
                          void *to, size_t room);

/* Runs the handlers of signals that came, as after every call; for code that computes for long. */
__attribute__((import_module("tzm"), import_name("safepoint")))
extern int32_t tzm_safepoint(void);

#endif
