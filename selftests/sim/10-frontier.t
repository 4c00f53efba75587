#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
#
# What docs/coalescing.md says about the frontier is so: the simulator runs the real policy
# beside its rivals, and the table it prints is the one that is kept and drawn.

use strict;
use warnings;
use FindBin;
use Test::More;

# Where a rival has fewer events at no more p99 delay: class, rival, why; and 'median' where
# its median packet is not held for longer either. An exception nobody needs is a failure.
my @EXCEPTIONS = (
	['poisson 10k',  'static',  'company is rarer than the wait is long: the median packet is not held'],
	['poisson 20k',  'static',  'as above'],
	['poisson 50k',  'static',  'an event goes as soon as no further packet is due'],
	['poisson 100k', 'static',  'as above'],
	['bursts of 64', 'static',  'the first packets of a burst go at once'],
	['bursts of 64', 'AIC',     'as above, when a wait is longer than a burst'],
	['on-off',       'static',  'the first packets of a burst go at once'],
	['8 clients',    'static',  'ours learns that clients wait for their answers; static lets them wait'],
	['8 clients',    'climber', 'as above; waits of 50 us are too short to tell', 'median'],
	['8 clients',    'AIC',     'as above'],
	['TCP',          'static',  'an event goes as soon as no further packet is due'],
);

# Two settings are told apart when their events differ by more than this share.
my $SAME = 0.02;
my $DEFAULT = '64/32';
# The nearest timer that the kernel sets, and the poll that it schedules.
my $HELD_US_MAX = 102.5;

my $top = "$FindBin::Bin/../..";
my @table = split /\n/, qx($FindBin::Bin/run);
my (%rows, @found);

is($?, 0, 'the simulator runs') or BAIL_OUT('no table');

sub kept {
	open my $in, '<', "$top/docs/frontier.csv" or return;
	chomp(my @lines = <$in>);
	return @lines;
}

my ($header, @lines) = @table;
my @names = split /,/, $header;
for (@lines) {
	my %row;

	@row{@names} = split /,/;
	push @{ $rows{$row{class}} }, \%row;
}

sub fewer {
	my ($rival, $ours) = @_;

	return $rival->{events_a_packet} < (1 - $SAME) * $ours->{events_a_packet}
		&& $rival->{p99_us} <= $ours->{p99_us} && $rival->{stalls} <= $ours->{stalls};
}

# Calls the function for each pair of a setting of ours and one of a rival in one class.
sub pairs {
	my ($function) = @_;

	for my $class (sort keys %rows) {
		for my $ours (grep { $_->{policy} eq 'ours' } @{ $rows{$class} }) {
			$function->($class, $ours, $_) for grep { $_->{policy} ne 'ours' } @{ $rows{$class} };
		}
	}
}

sub default_rows {
	return map { grep { $_->{policy} eq 'ours' && $_->{setting} eq $DEFAULT } @{ $rows{$_} } } @_;
}

is(scalar @lines, 15 * 14, 'fifteen classes, fourteen policies and settings');
is(join("\n", @table), join("\n", kept()), 'it is the table of docs/frontier.csv: make frontier');

my %excepted = map { ("$_->[0], $_->[1]" => 1) } @EXCEPTIONS;
my %median = map { ("$_->[0], $_->[1]" => 1) } grep { $_->[3] } @EXCEPTIONS;
my (%needed, %median_needed);
pairs(sub {
	my ($class, $ours, $rival) = @_;

	return unless fewer($rival, $ours);
	$needed{"$class, $rival->{policy}"} = 1;
	push @found, "$class, $rival->{policy} $rival->{setting} beats ours $ours->{setting}"
		unless $excepted{"$class, $rival->{policy}"};
});
is(join("\n", @found), '', 'no rival has fewer events at no more p99 delay, but for the exceptions');
is(join("\n", grep { !$needed{$_} } sort keys %excepted), '', 'every exception is needed');

@found = ();
pairs(sub {
	my ($class, $ours, $rival) = @_;

	return unless fewer($rival, $ours) && $rival->{p50_us} <= $ours->{p50_us};
	$median_needed{"$class, $rival->{policy}"} = 1;
	push @found, "$class, $rival->{policy} $rival->{setting} beats ours $ours->{setting}"
		unless $median{"$class, $rival->{policy}"};
});
is(join("\n", @found), '', 'nor with no more delay of the median packet either');
is(join("\n", grep { !$median_needed{$_} } sort keys %median), '', 'those exceptions are needed');

is(join(' ', map { $_->{class} } grep { $_->{max_us} > $HELD_US_MAX } default_rows(keys %rows)), '',
	"by default no packet is held for more than $HELD_US_MAX us");
is(join(' ', map { $_->{p99_us} + 0 } default_rows('poisson 2k', 'request-response',
	'closed loop of pairs')), '0 0 0', 'where packets wait for answers none is held');
is(join(' ', map { $_->{p50_us} + 0 } default_rows('8 clients')), '0', 'nor most of those of eight clients');
is(join(' ', map { $_->{class} } grep { $_->{stalls} > 0 } default_rows(keys %rows)), '',
	'the ring never runs dry');
done_testing();
