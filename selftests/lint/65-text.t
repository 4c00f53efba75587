#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
#
# Every text file a person writes: licence line, clean line ends, nothing left to do, nothing that
# holds on one machine only, no link into the void.

use strict;
use warnings;
use File::Basename qw(dirname);
use FindBin;
use lib $FindBin::Bin;
use Source qw(files root text);
use Test::More tests => 6;

# Spelt so that this file does not find itself.
my $LEFTOVER = qr/\b(?:TO[D]O|FIX[M]E|XX[X])\b/;
my $HOST = qr{\b(?:deb|ftp\.\w+|archive|security|snapshot)\.(?:debian|ubuntu)\.(?:org|com)\b};
my $MACHINE = qr{(?<![\w.\$\})])/(?:home|work|Users)/\w};
my @text = grep { $_ ne 'COPYING' && !/\.svg$/ && text($_) !~ /\0/ } files();

sub lines_with {
	my ($pattern, @files) = @_;
	my @found;

	for my $file (@files) {
		my $number = 0;
		for (split /\n/, text($file)) {
			$number++;
			push @found, "$file:$number: $_" if /$pattern/;
		}
	}
	return join("\n", @found);
}

sub has_licence {
	my ($file) = @_;
	my ($first, $second) = split /\n/, text($file);

	return 1 if $file =~ /\.(?:md|csv|json|txt)$|^\.mailmap$/;
	return (($first // '') . ($second // '')) =~ /SPDX-License-Identifier: GPL-2\.0/;
}

sub dead_links {
	my ($file) = @_;
	my @dead;

	(my $text = text($file)) =~ s/^```.*?^```//msg;
	while ($text =~ /\]\(([^)\s#]+)(?:#[^)]*)?\)/g) {
		next if $1 =~ m{^\w+:};
		push @dead, "$file: $1" unless -e root() . '/' . dirname($file) . "/$1";
	}
	return @dead;
}

is(join("\n", grep { !has_licence($_) } @text), '', 'every file names its licence');
is(lines_with(qr/[ \t\r]$/, @text), '', 'no line ends in white space');
is(join("\n", grep { text($_) =~ /[^\n]\z|\n\n\z/ } @text), '', 'every file ends with one line end');
is(lines_with($LEFTOVER, @text), '', 'nothing is marked as left to do');
is(lines_with(qr/$HOST|$MACHINE/, @text), '', 'no archive host and no path of one machine');
is(join("\n", map { dead_links($_) } grep { /\.md$/ } @text), '', 'links in documents lead somewhere');
