package LangOrch::Schema;

# Holds a value against a JSON Schema, as far as the interface's own uses it:
# type, enum, properties, required, items, additionalProperties, allOf, anyOf,
# minimum, maximum, date-time, $ref into the same document.
#
#   my @wrong = LangOrch::Schema::faults($value, $schema, $document);
#
# Each fault is "/pointer: what is wrong"; an empty list is praise.

use strict;
use warnings;

use B ();
use JSON::PP ();

my $time = qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;


sub faults {
    my ($value, $schema, $doc, $at) = @_;
    $at //= '';

    if (my $ref = $schema->{'$ref'}) {
        my $found = $doc;
        $found = ref $found eq 'HASH' ? $found->{$_} : undef
            for split m{/}, $ref =~ s{^#/}{}r;
        return "$at: no such schema: $ref" unless $found;
        return faults($value, $found, $doc, $at);
    }

    my @wrong = of_type($value, $schema, $at);
    return @wrong if @wrong;

    push @wrong, faults($value, $_, $doc, $at) for @{ $schema->{allOf} || [] };

    if (my $any = $schema->{anyOf}) {
        push @wrong, "$at: none of those it may be"
            unless grep { !faults($value, $_, $doc, $at) } @$any;
    }

    push @wrong, members($value, $schema, $doc, $at) if ref $value eq 'HASH';

    if (ref $value eq 'ARRAY' && $schema->{items}) {
        push @wrong, faults($value->[$_], $schema->{items}, $doc, "$at/$_")
            for 0 .. $#$value;
    }

    return @wrong;
}


sub of_type {
    my ($value, $schema, $at) = @_;

    my $is    = kind($value);
    my @types = map { ref $_ ? @$_ : $_ } grep { defined } $schema->{type};

    if (@types && !grep { $_ eq $is || $_ eq 'number' && $is eq 'integer' } @types) {
        return "$at: is $is, not " . join ' or ', @types;
    }

    if ($schema->{enum}) {
        return "$at: is none of its words" unless grep {
            defined $_ ? defined $value && $_ eq $value : !defined $value
        } @{ $schema->{enum} };
    }

    if ($is eq 'integer' || $is eq 'number') {
        return "$at: $value is too small"
            if defined $schema->{minimum} && $value < $schema->{minimum};
        return "$at: $value is too large"
            if defined $schema->{maximum} && $value > $schema->{maximum};
    }

    return "$at: is no time: $value"
        if $is eq 'string' && ($schema->{format} // '') eq 'date-time'
            && $value !~ $time;

    return;
}


sub members {
    my ($value, $schema, $doc, $at) = @_;

    my $known = $schema->{properties} || {};
    my $other = $schema->{additionalProperties};
    my @wrong = map { "$at/$_: is not there" }
        grep { !exists $value->{$_} } @{ $schema->{required} || [] };

    for my $name (sort keys %$value) {
        my $its = $known->{$name} || (ref $other eq 'HASH' ? $other : next);
        push @wrong, faults($value->{$name}, $its, $doc, "$at/$name");
    }

    return @wrong;
}


sub kind {
    my ($value) = @_;

    return 'null'    unless defined $value;
    return 'boolean' if JSON::PP::is_bool($value);
    return 'object'  if ref $value eq 'HASH';
    return 'array'   if ref $value eq 'ARRAY';

    my $flags = B::svref_2object(\$value)->FLAGS;
    return 'string' if $flags & B::SVf_POK;
    return $value == int $value ? 'integer' : 'number';
}


# Members of the value that the schema does not know: an answer has none.

sub unknown {
    my ($value, $schema, $doc, $at) = @_;
    $at //= '';

    if (my $ref = $schema->{'$ref'}) {
        my $found = $doc;
        $found = $found->{$_} for split m{/}, $ref =~ s{^#/}{}r;
        return unknown($value, $found, $doc, $at);
    }

    if (ref $value eq 'ARRAY' && $schema->{items}) {
        return map { unknown($value->[$_], $schema->{items}, $doc, "$at/$_") }
            0 .. $#$value;
    }

    return if ref $value ne 'HASH';

    if (my ($one) = grep { $_->{'$ref'} } @{ $schema->{anyOf} || [] }) {
        return unknown($value, $one, $doc, $at);
    }

    my %known = all_members($schema, $doc);
    return unless %known;

    return map {
        $known{$_} ? unknown($value->{$_}, $known{$_}, $doc, "$at/$_") : "$at/$_"
    } sort keys %$value;
}


sub all_members {
    my ($schema, $doc) = @_;

    my %all = %{ $schema->{properties} || {} };

    for my $part (@{ $schema->{allOf} || [] }) {
        my $found = $doc;
        $found = $found->{$_} for split m{/}, $part->{'$ref'} =~ s{^#/}{}r;
        %all = (%all, all_members($found, $doc));
    }

    return %all;
}


1;
