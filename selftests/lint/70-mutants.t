#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
#
# Each mutant still fits the driver, and names a test that is there.

use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Source qw(root text);
use Test::More tests => 3;

my $root = root();
my @mutants = map { s{^\Q$root\E/}{}r } glob "$root/selftests/mutants/*.patch";
my (@unfit, @unknown);

for my $mutant (@mutants) {
	my $said = qx(git -C \Q$root\E apply --check \Q$root/$mutant\E 2>&1);

	push @unfit, "$mutant: $said" if $?;
	my ($test) = text($mutant) =~ /^Test: (\S+)$/m;
	my $file = !$test ? '' : $test =~ m{^unit/} ? "selftests/$test.c" : "selftests/xen/tests/$test.sh";
	push @unknown, "$mutant: no test $file" unless $file && -e "$root/$file";
}

cmp_ok(scalar @mutants, '>', 0, 'there are mutants');
is(join("\n", @unfit), '', 'each can be applied');
is(join("\n", @unknown), '', 'each names a test');
