/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Bytes as text: hexadecimal and base64 (RFC 4648). */

#include "basic/macro.h"

/* Lower-case digits; the caller frees. -ENOMEM. */
int hex_encode(const void *data, size_t size, char **ret);

/* Fills exactly `size` bytes; -EINVAL if the text is not 2 * size hexadecimal digits. */
int hex_decode(const char *text, void *data, size_t size);

/* With padding; the caller frees. -ENOMEM. */
int base64_encode(const void *data, size_t size, char **ret);

/* Takes either alphabet, with or without padding, nothing else: -EINVAL. The caller frees; a NUL
 * that `ret_size` does not count follows the bytes. */
int base64_decode(const char *text, char **ret, size_t *ret_size);
