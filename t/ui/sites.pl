#!/usr/bin/perl

# The sites that the tests of the console work with, for as long as those take:
# two open ones, one that asks for names, one with the same in it each time, and
# a service of models.  Arguments are names of tests.
#
#   perl -It/lib t/ui/sites.pl [name...]

use strict;
use warnings;

use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use Test::More;

use LangOrch::Llm;
use LangOrch::Site;

my $dir      = tempdir(CLEANUP => 1);
my $password = join '', map { chr(97 + int rand 26) } 1 .. 24;

LangOrch::Site::spew("$dir/jwt", join('', map { chr(97 + int rand 26) } 1 .. 48) . "\n");
LangOrch::Site::spew("$dir/admin", "$password\n");

chmod 0600, "$dir/jwt", "$dir/admin";

# kept.spec.ts shows a keeper that nobody asked

my $open   = LangOrch::Site->start(demo => 1, http =>
    "langorch_vault http://127.0.0.1:9 token=VAULT_TOKEN;\n");
my $locked = LangOrch::Site->start(identity => 'on', http =>
    "langorch_jwt_secret $dir/jwt;\nlangorch_admin root $dir/admin;\n");

# models.spec.ts asks it.  A letter to <Reader>-<n> stops in the midst of it until
# somebody gets /release/<Reader>-<n>.

mkdir "$dir/models";

my $models = LangOrch::Llm->start(dir => "$dir/models", web => sub {
    my ($call) = @_;
    my ($name) = $call->{path} =~ m{/release/([\w-]+)\z} or return;
    LangOrch::Site::spew("$dir/models/release-$name", '');
    return { body => '{}' };
}, script => { '*' => sub {
    my ($reader) = ($_[0]{json}{messages}[-1]{content} // '') =~ /to ([\w-]+)/;
    return {
        text  => 'Dear ' . ($reader // 'all'),
        usage => { prompt_tokens => 20, completion_tokens => 30,
            total_tokens => 50 },
        ($reader // '') =~ /-/ ? (text => "Dear $reader, how are you # today?",
            halt => [ '"#"', $reader ]) : (),
    };
} });

# run.sh says who has it

my $apart = LangOrch::Site->start(demo => 1, workers => 1);

# references.spec.ts furnishes it, and shows it

my $shown = LangOrch::Site->start(workers => 1);

local $ENV{LANGORCH_SHOWN_URL}       = $shown->url('/ui/');
local $ENV{LANGORCH_MODELS}          = $models->base_url;
local $ENV{LANGORCH_URL}             = $open->url('/ui/');
local $ENV{LANGORCH_APART_URL}       = $apart->url('/ui/');
local $ENV{LANGORCH_MASTER}          = $open->master;
local $ENV{LANGORCH_LOCKED_URL}      = $locked->url('/ui/');
local $ENV{LANGORCH_LOCKED_PASSWORD} = $password;

is system('sh', dirname(__FILE__) . '/run.sh', @ARGV), 0, 'the tests in a browser';
$_->log_is_calm for $open, $locked, $apart, $shown;

done_testing;
