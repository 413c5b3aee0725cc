package LangOrch::Metrics;

# A strict reader of Prometheus text 0.0.4 and OpenMetrics 1.0: whatever a
# scraper could stumble over is an error here.
#
#   my $m = LangOrch::Metrics->read($text, open => 1);
#   $m->errors;  $m->value('langorch_x_total', status => 'ok');

use strict;
use warnings;

my $name   = qr/[a-zA-Z_:][a-zA-Z0-9_:]*/;
my $label  = qr/[a-zA-Z_][a-zA-Z0-9_]*/;
my $string = qr/(?:[^"\\\n]|\\[\\n"])*/;
my $number = qr/[-+]?(?:\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|Inf)|NaN/;

my %unescape = (n => "\n", '\\' => '\\', '"' => '"');


sub read {
    my ($class, $text, %o) = @_;
    my $self = bless { open => $o{open}, errors => [], families => {},
        order => [], samples => {} }, $class;

    $self->wrong('the text ends without a line feed') unless $text =~ /\n\z/;
    $self->wrong('a carriage return') if $text =~ /\r/;

    my @lines = split /\n/, $text, -1;
    pop @lines;

    if ($self->{open}) {
        $self->wrong('no # EOF at the end') unless @lines && $lines[-1] eq '# EOF';
        pop @lines;
    }

    $self->line($_) for @lines;
    $self->whole($_) for @{ $self->{order} };
    return $self;
}


sub wrong { my ($self, $what) = @_; push @{ $self->{errors} }, $what; return }


sub errors { return @{ $_[0]{errors} } }


sub line {
    my ($self, $line) = @_;

    if ($line =~ /^# (HELP|TYPE) ($name) (\S.*)$/) {
        return $self->meta($1, $2, $3);
    }

    if ($line =~ /^($name)(?:\{(.*)\})? ($number)$/) {
        return $self->sample($1, $2, $3, $line);
    }

    return $self->wrong("no line of the format: $line");
}


sub meta {
    my ($self, $what, $family, $rest) = @_;
    my $f = $self->{families}{$family};

    if (!$f) {
        $f = $self->{families}{$family} = { name => $family, keys => {}, series => {} };
        push @{ $self->{order} }, $family;
    }

    $self->wrong("$family is not in one piece") if $self->{order}[-1] ne $family;
    $self->wrong("a second $what of $family") if exists $f->{ lc $what };
    $self->wrong("$what of $family behind its samples") if %{ $f->{keys} };
    $self->wrong("$family has no type $rest")
        if $what eq 'TYPE' && $rest !~ /^(?:counter|gauge|histogram|unknown)$/;
    $f->{ lc $what } = $rest;
    return;
}


sub labels {
    my ($self, $text, $line) = @_;
    my %labels;
    return \%labels unless defined $text;

    while ($text =~ /\G($label)="($string)"(,|\z)/gc) {
        my ($key, $value, $more) = ($1, $2, $3);
        $self->wrong("$key twice in: $line") if exists $labels{$key};
        $self->wrong("a comma too many in: $line")
            if $more eq ',' && pos($text) == length $text;
        $value =~ s/\\(.)/$unescape{$1}/g;
        $labels{$key} = $value;
    }

    $self->wrong("labels of no format: $line")
        if (pos($text) // 0) < length $text || $text eq '';
    return \%labels;
}


# The family that a sample of that name belongs to.

sub family_of {
    my ($self, $sample) = @_;
    my $last = $self->{order}[-1] // return;
    my $f    = $self->{families}{$last};
    my $type = $f->{type} // 'none';

    my %tails = (
        histogram => { _bucket => 1, _sum => 1, _count => 1 },
        counter   => $self->{open} ? { _total => 1 } : { '' => 1 },
        gauge     => { '' => 1 },
        unknown   => { '' => 1 },
    );

    for my $tail (keys %{ $tails{$type} || {} }) {
        return ($f, $tail) if $sample eq $last . $tail;
    }
    return;
}


sub sample {
    my ($self, $sample, $text, $value, $line) = @_;
    my $labels = $self->labels($text, $line);
    my ($f, $tail) = $self->family_of($sample);

    return $self->wrong("of no family before it: $line") unless $f;

    my $key = join ',', map { "$_=$labels->{$_}" } sort keys %$labels;
    $self->wrong("twice: $line") if $f->{keys}{"$tail $key"}++;
    $self->wrong("negative: $line")
        if $f->{type} eq 'counter' && $value =~ /^-/;

    if ($f->{type} eq 'histogram') {
        my $le = delete $labels->{le};
        $self->wrong("le belongs to buckets: $line") if ($tail eq '_bucket') != defined $le;
        $key = join ',', map { "$_=$labels->{$_}" } sort keys %$labels;
        my $s = $f->{series}{$key} ||= { labels => $labels, buckets => [] };
        push @{ $s->{buckets} }, [ $le, $value, $line ] if defined $le;
        $s->{$tail} = $value unless defined $le;
    }
    else {
        $f->{series}{$key} = { labels => $labels, value => $value };
    }

    $self->{samples}{$sample}++;
    return;
}


# What can be said of a family once all of it was read.

sub whole {
    my ($self, $family) = @_;
    my $f = $self->{families}{$family};

    $self->wrong("$family has no HELP") unless defined $f->{help};
    $self->wrong("$family has no TYPE") unless defined $f->{type};
    $self->wrong("$family ends with _total")
        if $self->{open} && ($f->{type} // '') eq 'counter' && $family =~ /_total$/;

    return unless ($f->{type} // '') eq 'histogram';
    $self->histogram($family, $_) for values %{ $f->{series} };
    return;
}


sub histogram {
    my ($self, $family, $s) = @_;
    my ($bound, $count) = (-9**9**9, 0);

    for (@{ $s->{buckets} }) {
        my ($le, $n, $line) = @$_;
        my $next = $le eq '+Inf' ? 9**9**9 : $le;

        $self->wrong("bounds do not rise: $line") if $next <= $bound;
        $self->wrong("buckets fall: $line") if $n < $count;
        $self->wrong("no float: $line")
            if $self->{open} && $le ne '+Inf' && $le !~ /[.e]/;
        ($bound, $count) = ($next, $n);
    }

    $self->wrong("$family has no bucket +Inf") unless $bound == 9**9**9;
    $self->wrong("$family: _count is not the last bucket")
        unless defined $s->{_count} && $s->{_count} == $count;
    $self->wrong("$family has no _sum") unless defined $s->{_sum};
    return;
}


# --- asking --------------------------------------------------------------------

sub type { return $_[0]{families}{ $_[1] }{type} }
sub help { return $_[0]{families}{ $_[1] }{help} }
sub names { return @{ $_[0]{order} } }


# The series of a family with exactly these labels.

sub series {
    my ($self, $family, %labels) = @_;
    my $key = join ',', map { "$_=$labels{$_}" } sort keys %labels;
    return ($self->{families}{$family} || {})->{series}{$key};
}


sub all { return values %{ ($_[0]{families}{ $_[1] } || {})->{series} || {} } }


# A number, or the count of a histogram; 0 when it is not there.

sub value {
    my ($self, $family, %labels) = @_;
    my $s = $self->series($family, %labels) or return 0;
    return $s->{value} // $s->{_count};
}


1;
