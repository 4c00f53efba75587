# SPDX-License-Identifier: GPL-2.0
# The plot of coalescing.md, from the simulator's table: make frontier
set terminal svg size 960,1220 font "sans-serif,11" background "white"
set output "docs/frontier.svg"
table = "docs/frontier.csv"

classes = "'poisson 2k' 'poisson 10k' 'poisson 20k' 'poisson 50k' 'poisson 100k' 'poisson 200k' \
'poisson 500k' 'bursts of 8' 'bursts of 64' 'on-off' 'request-response' 'closed loop of pairs' \
'8 clients' 'saturating' 'TCP'"
rivals = "none ticks spaced static AIC climber"
colours = "#777777 #c49a6c #e08030 #3a9a5a #9060b0 #c05080"
shapes = "2 8 10 4 6 12"

set datafile separator ","
set datafile missing NaN
set border 3 lc rgb "#888888"
set tics nomirror font ",9" tc rgb "#444444"
set grid lc rgb "#e6e6e6"
set logscale x
set logscale y
set xrange [0.7:1500]
set xtics ("0" 1, "10" 10, "50" 50, "200" 200, "1000" 1000)
set yrange [0.001:1.4]
set ytics (0.001, 0.01, 0.1, 1)
unset key

# What is zero stands at the left edge of a logarithmic axis.
delay(x) = x < 1 ? 1 : x
is(class, policy) = strcol("class") eq class && strcol("policy") eq policy
x(class, policy) = is(class, policy) ? delay(column("p99_us")) : NaN
y(class, policy) = is(class, policy) ? column("events_a_packet") : NaN

set multiplot
columns = 3
rows = 5
width = 0.265
height = 0.13
do for [i = 1:15] {
	class = word(classes, i)
	column_ = (i - 1) % columns
	row = (i - 1) / columns
	left = 0.08 + column_ * 0.315
	bottom = 0.802 - row * 0.185
	set lmargin at screen left
	set rmargin at screen left + width
	set bmargin at screen bottom
	set tmargin at screen bottom + height
	set title class font ",12" offset 0,-0.6
	set xlabel (row == rows - 1 ? "p99 of the added delay, us" : "")
	set ylabel (column_ == 0 ? "events a packet" : "") offset 1.5,0
	plot for [j = 1:6] table using (x(class, word(rivals, j))):(y(class, word(rivals, j))) \
			with points pt int(word(shapes, j)) ps 0.75 lw 1.6 \
			lc rgb word(colours, j), \
		table using (x(class, "ours")):(y(class, "ours")) \
			with linespoints pt 7 ps 0.6 lw 1.6 lc rgb "#2060a0", \
		table using (x(class, "ours")):(strcol("setting") eq "64/32" ? y(class, "ours") : NaN) \
			with points pt 6 ps 1.3 lw 1.6 lc rgb "#2060a0"
}

# One legend for all.
set lmargin at screen 0.08
set rmargin at screen 0.985
set bmargin at screen 0.955
set tmargin at screen 0.985
unset border
unset tics
unset xlabel
unset ylabel
unset grid
unset title
set key center center horizontal font ",12" samplen 1.5 width 1
plot for [j = 1:6] NaN with points pt int(word(shapes, j)) ps 0.9 lw 1.6 \
		lc rgb word(colours, j) title word(rivals, j), \
	NaN with linespoints pt 7 ps 0.8 lw 1.6 lc rgb "#2060a0" title "ours", \
	NaN with points pt 6 ps 1.3 lw 1.6 lc rgb "#2060a0" title "its default"
unset multiplot
