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

#endif
