package LangOrch::Dns;

# A server of names on loopback, in a process of its own, whose answers change: for
# names that move while somebody looks.
#
#   my $dns = LangOrch::Dns->start;
#   $dns->say('a.test' => ['127.0.0.2']);                always this
#   $dns->say('b.test' => ['192.0.2.1'], ['127.0.0.1']); in turn, each time
#   http { resolver 127.0.0.1:PORT ...; }                $dns->port
#
# An answer is a list of IPv4 addresses, and is true for no second.

use strict;
use warnings;

use Carp qw(croak);
use File::Temp qw(tempdir);
use IO::Socket::INET;
use POSIX qw(_exit);

use LangOrch::Http;
use LangOrch::Vault;

my %alive;


sub start {
    my ($class) = @_;

    my $self = bless { owner => $$, names => {}, dir => tempdir(CLEANUP => 1) }, $class;
    $self->{socket} = IO::Socket::INET->new(Proto => 'udp', LocalAddr => '127.0.0.1')
        or croak "dns: $!";
    $self->{port} = $self->{socket}->sockport;
    LangOrch::Vault::keep($self->{dir}, {});

    $self->{pid} = fork // croak "fork: $!";

    if ($self->{pid} == 0) {
        $SIG{$_} = 'DEFAULT' for qw(INT TERM);
        eval { $self->serve; 1 } or print STDERR "dns: $@";
        _exit(0);
    }

    close delete $self->{socket};
    $alive{$self} = $self;
    return $self;
}


sub port { return $_[0]{port} }


sub say {
    my ($self, $name, @answers) = @_;
    $self->{names}{$name} = \@answers;
    LangOrch::Vault::keep($self->{dir}, $self->{names});
    return;
}


END {
    my $status = $?;
    for my $self (grep { $_->{owner} == $$ } values %alive) {
        kill 'KILL', $self->{pid};
        waitpid $self->{pid}, 0;
    }
    $? = $status;
}


# --- in its own process ----------------------------------------------------------

sub serve {
    my ($self) = @_;
    my $parent = getppid;
    my %asked;

    while (getppid == $parent) {
        my $ready = '';
        vec($ready, fileno $self->{socket}, 1) = 1;
        next if !select $ready, undef, undef, 0.5;

        my $from = recv $self->{socket}, my $query, 4096, 0;
        next if !defined $from || length $query < 17;
        send $self->{socket}, $self->answer($query, \%asked), 0, $from;
    }
    return;
}


sub answer {
    my ($self, $query, $asked) = @_;
    my ($id, $flags) = unpack 'nn', $query;
    my ($at, @labels) = (12);

    while (my $n = ord substr $query, $at, 1) {
        push @labels, substr $query, $at + 1, $n;
        $at += $n + 1;
    }

    my $question = substr $query, 12, $at + 5 - 12;
    my $type  = unpack 'n', substr $query, $at + 1, 2;
    my $names = LangOrch::Http::decode(LangOrch::Vault::slurp("$self->{dir}/state"));
    my $name  = lc join '.', @labels;
    my $turns = $names->{$name};
    my @all   = $turns && $type == 1 ? @{ $turns->[ $asked->{$name}++ % @$turns ] } : ();

    return pack('nnnnnn', $id, 0x8180 | ($turns ? 0 : 3), 1, scalar @all, 0, 0) . $question
        . join '', map { pack 'nnnNna4', 0xc00c, 1, 1, 0, 4, pack 'C4', split /\./ } @all;
}


1;
