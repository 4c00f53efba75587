// SPDX-License-Identifier: GPL-2.0
/*
 * mark N: execute the marker instruction of plugin/insncount.c with label N.
 * mark N COUNT FILE: the window N from now until the number in FILE has grown by COUNT or more;
 *	print by how much. No process starts or ends in it.
 *
 * The label is part of the instruction, because a QEMU plugin sees code bytes
 * but no registers, so the instruction is written at run time.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define PERIOD_NS 10000000
#define PERIODS_MAX 6000

static void die(const char *what)
{
	fprintf(stderr, "mark: %s\n", what);
	exit(1);
}

static uint8_t *writable_code(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		die("no page for code");
	return page;
}

static void mark(uint8_t *page, unsigned long label)
{
	/* nopl 0x5eedNNNN(%rax); ret */
	uint8_t code[] = { 0x0f, 0x1f, 0x80, label & 0xff, label >> 8, 0xed, 0x5e, 0xc3 };

	memcpy(page, code, sizeof(code));
	((void (*)(void))page)();
}

static uint64_t number_in(int fd)
{
	char text[32];
	ssize_t len = pread(fd, text, sizeof(text) - 1, 0);

	if (len <= 0)
		die("no number to read");
	text[len] = '\0';
	return strtoull(text, NULL, 10);
}

static void window(uint8_t *page, unsigned long label, uint64_t count, const char *path)
{
	const struct timespec period = { .tv_nsec = PERIOD_NS };
	int fd = open(path, O_RDONLY), periods;
	uint64_t from, grown = 0;

	if (fd < 0)
		die("no such file");
	from = number_in(fd);
	mark(page, 0);
	for (periods = 0; grown < count && periods < PERIODS_MAX; periods++) {
		nanosleep(&period, NULL);
		grown = number_in(fd) - from;
	}
	mark(page, label);
	if (grown < count)
		die("it does not grow so far");
	printf("%llu\n", (unsigned long long)grown);
}

int main(int argc, char **argv)
{
	unsigned long label = argc == 2 || argc == 4 ? strtoul(argv[1], NULL, 0) : 65536;
	uint8_t *page;

	if (label > 65535) {
		fprintf(stderr, "usage: mark N (0..65535) [COUNT FILE]\n");
		return 2;
	}
	page = writable_code();
	if (argc == 4)
		window(page, label, strtoull(argv[2], NULL, 10), argv[3]);
	else
		mark(page, label);
	return 0;
}
