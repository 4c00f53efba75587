# SPDX-License-Identifier: GPL-2.0
#
# The instruction profile, as the report shows it.
package Profile;

use strict;
use warnings;
use Exporter qw(import);
use List::Util qw(max);
use Results qw(read_csv);

our @EXPORT_OK = qw(profiles);

my $TOP = 40;

# For each load: the sum of each part and in all, by driver, and the dearest functions.
sub profiles {
	my ($dir) = @_;
	my (%by_row, @order);

	for my $line (map { read_csv($_) } sort glob "$dir/functions-*.csv") {
		my $profile = $by_row{ $line->{row} };

		if (!$profile) {
			$profile = $by_row{ $line->{row} } = { row => $line->{row}, unit => $line->{unit} };
			push @order, $profile;
		}
		my $function = $profile->{all}{"$line->{part},$line->{function}"}
			//= { part => $line->{part}, function => $line->{function}, stock => 0, ours => 0 };
		$function->{ $line->{driver} } += $line->{instructions};
		$profile->{parts}{ $line->{driver} }{ $line->{part} } += $line->{instructions};
		$profile->{total}{ $line->{driver} } += $line->{instructions};
	}
	for my $profile (@order) {
		my ($stock, $ours) = @{ $profile->{total} }{qw(stock ours)};
		my $driver = $profile->{parts}{ours}{driver} // 0;

		$profile->{factor} = $stock / $ours if $stock && $ours;
		# What a driver would be that takes no instruction, but has Xen and the kernel do the same.
		$profile->{bound} = $stock / ($ours - $driver) if $stock && $ours && $ours > $driver;
		my @all = sort { max(@$b{qw(stock ours)}) <=> max(@$a{qw(stock ours)}) } values %{ $profile->{all} };
		$profile->{functions} = [@all > $TOP ? @all[0 .. $TOP - 1] : @all];
	}
	return @order;
}

1;
