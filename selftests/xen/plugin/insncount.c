// SPDX-License-Identifier: GPL-2.0
/*
 * QEMU TCG plugin: count executed instructions per vCPU.
 *
 * A marker instruction, nopl 0x5eedNNNN(%rax), closes the window that began at
 * the marker before it. Label 0 throws the window away, any other label writes
 * it out:
 *
 *	window LABEL
 *	vcpu N xen COUNT kernel COUNT module COUNT user COUNT
 *	block N ADDRESS COUNT		(only with blocks=on)
 *
 * Arguments: out=FILE, blocks=on|off.
 *
 * A block that an exception leaves half-way counts as a whole one.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The part of qemu-plugin.h in use. The interface is stable, and the header is
 * not packaged everywhere.
 */
typedef uint64_t qemu_plugin_id_t;
typedef struct qemu_info_t qemu_info_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };

typedef void (*tb_trans_cb)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb);
typedef void (*vcpu_cb)(unsigned int vcpu, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, tb_trans_cb cb);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb, vcpu_cb cb,
					  enum qemu_plugin_cb_flags flags, void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, vcpu_cb cb,
					    enum qemu_plugin_cb_flags flags, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t idx);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);

#define EXPORT		__attribute__((visibility("default")))
#define VCPUS		16
#define HASH_BITS	20
#define MARKER_LEN	7

enum owner { XEN, KERNEL, MODULE, USER, OWNERS };

static const char * const owner_name[OWNERS] = { "xen", "kernel", "module", "user" };

struct block {
	struct block *hash_next;
	struct block *list_next;
	uint64_t addr;
	uint32_t insns;
	enum owner owner;
	uint64_t runs[VCPUS];
};

/* One cache line pair for each vCPU: they all count at once. */
struct counts {
	uint64_t insns[OWNERS];
} __attribute__((aligned(128)));

static struct counts counts[VCPUS];
static struct block *block_hash[1 << HASH_BITS];
static struct block *block_list;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool per_block;
static FILE *out;

EXPORT int qemu_plugin_version = 1;

static enum owner owner_of(uint64_t addr)
{
	if (addr >= 0xffffffffc0000000ull)
		return MODULE;
	if (addr >= 0xffffffff80000000ull)
		return KERNEL;
	if (addr >= 0xffff800000000000ull)
		return XEN;
	return USER;
}

/* A block's identity outlives its translations, which QEMU drops and redoes. */
static struct block *block_get(uint64_t addr, uint32_t insns)
{
	uint64_t key = (addr ^ ((uint64_t)insns << 48)) * 0x9e3779b97f4a7c15ull;
	struct block **head = &block_hash[key >> (64 - HASH_BITS)];
	struct block *b;

	pthread_mutex_lock(&lock);
	for (b = *head; b; b = b->hash_next)
		if (b->addr == addr && b->insns == insns)
			goto out;

	b = calloc(1, sizeof(*b));
	if (!b)
		abort();
	b->addr = addr;
	b->insns = insns;
	b->owner = owner_of(addr);
	b->hash_next = *head;
	*head = b;
	b->list_next = block_list;
	block_list = b;
out:
	pthread_mutex_unlock(&lock);
	return b;
}

static void block_executed(unsigned int vcpu, void *data)
{
	struct block *b = data;

	if (vcpu >= VCPUS)
		return;
	counts[vcpu].insns[b->owner] += b->insns;
	if (per_block)
		b->runs[vcpu]++;
}

static void write_window(unsigned int label)
{
	struct block *b;
	int i, j;

	fprintf(out, "window %u\n", label);
	for (i = 0; i < VCPUS; i++) {
		uint64_t sum = 0;

		for (j = 0; j < OWNERS; j++)
			sum += counts[i].insns[j];
		if (!sum)
			continue;
		fprintf(out, "vcpu %d", i);
		for (j = 0; j < OWNERS; j++)
			fprintf(out, " %s %" PRIu64, owner_name[j], counts[i].insns[j]);
		fputc('\n', out);
	}
	for (b = per_block ? block_list : NULL; b; b = b->list_next)
		for (i = 0; i < VCPUS; i++)
			if (b->runs[i])
				fprintf(out, "block %d %" PRIx64 " %" PRIu64 "\n",
					i, b->addr, b->runs[i] * b->insns);
	fflush(out);
}

static void marker_executed(unsigned int vcpu, void *data)
{
	unsigned int label = (uintptr_t)data;
	struct block *b;

	(void)vcpu;
	pthread_mutex_lock(&lock);
	if (label)
		write_window(label);
	memset(counts, 0, sizeof(counts));
	for (b = per_block ? block_list : NULL; b; b = b->list_next)
		memset(b->runs, 0, sizeof(b->runs));
	pthread_mutex_unlock(&lock);
}

/* The label of a marker instruction, or -1. */
static int marker_label(const struct qemu_plugin_insn *insn)
{
	const uint8_t *d = qemu_plugin_insn_data(insn);

	if (qemu_plugin_insn_size(insn) != MARKER_LEN || d[0] != 0x0f || d[1] != 0x1f ||
	    d[2] != 0x80 || d[5] != 0xed || d[6] != 0x5e)
		return -1;
	return d[3] | d[4] << 8;
}

static void block_translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb);
	size_t i;

	(void)id;
	qemu_plugin_register_vcpu_tb_exec_cb(tb, block_executed, QEMU_PLUGIN_CB_NO_REGS,
					     block_get(qemu_plugin_tb_vaddr(tb), n));
	for (i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		int label = marker_label(insn);

		if (label >= 0)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, marker_executed,
							       QEMU_PLUGIN_CB_NO_REGS,
							       (void *)(uintptr_t)label);
	}
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info,
			       int argc, char **argv)
{
	const char *path = "insn.txt";
	int i;

	(void)info;
	for (i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "out=", 4))
			path = argv[i] + 4;
		else if (!strncmp(argv[i], "blocks=", 7))
			per_block = !strcmp(argv[i] + 7, "on");
	}
	out = fopen(path, "w");
	if (!out) {
		perror(path);
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, block_translated);
	return 0;
}
