/* SPDX-License-Identifier: GPL-2.0 */
/* The version of the whole project; dkms.conf and the documents follow it. */
#ifndef XNB_VERSION_H
#define XNB_VERSION_H

#define XNB_VERSION "0.1.0"

#endif
