# SPDX-License-Identifier: GPL-2.0
#
# What the checks of the source text share.
package Source;

use strict;
use warnings;
use Cwd qw(abs_path);
use Exporter qw(import);
use File::Basename qw(dirname);
use File::Find;

our @EXPORT_OK = qw(top root files c_files text code functions inside);

# The checkout these checks belong to.
sub top {
	return abs_path(dirname(__FILE__) . '/../..');
}

# The tree under judgement: the checkout, or a small one that the check of the
# checks made.
sub root {
	return abs_path($ENV{LINT_ROOT} // top());
}

my $GENERATED = qr/\.(?:o|ko|mod|mod\.c|cmd|symvers|order)$/;

# Files below the given folders of root(), as relative names; all without one.
sub files {
	my @folders = grep { -e root() . "/$_" } @_ ? @_ : ('.');
	my @found;

	return unless @folders;
	find({ no_chdir => 1, wanted => sub {
		(my $name = $File::Find::name) =~ s{^\Q${\root()}\E/(?:\./)?}{};
		$File::Find::prune = 1 if $name =~ m{^(?:build|\.git)$};
		push @found, $name if -f && !-l && $name !~ $GENERATED && $name ne '.git';
	} }, map { root() . "/$_" } @folders);
	return sort @found;
}

sub c_files {
	return grep { /\.[ch]$/ } files(@_);
}

sub text {
	my ($file) = @_;

	open my $in, '<', root() . "/$file" or die "$file: $!\n";
	local $/;
	return <$in> // '';
}

sub blank {
	my ($piece) = @_;

	$piece =~ s/[^\n]/ /g;
	return $piece;
}

# C text with comments and literals blanked, every line in its place; includes stay.
sub code {
	my $text = text($_[0]);

	$text =~ s{(^\#\s*include[^\n]*)|(/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')}
		{defined $1 ? $1 : blank($2)}gmse;
	return $text;
}

# [name, first line, number of lines] of each function, in kernel style: the
# braces of its body stand in the first column.
sub functions {
	my @lines = split /\n/, code($_[0]);
	my ($name, $start, @found);

	for my $i (0 .. $#lines) {
		if ($lines[$i] =~ /^[A-Za-z_].*?(\w+)\(/) {
			($name, $start) = ($1, $i);
		} elsif ($lines[$i] =~ /^\}\s*$/ && defined $start) {
			push @found, [$name, $start + 1, $i - $start + 1];
			undef $start;
		} elsif ($lines[$i] =~ /^\}|;\s*$/ && $lines[$i] !~ /^\s/) {
			undef $start;
		}
	}
	return @found;
}

# The name that a file of root() has inside the build root.
sub inside {
	my ($file) = @_;
	my $build = abs_path($ENV{BUILD} // top() . '/build');
	my $path = root() . "/$file";

	$path =~ s{^\Q$build\E/}{/build/} or $path =~ s{^\Q${\top()}\E/}{/src/};
	return $path;
}

1;
