/*
 * Where keys to seal with come from. In a TA: from its instance. Built as an ordinary program (ORDINARY, for comparisons): nowhere,
 * the "sealed" bytes are the plain ones, as an ordinary program's key file has them.
 */
#ifndef KAKURI_SEALING_H
#define KAKURI_SEALING_H

/* WASI error numbers of tzm_seal and tzm_unseal. */
#define SEALING_NOTSUP 58
#define SEALING_OVERFLOW 61

#ifndef ORDINARY
#include "../tz/tzm.h"
#else
#include <stdint.h>
#include <string.h>

static inline int32_t tzm_seal(const void *label, size_t label_length, const void *from, size_t length, void *to, size_t room) {
    (void)label;
    (void)label_length;
    if (length > room)
        return -SEALING_OVERFLOW;
    memcpy(to, from, length);
    return (int32_t)length;
}

#define tzm_unseal tzm_seal
#endif

#endif
