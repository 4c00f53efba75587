// SPDX-License-Identifier: GPL-2.0
/*
 * mark N: execute the marker instruction of plugin/insncount.c with label N.
 *
 * The label is part of the instruction, because a QEMU plugin sees code bytes
 * but no registers, so the instruction is written at run time.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

int main(int argc, char **argv)
{
	/* nopl 0x5eed0000(%rax); ret */
	uint8_t code[] = { 0x0f, 0x1f, 0x80, 0x00, 0x00, 0xed, 0x5e, 0xc3 };
	unsigned long label = argc == 2 ? strtoul(argv[1], NULL, 0) : 65536;
	void *page;

	if (label > 65535) {
		fprintf(stderr, "usage: mark N (0..65535)\n");
		return 2;
	}
	code[3] = label & 0xff;
	code[4] = label >> 8;

	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED) {
		perror("mark: mmap");
		return 1;
	}
	memcpy(page, code, sizeof(code));
	((void (*)(void))page)();
	return 0;
}
