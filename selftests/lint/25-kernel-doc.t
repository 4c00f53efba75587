#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
#
# The headers' kernel-doc is well-formed, and every function that crosses a room's
# border has one (stand-ins for kernel functions are documented by the kernel).

use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Source qw(c_files code inside text top);
use Test::More tests => 3;

my @headers = c_files('include');
my $enter = top() . '/selftests/build/enter';
my @inside = map { inside($_) } @headers;
my @said = qx($enter sh -c 'perl /usr/lib/linux-kbuild-*/scripts/kernel-doc -none "\$@"' kernel-doc @inside 2>&1);
my @undocumented;

for my $file (@headers) {
	my ($code, $text) = (code($file), text($file));

	while ($code =~ /^(?!\s|#|typedef|return)[\w\s\*]+?\b(xnb_\w+)\((?=[^;{]*\)\s*[;{])/mg) {
		next if $1 =~ /^xnb_compat_/;
		push @undocumented, "$file: $1" unless $text =~ /^ \* \Q$1\E\(\) - \S/m;
	}
}

cmp_ok(scalar @headers, '>', 0, 'there are headers');
is(join('', @said), '', 'kernel-doc says nothing');
is(join("\n", @undocumented), '', 'every function in a header is documented');
