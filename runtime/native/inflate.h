/* Data that are kept deflated: RFC 1951, without a header, as members of zip archives are. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Inflates `stored` bytes to exactly `size`. Returns 0, or -1 where they are damaged or say something of another size. */
int inflate_bytes(const uint8_t *from, size_t stored, uint8_t *to, size_t size);
