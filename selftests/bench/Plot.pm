# SPDX-License-Identifier: GPL-2.0
#
# The report's plots, drawn by gnuplot.
package Plot;

use strict;
use warnings;
use Exporter qw(import);
use List::Util qw(max min);
use Results qw(factor_text);

our @EXPORT_OK = qw(@PARTS plot_factors plot_profile);

my %COLOUR = (better => '#2060a0', worse => '#c04040', same => '#b0b0b0');
our @PARTS = ('Xen for dom0', 'dom0 kernel', 'driver', 'dom0 programs', 'guest', 'Xen for the guest');
my @PART_COLOURS = ('#8c6bb1', '#9ecae1', '#2060a0', '#c7e9c0', '#fdd0a2', '#d8c8e8');

sub gnuplot {
	my ($script) = @_;

	open my $to, '|-', 'gnuplot' or die "report: cannot run gnuplot: $!\n";
	print $to $script;
	close $to or die "report: gnuplot failed\n";
}

sub quoted {
	my ($text) = @_;

	$text =~ s/(["\\])/\\$1/g;
	return "\"$text\"";
}

sub top {
	my ($file, $height) = @_;
	my ($name) = $file =~ m{([^/]+)\.svg$};

	return <<"GNUPLOT";
set terminal svg size 960,$height font "sans-serif,12" background "white" name "$name"
set output "$file"
set border 1 lc rgb "#888888"
set tics nomirror
set ytics scale 0
set lmargin at screen 0.42
set rmargin at screen 0.97
GNUPLOT
}

# A bar for each row: how many times as good as stock; a ring where stock stood the second time.
sub plot_factors {
	my ($file, $bench) = @_;
	my @rows = grep { defined $_->{factor} } @{ $bench->{rows} };
	my ($bars, $rings, @ticks) = ('', '');
	my ($low, $high) = (0.8, 1.25);

	return unless @rows;
	for my $i (0 .. $#rows) {
		my $row = $rows[$i];
		my $colour = hex substr $COLOUR{ $row->{judged} }, 1;

		$low = min($low, $row->{factor} * 0.8);
		$high = max($high, $row->{factor} * 1.5);
		$bars .= sprintf "%d %.4f %d %s\n", -$i, $row->{factor}, $colour, quoted(factor_text($row->{factor}));
		$rings .= sprintf "%d %.4f\n", -$i, $row->{noise} // 1;
		push @ticks, quoted("$row->{row}, $row->{unit}") . ' ' . -$i;
	}
	my $ticks = $high > 6 ? '0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200' : '0.2, 0.5, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5';
	gnuplot(top($file, 70 + 19 * @rows) . <<"GNUPLOT");
\$bars << EOD
${bars}EOD
\$rings << EOD
${rings}EOD
set ytics (@{[join ', ', @ticks]})
set yrange [@{[-@rows + 0.4]}:0.6]
set logscale x
set xrange [$low:$high]
set xtics ($ticks)
set grid xtics lc rgb "#e6e6e6"
set xlabel "times as good as stock (ring: stock once more)"
set arrow from 1, graph 0 to 1, graph 1 nohead lc rgb "#444444"
set style fill solid noborder
unset key
plot \$bars using 2:1:(\$2 < 1 ? \$2 : 1):(\$2 < 1 ? 1 : \$2):(\$1 - 0.36):(\$1 + 0.36):3 \\
		with boxxyerror lc rgb variable, \\
	\$rings using 2:1 with points pt 6 ps 0.5 lc rgb "#444444", \\
	\$bars using (\$2 < 1 ? 1 : \$2):1:4 with labels left offset 0.3,0 font ",10"
GNUPLOT
}

# Two stacked bars for each load, stock above ours: instructions by part of the machine.
sub plot_profile {
	my ($file, @profiles) = @_;
	my ($boxes, $sums, @ticks) = ('', '');
	my ($at, $most) = (0, 0);

	for my $profile (@profiles) {
		for my $driver (qw(stock ours)) {
			my $sum = 0;

			for my $i (0 .. $#PARTS) {
				my $part = ($profile->{parts}{$driver}{ $PARTS[$i] } // 0) / ($profile->{total}{stock} || 1) * 100;
				$boxes .= sprintf "%.2f %.3f %.3f %d\n", -$at, $sum, $sum + $part, hex substr $PART_COLOURS[$i], 1;
				$sum += $part;
			}
			$most = max($most, $sum);
			$sums .= sprintf "%.2f %.3f %s\n", -$at, $sum, quoted(sprintf '%.0f', $profile->{total}{$driver} // 0);
			push @ticks, quoted("$profile->{row}, " . ($driver eq 'ours' ? 'this driver' : $driver)) . ' ' . -$at;
			$at++;
		}
		$at += 0.4;
	}
	my $keys = join ', ', map { "NaN with boxes lc rgb \"$PART_COLOURS[$_]\" title \"$PARTS[$_]\"" } 0 .. $#PARTS;
	gnuplot(top($file, int(120 + 22 * $at)) . <<"GNUPLOT");
set lmargin at screen 0.34
\$boxes << EOD
${boxes}EOD
\$sums << EOD
${sums}EOD
set ytics (@{[join ', ', @ticks]})
set yrange [@{[-$at + 0.6]}:0.6]
set xrange [0:@{[max(100, $most) * 1.08]}]
set xlabel "instructions, % of the stock driver's, and their number"
set grid xtics lc rgb "#e6e6e6"
set style fill solid noborder
set key outside top center horizontal font ",11"
plot \$boxes using 2:1:2:3:(\$1 - 0.4):(\$1 + 0.4):4 with boxxyerror lc rgb variable notitle, \\
	\$sums using 2:1:3 with labels left offset 0.5,0 font ",10" notitle, $keys
GNUPLOT
}

1;
