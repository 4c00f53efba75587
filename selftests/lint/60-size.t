#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
#
# Files and functions stay small enough to be read.

use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Source qw(c_files files functions text);
use Test::More tests => 3;

my $FILE_LINES = 700;
my $FUNCTION_LINES = 100;
my (@long, $functions);

for my $file (c_files('src', 'include', 'selftests')) {
	for (functions($file)) {
		my ($name, $line, $length) = @$_;
		$functions++;
		push @long, "$file:$line: $name() has $length lines" if $length > $FUNCTION_LINES;
	}
}

cmp_ok($functions, '>', 0, 'there are functions');
is(join("\n", @long), '', "no function is longer than $FUNCTION_LINES lines");
is(join("\n", grep { (my $text = text($_)) =~ tr/\n// > $FILE_LINES } files('src', 'include', 'selftests')),
	'', "no file is longer than $FILE_LINES lines");
