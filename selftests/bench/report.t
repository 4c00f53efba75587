#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
#
# The report says what the values say: which rows are better, worse, or within the noise; and
# it is one file that needs no other.

use strict;
use warnings;
use File::Temp qw(tempdir);
use FindBin;
use lib $FindBin::Bin;
use Results qw(benchmarks);
use Test::More;

my $dir = tempdir(CLEANUP => 1);
my @ROWS = (
	# what, unit, the stock driver, ours, the stock driver again, judged, times as good
	['60 bytes to the guest',   'packets/s', '100 101 99', '400 410 390', '100 100 102', 'better', 4],
	['60 bytes from the guest', 'packets/s', '100 101 99', '80 81 79',    '100 100 102', 'worse', 0.8],
	['noise & "quotes", <b>',   'Mbit/s',    '100 150 90', '110 112 111', '95 96 99',    'same', 1.11],
	['a little',                'Mbit/s',    '100 100 100', '101 101 101', '100 100 100', 'same', 1.01],
	['round trip',              'p99 us',    '100 101 99', '50 50 50',    '100 100 100', 'better', 2],
	['longer round trip',       'p99 us',    '100 101 99', '125 125 125', '100 100 100', 'worse', 0.8],
	['no interrupts',           'host interrupts a packet', '0 0 0', '0.0001 0 0.0001', '0 0 0', 'same', 1],
	['none any more',           'host interrupts a packet', '1 1 1', '0 0 0', '1 1 1', 'better', 200],
	['few rounds', 'Mbit/s', '100 100', '110 110', '100 100', 'better', 1.1],
);

sub quoted {
	return $_[0] =~ /[,"]/ ? "\"$_[0]\"" : $_[0];
}

sub write_values {
	my ($file) = @_;
	my $origin = '"a machine, with a comma",Linux,Xen,commit,7';

	open my $out, '>', $file or die "$file: $!\n";
	print $out "benchmark,row,unit,driver,round,value,machine,kernel,xen,commit,seed\n";
	for my $row (@ROWS) {
		my ($what, $unit, %values) = @$row[0, 1];
		(my $text = $what) =~ tr/"//d;
		@values{qw(stock ours again)} = @$row[2, 3, 4];
		for my $driver (sort keys %values) {
			my $round = 0;
			print $out join(',', 'packets', quoted($text), $unit, $driver, ++$round, $_, $origin), "\n"
				for split / /, $values{$driver};
		}
	}
	close $out or die "$file: $!\n";
}

sub slurp {
	open my $in, '<', $_[0] or return '';
	local $/;
	return scalar <$in>;
}

write_values("$dir/packets.csv");
my ($bench) = benchmarks($dir);
is(scalar @{ $bench->{rows} }, @ROWS, 'every row is read');
for my $i (0 .. $#ROWS) {
	my ($what, $judged, $factor) = @{ $ROWS[$i] }[0, 5, 6];
	is($bench->{rows}[$i]{judged}, $judged, "$what: $judged");
	cmp_ok(abs($bench->{rows}[$i]{factor} - $factor), '<', 0.005, "$what: $factor times as good");
}

my $said = qx($FindBin::Bin/report $dir 2>&1);
is($?, 0, 'the report is made');
is($said, "9 rows: 4 better, 3 the same within the noise, 2 worse\n", 'and says how it went');
my $html = slurp("$dir/report.html");
like(slurp("$dir/results.md"), qr/^\| noise .* \| 1\.11 \(same\) \|/m, 'a difference within the noise is none');
like($html, qr/noise &#38; quotes, &#60;b&#62;/, 'text is text');
like($html, qr/<svg.*<\/svg>/s, 'the plots are in it');
unlike($html, qr{(?:src|href)="(?!#)|url\((?!#)|\@import}, 'it needs no other file');
is(() = $html =~ /<li>Packets at full rate: /g, 2, 'every worse row is named under the price');
isnt(slurp("$dir/packets.svg"), '', 'the plot is kept as a file, too');
is(scalar(() = slurp("$dir/results.md") =~ /^\| .*\(worse\)/mg), 2, 'the tables in Markdown mark worse rows');

like(slurp("$dir/results.md"), qr/\(median of 3; \* of 2\).*^\| few rounds \* \|/ms, 'and those of fewer rounds');

mkdir "$dir/profile";
open my $out, '>', "$dir/profile/functions-profile.csv" or die $!;
print $out "row,unit,driver,part,function,instructions\n",
	map { "60 bytes,a packet,$_\n" } 'stock,guest,xennet_poll,100', 'ours,guest,xennet_poll,40', 'ours,driver,poll,10';
close $out or die $!;
is(system("$FindBin::Bin/report $dir/profile >/dev/null"), 0, 'a profile alone makes a report');
like(slurp("$dir/profile/report.html"), qr/<td>xennet_poll/, 'with its functions');
like(slurp("$dir/profile/results.md"), qr/^\| 60 bytes, a packet \|.*ours.*\| 50 \| 2.00 \| 2.50 \|$/ms,
	'and with what no driver could do better');

mkdir "$dir/empty";
like(scalar qx($FindBin::Bin/report $dir/empty 2>&1), qr/\Areport: no results in .*: run make bench\n\z/,
	'without results one line says what to do');
done_testing();
