package LangOrch::Wait;

# Waiting for a fact, with a limit: the only way in which a test lets time pass.

use strict;
use warnings;

use Carp qw(croak);
use Exporter qw(import);
use Time::HiRes qw(time);

our @EXPORT_OK = qw(until_true pause $patience);

# A machine with sanitizers and neighbours is slow: this is when a fact that
# does not come counts as missing, not how long anything should take.

our $patience = $ENV{LANGORCH_PATIENCE} || 30;


# until_true($what, sub { ... }, $seconds): the first true value of the sub.

sub until_true {
    my ($what, $fact, $limit) = @_;

    my $end  = time + ($limit || $patience);
    my $step = 0.005;

    while (1) {
        my $value = $fact->();
        return $value if $value;

        croak "waited in vain: $what" if time > $end;

        pause($step);
        $step *= 1.5 if $step < 0.1;
    }
}


sub pause {
    my ($seconds) = @_;
    select undef, undef, undef, $seconds;
    return;
}


1;
