#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
#
# shellcheck finds nothing in any shell file.

use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Source qw(files inside text top);
use Test::More;

sub is_shell {
	my ($file) = @_;

	return 1 if $file =~ /\.sh$/ || $file eq 'dkms.conf';
	return 0 if $file =~ /\.\w+$/ && $file !~ /\.t$/;
	my ($first) = split /\n/, text($file);
	return ($first // '') =~ m{^#!\s*/(?:usr/)?bin/(?:env )?(?:ba|da)?sh\b};
}

# Not wanted: SC1090 and SC1091 (what a guest sources is not here), SC2016 (text meant
# for another shell), SC2317 (functions called by name through another), SC2320 (the
# status of an echo into sysfs is what a test wants to know).
my $not_wanted = 'SC1090,SC1091,SC2016,SC2317,SC2320';
# dkms.conf uses what DKMS sets and sets what DKMS uses.
my $dkms_words = 'SC2034,SC2154';
my $enter = top() . '/selftests/build/enter';
my $tree = inside('');
my @shell = grep { is_shell($_) } files();
my (@programs, @parts, @dkms);

sub shellcheck {
	my ($options, @files) = @_;

	return '' unless @files;
	return scalar qx($enter sh -c 'cd $tree && shellcheck -f gcc "\$@"' - $options @files 2>&1);
}

# What is only ever sourced says no shell; all of it is bash.
for (@shell) {
	push @{ $_ eq 'dkms.conf' ? \@dkms : text($_) =~ /\A#!/ ? \@programs : \@parts }, $_;
}

plan tests => 2;
cmp_ok(scalar @shell, '>', 0, 'there are ' . @shell . ' shell files');
my $follow = "-x -P SCRIPTDIR -P . -e $not_wanted";
my $said = shellcheck($follow, @programs) . shellcheck("-s bash $follow", @parts)
	. shellcheck("-s bash -e $dkms_words", @dkms);
is($said, '', 'shellcheck says nothing');
