package LangOrch::Azure;

# The scripts of LangOrch::Llm behind deployments of Azure OpenAI: a script's
# names are those of deployments.

use strict;
use warnings;

use parent 'LangOrch::Llm';

use LangOrch::Http;


sub base_url { return $_[0]->url('') }


sub name_of {
    my ($self, $method, $path, $json) = @_;
    return $path =~ m{^/openai/deployments/([^/]+)/} ? $1 : "$method $path";
}


sub wrong {
    my ($class, $call) = @_;
    my $no = sub { return { status => $_[0], body => LangOrch::Http::encode(
        { error => { code => "$_[0]", message => $_[1] } }) } };

    return $no->(404, 'Resource not found') if $call->{path} !~
        m{^/openai/deployments/[^/]+/chat/completions\?api-version=\d{4}-\d\d-};
    return $no->(401, 'api-key') if !defined $call->{headers}{'api-key'}
        || defined $call->{headers}{authorization};
    return;
}


sub refusal {
    my ($class, $b) = @_;
    return { error => { code => "$b->{refuse}",
        message => $b->{message} // 'refused' } };
}


1;
