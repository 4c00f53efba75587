# SPDX-License-Identifier: GPL-2.0
#
# The values of the benchmarks, and what they say.
package Results;

use strict;
use warnings;
use Exporter qw(import);
use File::Basename qw(dirname);
use List::Util qw(max min sum0);

our @EXPORT_OK = qw(benchmarks read_csv shown factor_text);

# Less than this is no difference, whatever the noise.
my $SAME = 0.02;
# An interrupt in two hundred packets is none.
my $NOTHING = 0.005;
# More than this is not told apart: of very little it would be noise.
my $FACTOR_MAX = 200;

sub lines_of {
	my ($file) = @_;

	open my $in, '<', $file or die "$file: $!\n";
	chomp(my @lines = <$in>);
	return @lines;
}

# A list of hashes, one a line; a field with a comma stands in quotes.
sub read_csv {
	my ($file) = @_;
	my ($names, @rows) = map { [map { s/^"(.*)"$/$1/r } /\G("[^"]*"|[^,]*)(?:,|$)/g] } lines_of($file);
	my @found;

	for my $fields (@rows) {
		my %row;
		@row{@$names} = @$fields;
		push @found, \%row;
	}
	return @found;
}

sub median {
	my @sorted = sort { $a <=> $b } @_;

	return unless @sorted;
	my $half = int(@sorted / 2);
	return @sorted % 2 ? $sorted[$half] : ($sorted[$half - 1] + $sorted[$half]) / 2;
}

# How many times as good as stock, for a unit of which more or less is better.
sub factor {
	my ($more, $value, $stock) = @_;

	return unless defined $value && defined $stock;
	return 1 if !$more && max($value, $stock) < $NOTHING;
	my ($good, $bad) = $more ? ($value, $stock) : ($stock, $value);
	return $good ? $FACTOR_MAX : 1 unless $bad;
	return min($FACTOR_MAX, max(1 / $FACTOR_MAX, $good / $bad));
}

# better, worse or same: outside of all that stock did, and by more than a little.
sub judge {
	my ($row) = @_;
	my @all = (@{ $row->{values}{stock} // [] }, @{ $row->{values}{again} // [] });
	my $ours = $row->{ours};

	return '' unless defined $row->{factor};
	return 'same' if abs($row->{factor} - 1) <= $SAME || ($ours >= min(@all) && $ours <= max(@all));
	return $row->{factor} > 1 ? 'better' : 'worse';
}

sub finish {
	my ($row) = @_;

	$row->{more} = $row->{unit} =~ m{/s$} ? 1 : 0;
	$row->{$_} = median(@{ $row->{values}{$_} }) for keys %{ $row->{values} };
	$row->{factor} = factor($row->{more}, $row->{ours}, $row->{stock});
	$row->{noise} = factor($row->{more}, $row->{again}, $row->{stock});
	$row->{judged} = judge($row);
	$row->{rounds} = scalar @{ $row->{values}{ours} // $row->{values}{stock} // [] };
}

# The rows of one benchmark in the order in which they were measured.
sub rows_of {
	my ($file) = @_;
	my (%rows, @order, $about);

	for my $line (read_csv($file)) {
		my $key = "$line->{row} | $line->{unit}";

		push @order, $rows{$key} = { row => $line->{row}, unit => $line->{unit}, key => $key }
			unless $rows{$key};
		push @{ $rows{$key}{values}{ $line->{driver} } }, $line->{value};
		$about = $line;
	}
	finish($_) for @order;
	return ($about, @order);
}

# What a benchmark's file says about itself.
sub header_of {
	my ($name) = @_;
	my %header = (headline => []);

	for (lines_of(dirname(__FILE__) . "/$name.sh")) {
		push @{ $header{headline} }, $1 if /^# headline: *(.*)/;
		$header{$1} = $2 if /^# (bench|about|order): *(.*)/;
	}
	return %header;
}

# All that was measured, each with its header, its rows and where it ran.
sub benchmarks {
	my ($dir) = @_;
	my @found;

	for my $file (glob "$dir/*.csv") {
		my ($name) = $file =~ m{([^/]+)\.csv$};
		next unless -e dirname(__FILE__) . "/$name.sh";
		my ($where, @rows) = rows_of($file);
		push @found, { name => $name, header_of($name), where => $where, rows => \@rows } if @rows;
	}
	return sort { ($a->{order} // 99) <=> ($b->{order} // 99) || $a->{name} cmp $b->{name} } @found;
}

# A number as a person likes to read it.
sub shown {
	my ($value) = @_;

	return '' unless defined $value;
	return sprintf '%.3f', $value if $value < 1;
	return sprintf '%.1f', $value if $value < 1000 && $value != int $value;
	my $text = sprintf '%.0f', $value;
	1 while $text =~ s/^(\d+)(\d{3})/$1,$2/;
	return $text;
}

sub factor_text {
	my ($factor) = @_;

	return '' unless defined $factor;
	return "over $FACTOR_MAX" if $factor >= $FACTOR_MAX;
	return sprintf $factor >= 10 ? '%.0f' : '%.2f', $factor;
}

1;
