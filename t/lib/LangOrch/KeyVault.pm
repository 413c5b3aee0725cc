package LangOrch::KeyVault;

# A server that speaks what LangOrch uses of Azure Key Vault: the login by client
# credentials, and secrets.
#
#   LangOrch::KeyVault->start(tenant => 't-1', clients => { id => 'secret' },
#       secrets => { 'db-main' => [ 'old', 'new' ] });
#
# A version is v1, v2 ...  denied { name => 1 }; lease (seconds of a token), epoch
# and change as those of LangOrch::Vault.

use strict;
use warnings;

use parent 'LangOrch::Vault';

use Time::HiRes qw(time);

use LangOrch::Http;


sub wrong {
    my ($status, $code) = @_;
    return LangOrch::Vault::json($status, { error => { code => $code } });
}


sub reply_to {
    my ($s, $issued, $call) = @_;
    my ($path, $query) = split /\?/, $call->{path}, 2;

    return login($s, $issued, $call) if $call->{method} eq 'POST';

    my ($token) = ($call->{headers}{authorization} // '') =~ /^Bearer (.+)$/;
    return wrong(401, 'Unauthorized')
        unless defined LangOrch::Vault::alive($s, $issued, $token // '');

    return wrong(400, 'BadParameter') if ($query // '') ne 'api-version=7.4';
    my ($name, $version) = $path =~ m{^/secrets/([^/]+)(?:/v(\d+))?$}
        or return wrong(404, 'NotFound');
    return wrong(403, 'Forbidden') if $s->{denied}{$name};

    my $all   = $s->{secrets}{$name} or return wrong(404, 'SecretNotFound');
    my $value = $all->[ ($version // @$all) - 1 ];
    return wrong(404, 'SecretNotFound') unless defined $value;

    return LangOrch::Vault::json(200, { value => $value, id => $path });
}


sub login {
    my ($s, $issued, $call) = @_;
    my %form = map { s/%([0-9A-Fa-f]{2})/chr hex $1/ger }
        map { split /=/, $_, 2 } split /&/, $call->{body};

    my $good = $call->{path} eq "/$s->{tenant}/oauth2/v2.0/token"
        && $form{grant_type} eq 'client_credentials'
        && $form{scope} eq 'https://vault.azure.net/.default'
        && ($s->{clients}{ $form{client_id} } // '') eq $form{client_secret};
    return LangOrch::Vault::json(401, { error => 'invalid_client' })
        unless $good;

    my $token = 'eyJ' . (1 + keys %$issued) . '.tOkEn';
    $issued->{$token} = { epoch => $s->{epoch}, until => time + $s->{lease} };
    return LangOrch::Vault::json(200, { token_type => 'Bearer',
        access_token => $token, expires_in => $s->{lease} });
}


1;
