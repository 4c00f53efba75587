#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
#
# The check of the checks: a small clean tree passes every one of them, and each
# deliberate violation turns the right test of the right check red.

use strict;
use warnings;
use File::Basename qw(dirname);
use File::Path qw(make_path remove_tree);
use File::Temp qw(tempdir);
use FindBin;
use lib $FindBin::Bin;
use Source qw(top);
use Test::More;

my $SPDX = 'SPDX-License-Identifier: GPL-2.0';
# A patch of src/main.c below, where the module is described as @text.
sub mutant {
	my ($test, $text) = @_;

	return <<~"END";
		$SPDX
		Test: $test
		Expect: it

		--- a/src/main.c
		+++ b/src/main.c
		\@\@ -6,3 +6,3 \@\@
		 MODULE_VERSION(XNB_VERSION);
		-MODULE_DESCRIPTION("$text");
		+MODULE_DESCRIPTION("another");
		 MODULE_LICENSE("GPL");
		END
}

my %CLEAN = (
	'Kbuild' => "# $SPDX\nobj-m := xen-netback.o\n"
		. "xen-netback-y := src/main.o src/policy/slots.o\nccflags-y := -I\$(src)/include\n",
	'NEWS.md' => "# News\n\n## 1.2.3\n\nSee [Kbuild](Kbuild).\n",
	'include/xnb/base.h' => "/* $SPDX */\n#include <linux/types.h>\n",
	'include/xnb/slots.h' => <<~"END",
		/* $SPDX */
		#include <xnb/base.h>

		/**
		 * xnb_slots() - count slots
		 * \@len: bytes
		 *
		 * Return: slots.
		 */
		int xnb_slots(int len);
		END
	'include/xnb/version.h' => "/* $SPDX */\n#define XNB_VERSION \"1.2.3\"\n",
	'src/main.c' => <<~"END",
		// $SPDX
		#include <linux/module.h>

		#include <xnb/version.h>

		MODULE_VERSION(XNB_VERSION);
		MODULE_DESCRIPTION("fixture");
		MODULE_LICENSE("GPL");
		END
	'src/policy/slots.c' => <<~"END",
		// $SPDX
		#include <xnb/slots.h>

		int xnb_slots(int len)
		{
			return (len + 4095) / 4096;
		}
		END
	'selftests/true.sh' => "#!/bin/sh\n# $SPDX\ntrue\n",
	'selftests/xen/tests/true.sh' => "#!/bin/sh\n# $SPDX\ntrue\n",
	'selftests/mutants/other.patch' => mutant('true', 'fixture'),
);

# Which check, what is appended to which file, and which of the check's tests sees it.
my @VIOLATIONS = (
	['10-checkpatch', 'src/main.c', "int* x;\n", 'checkpatch --strict has nothing'],
	['10-checkpatch', 'selftests/lint/checkpatch.exceptions',
		"# $SPDX\nsrc/main.c CAMELCASE no reason\n", 'every exception is needed'],
	['20-sparse', 'src/main.c', "int xnb_stray;\n", 'sparse says nothing'],
	['20-sparse', 'src/main.c', "static void __iomem *a; void *b(void) { return a; }\n",
		'sparse says nothing'],
	['25-kernel-doc', 'include/xnb/slots.h', "/**\n * xnb_wrong - a\n * \@c: d\n */\nint xnb_right(int b);\n",
		'kernel-doc says nothing'],
	['25-kernel-doc', 'include/xnb/slots.h', "int xnb_mute(int a);\n", 'function in a header is documented'],
	['30-layers', 'src/nowhere.c', "// $SPDX\n", 'stands on a floor'],
	['30-layers', 'src/ring.c', "// $SPDX\n#include <xnb/vif.h>\n", 'no include goes up'],
	['30-layers', 'include/xnb/base.h', "#include <xnb/slots.h>\n", 'in a circle'],
	['30-layers', 'src/policy/slots.c', "#include <linux/slab.h>\n", 'only pure headers'],
	['30-layers', 'src/policy/slots.c', "#include <xnb/ring.h>\n", 'no include goes up'],
	['30-layers', 'src/lib/main.c', "// $SPDX\n", 'outside the rooms'],
	['31-places', 'src/main.c', "#if LINUX_VERSION_CODE > 1\n#endif\n", 'kernel versions'],
	['31-places', 'src/vif.c', "int x = ring->sring;\n", 'shared rings'],
	['31-places', 'src/vif.c', "RING_PUSH_RESPONSES(r);\n", 'shared rings'],
	['31-places', 'src/vif.c', "BUG_ON(1);\n", 'no BUG'],
	['31-places', 'src/vif.c', "if (WARN_ON_ONCE(1))\n", 'no BUG'],
	['31-places', 'src/vif.c', "panic(0);\n", 'no panic'],
	['31-places', 'src/vif.c', "kthread_run(f);\n", 'kernel thread'],
	['31-places', 'src/grant.c', "x = GNTTABOP_map_grant_ref;\n", 'no grant is mapped'],
	['31-places', 'src/grant.c', "gnttab_map_refs(a);\n", 'no grant is mapped'],
	['31-places', 'src/ethtool.c', "xenbus_map_ring_valloc(a);\n", 'ring pages'],
	['31-places', 'src/vif.c', "void xnb_vif_rx_action(void);\n", 'directions'],
	['31-places', 'src/main.c', "MODULE_INFO(intree, \"Y\");\n", 'in-tree'],
	['31-places', 'Kbuild', "EXTRA_CFLAGS += -g\n", 'EXTRA_CFLAGS'],
	['31-places', 'src/xen-netback.c', "// $SPDX\n", 'name of the module'],
	['40-shell', 'selftests/true.sh', "echo \$1\n", 'shellcheck says nothing'],
	['40-shell', 'selftests/plain', "#!/bin/bash\n# $SPDX\nx=\n", 'shellcheck says nothing'],
	['40-shell', 'dkms.conf', "if then\n", 'shellcheck says nothing'],
	['50-version', 'include/xnb/version.h', "#define XNB_VERSION \"1.2.4\"\n", 'defines one version'],
	['50-version', 'dkms.conf', "PACKAGE_VERSION=1.2.4\n", 'dkms.conf has it'],
	['50-version', 'Makefile', "VERSION := 1.2.4\n", 'the Makefile has it'],
	['50-version', 'src/main.c', "char *v = \"1.2.3\";\n", 'no other source file'],
	['60-size', 'src/main.c', "void f(int a)\n{\n" . "\ta++;\n" x 98 . "}\n", 'no function is longer'],
	['60-size', 'src/main.c', "int a;\n" x 700, 'no file is longer'],
	['65-text', 'src/bare.c', "int a;\n", 'names its licence'],
	['65-text', 'src/main.c', "int a; \n", 'white space'],
	['65-text', 'src/main.c', "int a;", 'one line end'],
	['65-text', 'src/main.c', "\n", 'one line end'],
	['65-text', 'src/main.c', '/* FIX' . "ME */\n", 'left to do'],
	['65-text', 'selftests/true.sh', 'cd /ho' . "me/me\n", 'one machine'],
	['65-text', 'selftests/true.sh', '# deb.debi' . "an.org\n", 'one machine'],
	['65-text', 'NEWS.md', "[gone](gone.md)\n", 'lead somewhere'],
	['70-mutants', 'selftests/mutants/bad.patch', mutant('true', 'no fixture'), 'can be applied'],
	['70-mutants', 'selftests/mutants/bad.patch', mutant('gone', 'fixture'), 'names a test'],
);

my $build = $ENV{BUILD} // top() . '/build';
make_path($build);
my $dir = tempdir(DIR => $build, CLEANUP => 1);

# An interrupt has to run the clean-up as well.
$SIG{INT} = $SIG{TERM} = $SIG{HUP} = sub { exit 130 };

sub append {
	my ($file, $text) = @_;

	make_path(dirname("$dir/$file"));
	open my $out, '>>', "$dir/$file" or die "$file: $!";
	print $out $text;
	close $out;
}

sub make_tree {
	remove_tree($dir, { keep_root => 1 });
	system('cp', top() . '/dkms.conf', top() . '/Makefile', $dir);
	append($_, $CLEAN{$_}) for keys %CLEAN;
}

sub verdict {
	my ($check) = @_;

	local $ENV{LINT_ROOT} = $dir;
	return qx($FindBin::Bin/$check.t 2>&1);
}

for my $check (map { s{.*/(.*)\.t$}{$1}r } glob "$FindBin::Bin/[1-8]*.t") {
	make_tree();
	my $said = verdict($check);
	ok($? == 0, "$check passes a clean tree") or diag($said);
	ok(scalar(grep { $_->[0] eq $check } @VIOLATIONS), "$check has a violation to find");
}
for (@VIOLATIONS) {
	my ($check, $file, $text, $test) = @$_;
	make_tree();
	append($file, $text);
	my $said = verdict($check);
	like($said, qr/^not ok \d+ - .*\Q$test\E/m, "$check watches $file: $test") or diag($said);
}
done_testing();
