// SPDX-License-Identifier: GPL-2.0
/*
 * Every request with every answer that netif.h has for it, and whether it changed what it says;
 * one that was refused may change nothing.
 */
#include <string.h>

#include "probe.h"

/* Not a power of 2, so that a modulo is no mask. */
#define QUEUES		3

static void refuse(const char *what, uint16_t type, uint32_t data0, uint32_t data1, uint32_t data2,
		   uint32_t status)
{
	ask(what, type, data0, data1, data2, status, 0);
}

/* What a refused request has left behind may show with the next one that is obeyed. */
static void probe_refused(void)
{
	probe_table();
	tell_flags(HASH_ALL);
	probe_table();
}

static void before_algorithm(void)
{
	refuse("flags without an algorithm", GET_HASH_FLAGS, 0, 0, 0, CTRL_NOT_SUPPORTED);
	refuse("flags without an algorithm", SET_HASH_FLAGS, HASH_ALL, 0, 0,
	       CTRL_INVALID_PARAMETER);
	probe_table();
}

static void algorithm(void)
{
	refuse("an algorithm", SET_HASH_ALGORITHM, 2, 0, 0, CTRL_INVALID_PARAMETER);
	refuse("an algorithm", SET_HASH_ALGORITHM, 0xffffffff, 0, 0, CTRL_INVALID_PARAMETER);
	refuse("flags without an algorithm", GET_HASH_FLAGS, 0, 0, 0, CTRL_NOT_SUPPORTED);
	tell_algorithm(ALGORITHM_TOEPLITZ);
	probe_table();
}

static void flags(void)
{
	ask("the flags", GET_HASH_FLAGS, 0, 0, 0, CTRL_SUCCESS, HASH_ALL);
	tell_flags(HASH_ALL);
	refuse("an unknown flag", SET_HASH_FLAGS, 1 << HASH_TYPES, 0, 0, CTRL_INVALID_PARAMETER);
	refuse("an unknown flag", SET_HASH_FLAGS, 0x80000001, 0, 0, CTRL_INVALID_PARAMETER);
	probe_table();
	tell_key(0);
	probe_table();
	tell_flags(0);
	probe_table();
	tell_flags(HASH_ALL);
	refuse("an algorithm", SET_HASH_ALGORITHM, 2, 0, 0, CTRL_INVALID_PARAMETER);
	ask("the flags", GET_HASH_FLAGS, 0, 0, 0, CTRL_SUCCESS, HASH_ALL);
	probe_table();
}

static void key(void)
{
	fill_key(PAGE_BYTES);
	tell_key(KEY_BYTES);
	probe_table();

	fill_key(PAGE_BYTES);
	refuse("a long key", SET_HASH_KEY, key_page.gref, KEY_BYTES + 1, 0, CTRL_BUFFER_OVERFLOW);
	refuse("a long key", SET_HASH_KEY, key_page.gref, 0xffffffff, 0, CTRL_BUFFER_OVERFLOW);
	refuse("a key nowhere", SET_HASH_KEY, GREF_BAD, KEY_BYTES, 0, CTRL_INVALID_PARAMETER);
	refuse("a key nowhere", SET_HASH_KEY, 4000000, 16, 0, CTRL_INVALID_PARAMETER);
	probe_refused();

	tell_key(16);
	probe_table();
	tell_key(1);
	probe_table();
	tell_key(0);
	probe_table();
	tell_key(KEY_BYTES);
}

static void size(void)
{
	ask("the largest table", GET_HASH_MAPPING_SIZE, 0, 0, 0, CTRL_SUCCESS, TABLE_MAX);
	refuse("a table of 1", SET_HASH_MAPPING, table_page.gref, 1, 0, CTRL_BUFFER_OVERFLOW);
	fill_table(TABLE_MAX);
	tell_size(TABLE_MAX);
	tell_table(TABLE_MAX, 0);
	refuse("a large table", SET_HASH_MAPPING_SIZE, TABLE_MAX + 1, 0, 0,
	       CTRL_INVALID_PARAMETER);
	refuse("a large table", SET_HASH_MAPPING_SIZE, 0xffffffff, 0, 0, CTRL_INVALID_PARAMETER);
	refuse("a large table", SET_HASH_MAPPING_SIZE, 0x10080, 0, 0, CTRL_INVALID_PARAMETER);
	probe_refused();
	tell_size(TABLE_MAX);
	probe_table();
	ask("the largest table", GET_HASH_MAPPING_SIZE, 0, 0, 0, CTRL_SUCCESS, TABLE_MAX);
}

static void part_of_table(unsigned int count, unsigned int first)
{
	fill_table(count);
	tell_table(count, first);
	probe_table();
}

static void table_out_of_range(unsigned int count, unsigned int first)
{
	fill_table(TABLE_MAX);
	refuse("a table out of range", SET_HASH_MAPPING, table_page.gref, count, first,
	       CTRL_BUFFER_OVERFLOW);
}

static void bad_entry(unsigned int where, uint32_t value)
{
	uint32_t *table = table_page.data;

	fill_table(TABLE_MAX);
	table[where] = value;
	refuse("a queue that is not there", SET_HASH_MAPPING, table_page.gref, TABLE_MAX, 0,
	       CTRL_INVALID_PARAMETER);
}

static void table(void)
{
	part_of_table(TABLE_MAX, 0);
	part_of_table(16, 32);
	part_of_table(16, TABLE_MAX - 16);
	part_of_table(1, TABLE_MAX - 1);
	part_of_table(1, 0);
	table_out_of_range(TABLE_MAX + 1, 0);
	table_out_of_range(TABLE_MAX, 1);
	table_out_of_range(1, TABLE_MAX);
	table_out_of_range(16, TABLE_MAX - 15);
	table_out_of_range(32, 0xfffffff0);
	table_out_of_range(0xfffffff0, 32);
	table_out_of_range(0x40000001, 0);
	table_out_of_range(1, 0xffffffff);
	probe_refused();
	bad_entry(0, QUEUES);
	bad_entry(64, 0xffffffff);
	bad_entry(64, 256);
	bad_entry(64, 0x10000);
	bad_entry(TABLE_MAX - 1, QUEUES);
	probe_refused();
	refuse("a table nowhere", SET_HASH_MAPPING, GREF_BAD, TABLE_MAX, 0,
	       CTRL_INVALID_PARAMETER);
	refuse("a table nowhere", SET_HASH_MAPPING, 4000000, 1, 0, CTRL_INVALID_PARAMETER);
	probe_refused();
}

static void other_sizes(void)
{
	tell_size(16);
	probe_table();
	table_out_of_range(17, 0);
	part_of_table(16, 0);
	tell_size(5);
	part_of_table(5, 0);
	tell_size(1);
	part_of_table(1, 0);
	tell_size(0);
	table_out_of_range(1, 0);
	probe_table();
}

static void unknown(void)
{
	static const uint16_t unknown[] = {
		0, GET_GREF_MAPPING_SIZE, ADD_GREF_MAPPING, DEL_GREF_MAPPING, 11, 0x107, 0xffff,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(unknown); i++)
		refuse("an unknown request", unknown[i], table_page.gref, 1, 0,
		       CTRL_NOT_SUPPORTED);
	probe_refused();
}

int operations(unsigned int count)
{
	start(QUEUES);
	for (;;) {
		before_algorithm();
		algorithm();
		flags();
		key();
		size();
		table();
		other_sizes();
		unknown();
		if (count-- <= 1)
			break;
		front_close(&front);
		connect_again(QUEUES);
	}
	return judge_answers("all requests are answered and obeyed");
}
