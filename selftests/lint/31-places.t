#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
#
# What may be written where: each word of the table stands only in the files that
# own it. An empty list means nowhere.

use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Source qw(c_files code files text);
use Test::More;

my @COMPAT = qw(src/compat/ include/xnb/compat.h include/xnb/compat_rxfh.h);
my @RING = qw(src/ring.c include/xnb/ring.h);
my @KEYS = qw(src/announce.c src/ethtool.c src/netdev.c src/params.c src/sysfs.c include/xnb/params.h);

my @TABLE = (
	['kernel versions only in compat',
		qr/\b(?:LINUX_VERSION_\w+|KERNEL_VERSION|RHEL_\w+_VERSION|UTS_RELEASE)\b/, @COMPAT],
	['the shared rings only in ring.c',
		qr/\b(?:(?:BACK_|SHARED_)?RING_(?:ATTACH|COPY|FINAL|FREE|FULL|GET|HAS|INIT|PUSH|REQUEST|SIZE)\w*|sring)\b/, @RING],
	['no BUG and no WARN',
		qr/\b(?:VM_|DEBUG_|DEBUG_NET_)?(?:BUG|WARN)(?:_ON|_RATELIMIT)?(?:_ONCE|_PAGE|_MM)?\s*\(/],
	['no panic', qr/\bpanic\s*\(/],
	['no kernel thread of our own', qr/\bkthread_\w+|\bkernel_thread\b/],
	['no grant is mapped but the ring pages',
		qr/\bGNTTABOP_(?:un)?map\w*|\bgnttab_(?:un)?map_\w+|\bgnttab_set_(?:un)?map_op\b/],
	['ring pages are mapped where rings are made',
		qr/\bxenbus_(?:un)?map_ring\w*/, qw(src/queue.c src/ctrl.c)],
	['directions are called from_guest and to_guest',
		qr/\bxnb_(?:\w+_)?[rt]x(?:_\w+)?\b/, @KEYS],
	['the module does not claim to be in-tree', qr/\bMODULE_INFO\s*\(\s*intree\b/],
);

sub owned {
	my ($file, @owners) = @_;

	return grep { $file eq $_ || (m{/$} && $file =~ /^\Q$_\E/) } @owners;
}

sub violations {
	my ($pattern, @owners) = @_;
	my @found;

	for my $file (c_files('src', 'include')) {
		next if owned($file, @owners);
		my $number = 0;
		for (split /\n/, code($file)) {
			$number++;
			push @found, "$file:$number: $&" if /$pattern/;
		}
	}
	return join("\n", @found);
}

for (@TABLE) {
	my ($name, $pattern, @owners) = @$_;
	is(violations($pattern, @owners), '', $name);
}
unlike(text('Kbuild'), qr/\bEXTRA_CFLAGS\b/, 'Kbuild does without EXTRA_CFLAGS, which is gone since 6.15');
is(join("\n", grep { m{/xen-netback\.c$} } files('src')), '', 'no source file has the name of the module');
done_testing();
