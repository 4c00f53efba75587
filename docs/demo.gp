# SPDX-License-Identifier: GPL-2.0
# The plot of the README, from the demo's table: gnuplot docs/demo.gp
set terminal svg size 860,320 font "sans-serif,12" background "white"
set output "docs/demo.svg"

$demo << EOD
"instructions,\nto guest" 33358 8084
"instructions,\nfrom guest" 24810 11661
"guest interrupts,\nto guest" 701 34
"guest interrupts,\nfrom guest" 1002 28
EOD

set style data histograms
set style histogram clustered gap 1
set style fill solid 0.9 noborder
set boxwidth 0.9
set yrange [0:120]
set ylabel "% of stock"
set ytics 0,25,100
set grid ytics lc rgb "#dddddd"
set border 3
set bmargin 4
set tics nomirror
set key outside top right horizontal
set title "Work for a 60-byte packet (Linux 6.1, Xen 4.17, instruction clock)"
plot $demo using (100):xtic(1) title "stock" lc rgb "#b0b0b0", \
     "" using (100*$3/$2) title "this driver" lc rgb "#2060a0", \
     "" using ($0+0.17):(100*$3/$2+6):(sprintf("%.0f %%", 100*$3/$2)) with labels notitle
