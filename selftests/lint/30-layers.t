#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
#
# Includes go down the floors of the house, never up and never round in a circle;
# the pure room sees the outside only through its seam, xnb/base.h.

use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Source qw(c_files code root text);
use Test::More tests => 6;

my $SEAM = 'include/xnb/base.h';
my (%height, @unknown, @upward, @leaks, %edges);

sub read_floors {
	my @floors = grep { /^\w+:/ } split /\n/,
		do { local $ENV{LINT_ROOT}; text('selftests/lint/floors') };

	for my $i (0 .. $#floors) {
		my (undef, @nouns) = split /[\s:]+/, $floors[$i];
		$height{$_} = $#floors - $i for @nouns;
	}
}

sub is_pure {
	my ($file) = @_;

	return $file =~ m{^src/policy/}
		|| ($file =~ m{^include/xnb/(\w+)\.h$} && defined $height{$1} && $height{$1} == 0);
}

sub floor_of {
	my ($file) = @_;

	return 0 if $file =~ m{^src/policy/};
	return $height{compat} if $file =~ m{^src/compat/|^include/xnb/compat[.]h};
	my ($stem) = $file =~ m{(\w+)\.[ch]$};
	return $height{$stem};
}

sub look_at {
	my ($file) = @_;
	my $floor = floor_of($file);
	my $code = code($file);

	return push @unknown, $file unless defined $floor;
	while ($code =~ /^\s*#\s*include\s+[<"]([^>"]+)[>"]/mg) {
		my $header = $1;

		if ($header !~ m{^xnb/(.*)$}) {
			push @leaks, "$file: $header" if is_pure($file) && $file ne $SEAM;
			next;
		}
		my $target = "include/$header";
		my $other = floor_of($target);
		push @{ $edges{$file} }, $target;
		push @unknown, "$file: $header" unless defined $other;
		push @upward, "$file: $header" if defined $other && $other > $floor;
	}
}

# Walks from a header along its includes; the way back to itself is a circle.
sub circle {
	my ($start, $at, %seen) = @_;

	for my $next (@{ $edges{$at} // [] }) {
		return "$at -> $next" if $next eq $start;
		next if $seen{$next}++;
		my $found = circle($start, $next, %seen);
		return "$at -> $found" if $found;
	}
	return;
}

read_floors();
my @files = c_files('src', 'include');
look_at($_) for @files;

cmp_ok(scalar @files, '>', 0, 'there is something to look at');
is(join("\n", @unknown), '', 'every file stands on a floor (selftests/lint/floors)');
is(join("\n", @upward), '', 'no include goes up');
is(join("\n", grep { defined } map { circle($_, $_) } grep { /\.h$/ } sort keys %edges), '',
	'no headers include each other in a circle');
is(join("\n", @leaks), '', 'the pure room includes only pure headers');
is(join("\n", grep { !m{^include/xnb/|^src/(?:policy/|compat/)?[^/]+$} } @files), '',
	'no file lies outside the rooms');
