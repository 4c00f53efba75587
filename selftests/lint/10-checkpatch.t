#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
#
# checkpatch --strict has nothing to say, but for what checkpatch.exceptions
# excuses with a reason; and every exception there is still needed.

use strict;
use warnings;
use File::Temp qw(tempdir);
use FindBin;
use lib $FindBin::Bin;
use Source qw(root c_files text);
use Test::More tests => 3;

my @files = c_files('src', 'include', 'selftests');
my (@exceptions, %used, @found);

if (-e root() . '/selftests/lint/checkpatch.exceptions') {
	for (split /\n/, text('selftests/lint/checkpatch.exceptions')) {
		push @exceptions, [$1, $2] if /^([^#\s]\S*)\s+([A-Z_]+)\s+\S/;
	}
}

sub excused {
	my ($file, $type) = @_;

	for (@exceptions) {
		next unless $type eq $_->[1] && $file =~ /^\Q$_->[0]\E/;
		return $used{"$_->[0] $_->[1]"} = 1;
	}
	return 0;
}

# checkpatch looks for known camel-case names below its root and leaves a cache behind.
my $root = root();
my $dir = tempdir(CLEANUP => 1);
mkdir "$dir/include";
my $options = "--root=$dir --no-tree --strict --terse --show-types --quiet --file";
my @report = qx(cd $dir && $FindBin::Bin/checkpatch $options @{[map { "$root/$_" } @files]} 2>&1);
s{^\Q$root\E/}{} for @report;
my $totals = grep { /^total: / } @report;
for (@report) {
	push @found, $_ unless /^total: / || (/^([^:]+):\d+: \w+:(\w+):/ && excused($1, $2));
}

is($totals, @files, 'checkpatch looked at all ' . @files . ' files');
is(join('', @found), '', 'checkpatch --strict has nothing to say');
is(join("\n", grep { !$used{$_} } map { "$_->[0] $_->[1]" } @exceptions), '',
	'every exception is needed');
