/* SPDX-License-Identifier: GPL-2.0 */
#ifndef XENSTORE_H
#define XENSTORE_H

void xs_write(const char *dir, const char *key, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The value, good until the next call, or NULL. */
const char *xs_read(const char *dir, const char *key);
void xs_rm(const char *path);
void xs_rm_key(const char *dir, const char *key);

#endif
