package LangOrch::Spellings;

# Ways to write an address that nobody may call, and ways to write none at all
# (reliability.md 6, "Outbound policy"): of() gives them as URLs with the port of a
# canary, which is to hear nothing.

use strict;
use warnings;

my @spellings = qw(
    http://127.0.0.1:PORT/              http://127.1:PORT/
    http://127.0.1:PORT/                http://2130706433:PORT/
    http://0x7f000001:PORT/             http://0x7f.0.0.1:PORT/
    http://0177.0.0.1:PORT/             http://017700000001:PORT/
    http://127.0.0.01:PORT/             http://0.0.0.0:PORT/
    http://0:PORT/                      http://localhost:PORT/
    http://LOCALHOST:PORT/              http://localhost.:PORT/
    http://127.0.0.1.:PORT/             http://127.255.255.254:PORT/
    http://[::1]:PORT/                  http://[0:0:0:0:0:0:0:1]:PORT/
    http://[::]:PORT/                   http://[::ffff:127.0.0.1]:PORT/
    http://[::ffff:7f00:1]:PORT/        http://[::127.0.0.1]:PORT/
    http://[64:ff9b::7f00:1]:PORT/      http://[64:ff9b::127.0.0.1]:PORT/
    http://[2002:7f00:1::]:PORT/        http://[fe80::1]:PORT/
    http://[fc00::1]:PORT/              http://[fd12:3456::1]:PORT/
    http://[ff02::1]:PORT/              http://[::1%25lo]:PORT/
    http://user@127.0.0.1:PORT/         http://user:pw@127.0.0.1:PORT/
    http://example.org@127.0.0.1:PORT/  http://127.0.0.1%23@example.org:PORT/
    http://127.0.0.1:PORT@example.org/  http://127%2e0%2e0%2e1:PORT/
    http://%31%32%37.0.0.1:PORT/        http:\\\\127.0.0.1:PORT/
    http:/127.0.0.1:PORT/               http:127.0.0.1:PORT
    //127.0.0.1:PORT/                   https://127.0.0.1:PORT/
    ftp://127.0.0.1:PORT/               gopher://127.0.0.1:PORT/_x
    file:///etc/passwd                  unix:/run/x.sock
    dict://127.0.0.1:PORT/              http://unix:/run/x.sock:/
    http://10.0.0.1:PORT/               http://172.16.0.1:PORT/
    http://192.168.1.1:PORT/            http://100.64.0.1:PORT/
    http://169.254.169.254/             http://[fd00:ec2::254]/
    http://169.254.1.1:PORT/            http://224.0.0.1:PORT/
    http://255.255.255.255:PORT/        http://198.18.0.1:PORT/
    http://0x7f000001:PORT/a            http://127.0.0.1:0/
    http://127.0.0.1:65536/             http://127.0.0.1:PORTx/
);


sub of {
    my ($port) = @_;

    # full-width digits and dots, as some libraries read them

    return ((map { s/PORT/$port/r } @spellings),
        "http://\x{ff11}\x{ff12}\x{ff17}.0.0.1:$port/",
        "http://127\x{3002}0\x{3002}0\x{3002}1:$port/",
        "http://127.0.0.1:$port\r\nX: y/", "http://127.0.0.1\t:$port/",
        "http:// 127.0.0.1:$port/");
}


# Such a URL as the name of a test.

sub shown { return $_[0] =~ s/[^ -~]/?/gr }


1;
