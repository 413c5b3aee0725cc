package LangOrch::Run;

# A run of the site under test, as its API shows it.

use strict;
use warnings;

use Carp qw(croak);

use LangOrch::Wait qw(until_true);

my %final = map { $_ => 1 } qw(completed failed canceled);


sub new {
    my ($class, $site, $id) = @_;
    return bless { site => $site, id => $id }, $class;
}


sub id { return $_[0]{id} }


sub path { return "/api/runs/$_[0]{id}" . ($_[1] // '') }


# The Run object; the site may be down for a moment, which is no answer.

sub get {
    my ($self) = @_;
    my $r = $self->{site}->get($self->path);
    return $r->{status} == 200 ? $r->{json} : undef;
}


sub events {
    my ($self, $query) = @_;
    my $r = $self->{site}->get($self->path('/events') . ($query // ''));
    return $r->{status} == 200 ? @{ $r->{json} } : ();
}


sub events_of {
    my ($self, $type) = @_;
    return grep { $_->{event_type} eq $type } $self->events;
}


# The n-th event of that type (the first), once it is there.

sub wait_for {
    my ($self, $type, $n, $limit) = @_;

    $n ||= 1;

    return until_true("event $type ($n) of run $self->{id}", sub {
        my @found = $self->events_of($type);
        return $found[$n - 1];
    }, $limit);
}


sub wait_status {
    my ($self, $status, $limit) = @_;

    my %wanted = map { $_ => 1 } ref $status ? @$status : ($status);
    my $last;

    my $run = eval {
        until_true('a status', sub {
            $last = $self->get or return;
            return $last if $wanted{ $last->{status} };
            return { gone => 1 } if $final{ $last->{status} };
            return;
        }, $limit);
    };

    return $run if $run && !$run->{gone};

    croak "run $self->{id} is " . ($last ? $last->{status} : 'not readable')
        . ($last && $last->{error_message} ? " ($last->{error_message})" : '')
        . ', not ' . join ' or ', sort keys %wanted;
}


sub wait_final {
    my ($self, $limit) = @_;
    return $self->wait_status([ keys %final ], $limit);
}


# The pending approval of the run, once there is one.

sub wait_approval {
    my ($self, $limit) = @_;

    return until_true("an approval of run $self->{id}", sub {
        my $r = $self->{site}->get(
            "/api/approvals?status=pending&run_id=$self->{id}");
        return $r->{status} == 200 ? $r->{json}[0] : undef;
    }, $limit);
}


sub decide {
    my ($self, $decision, %more) = @_;
    my $approval = $self->wait_approval;

    return $self->{site}->post(
        "/api/approvals/$approval->{approval_id}/decision",
        { decision => $decision, %more });
}


# The types in order, without the noise of checkpoints.

sub story {
    my ($self) = @_;
    return join ' ', grep { $_ ne 'checkpoint_saved' }
        map { $_->{event_type} } $self->events;
}


1;
