#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
#
# wakeups.pml: no wake-up is lost on any interleaving, and each rule that is taken out of the
# model is missed at once. What the model contains: docs/coalescing.md.

use strict;
use warnings;
use Cwd qw(getcwd);
use File::Copy qw(copy);
use File::Temp qw(tempdir);
use FindBin;
use Test::More;

for my $tool (qw(spin gcc)) {
	plan(skip_all => "no $tool: apt-get install $tool") if system("command -v $tool >/dev/null");
}

my @DISCONNECT = qw(REQUESTS=2 DISCONNECT);
my @QUIET = qw(REQUESTS=3 EARLY=0);

# Whole searches: name, definitions, and states that there are at least.
my @MODELS = (
	['a ring of two slots and three requests', \@QUIET, 1_000_000],
	['timers that fire too early', [qw(REQUESTS=2 EARLY=1)], 500_000],
	['timers set before anything waits', [qw(REQUESTS=2 EARLY=0 FORESEEN=1)], 500_000],
	['a disconnect at any time', \@DISCONNECT, 1_000_000],
);

# The definitions that show a mutant, and what breaks: an assertion of that process.
my %MUTANTS = (
	HELD_FLAG_CLEARED => [\@QUIET, 'a held event is dropped unseen, as smart poll did in 2010'],
	MISSED_CLEARED => [\@QUIET, 'NAPI lets go although it was scheduled meanwhile'],
	NO_LOOK => [\@QUIET, 'no look at the ring behind req_event'],
	NO_BARRIER_BEHIND_ARM => [\@QUIET, 'no barrier between them'],
	NO_BARRIER_BEHIND_RESPONSES => [\@QUIET, 'no barrier between rsp_prod and rsp_event'],
	PARK_BEHIND_NAPI => [\@QUIET, 'req_event of a parked queue written when NAPI has let go'],
	ARMED_CLEARED_LATE => [\@QUIET, 'the timer clears armed when it has read its time'],
	NO_BARRIER_BEHIND_ARMED => [\@QUIET, 'the timer has no barrier between them'],
	NO_BARRIER_BEHIND_AT => [\@QUIET, 'nor has the poll'],
	ACKNOWLEDGE_FIRST => [\@QUIET, 'the event is acknowledged before the last look'],
	OWED_NOT_TAKEN => [\@QUIET, 'two CPUs acknowledge one event'],
	HELD_FORGOTTEN => [\@DISCONNECT, 'a disconnect forgets the held event'],
	TIMER_BEFORE_NAPI => [\@DISCONNECT, 'a disconnect stops the timer before NAPI'],
);

my $model = "$FindBin::Bin/wakeups.pml";
my $here = getcwd();
my $dir = tempdir(CLEANUP => 1);
$SIG{INT} = $SIG{TERM} = $SIG{HUP} = sub { chdir $here; exit 130 };

# Searches the model with some definitions. Return: what spin's verifier says.
sub search {
	my @defines = map { "-D$_" } @_;

	chdir $dir;
	unlink glob '*';
	copy($model, 'wakeups.pml');
	my $said = qx(spin -a @defines wakeups.pml 2>&1);
	$said .= qx(gcc -w -O1 -DSAFETY -DCOLLAPSE -DMEMLIM=1500 -o pan pan.c 2>&1) unless $?;
	$said .= qx(./pan -m100000 2>&1) unless $?;
	chdir $here;
	return $said;
}

sub text {
	open my $in, '<', $model or die "$model: $!";
	local $/;
	return <$in>;
}

for (@MODELS) {
	my ($name, $defines, $least) = @$_;
	my $said = search(@$defines);
	my ($errors) = $said =~ /errors: (\d+)/;
	my ($states) = $said =~ /^\s*(\S+) states, stored/m;

	is($errors, 0, "no wake-up is lost: $name") or diag($said);
	unlike($said, qr/not completed|truncated|too small|out of memory/i, 'the search was complete');
	cmp_ok($states // 0, '>', $least, 'and went over ' . ($states // 0) . ' states');
}

for my $mutant (sort keys %MUTANTS) {
	my ($defines, $what) = @{ $MUTANTS{$mutant} };
	my $said = search(@$defines, "MUTANT_$mutant");

	like($said, qr/assertion violated/, "found: $what ($mutant)") or diag($said);
}

my %written = map { $_ => 1 } text() =~ /\bMUTANT_(\w+)/g;
is(join(' ', sort keys %written), join(' ', sort keys %MUTANTS), 'every mutant of the model was tried');
done_testing();
