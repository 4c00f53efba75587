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

# SC2317 takes functions that are called by name through another for unreachable.
# dkms.conf uses what DKMS sets and sets what DKMS uses.
my %options = ('dkms.conf' => '-s bash -e SC2034,SC2154');
my $enter = top() . '/selftests/build/enter';
my $tree = inside('');
my @shell = grep { is_shell($_) } files();

plan tests => 2;
cmp_ok(scalar @shell, '>', 0, 'there are ' . @shell . ' shell files');
my $said = '';
my @plain = grep { !$options{$_} } @shell;
$said .= qx($enter sh -c 'cd $tree && shellcheck -x -e SC2317 -P SCRIPTDIR -P . -f gcc "\$@"' shellcheck @plain 2>&1) if @plain;
for my $file (grep { $options{$_} } @shell) {
	$said .= qx($enter sh -c 'cd $tree && shellcheck -f gcc "\$@"' shellcheck $options{$file} $file 2>&1);
}
is($said, '', 'shellcheck says nothing');
