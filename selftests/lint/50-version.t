#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
#
# The version has one home, include/xnb/version.h; everything else follows it.

use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Source qw(c_files root text);
use Test::More tests => 6;

my @versions = text('include/xnb/version.h') =~ /^#define XNB_VERSION "([^"]*)"$/mg;
my $version = $versions[0] // 'none';

is(scalar @versions, 1, 'version.h defines one version');
like($version, qr/^\d+\.\d+\.\d+(?:-rc\d+)?$/, "$version is a version number");
is(qx(bash -c '. "\$1" && printf %s "\$PACKAGE_VERSION"' - @{[root()]}/dkms.conf 2>&1), $version,
	'dkms.conf has it');
is((split ' ', qx(make -C @{[root()]} -s help 2>&1))[1], "$version:", 'the Makefile has it');
like(text('NEWS.md'), qr/^## \Q$version\E\b/m, 'NEWS.md has a section for it');
is(join("\n", grep { $_ ne 'include/xnb/version.h' && text($_) =~ /"\Q$version\E"/ }
	c_files('src', 'include')), '', 'no other source file writes it out');
