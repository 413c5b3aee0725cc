# A site for local development: its folder, its configuration, its processes.
# Sourced by ../langorch, which gives `say`, `die`, $top, $nginx, $module, $sanitize.
#
# The life of a site.
#   placed    $home: the state folder, or a stand-in that its workers can enter
#   written   nginx.conf and all it names, from conf/; again at each start
#   started   master and workers, which keep $home as their working directory:
#             that, not a pid file, is how they are found again
#   stopped   gracefully, at last by force
#
# shellcheck shell=sh

site_port=8080
site_state=$top/var
site_workers=auto
site_identity=off
site_egress=open
site_allow=
site_demo=yes
site_user=www-data


# --- placed ----------------------------------------------------------------------


# Sets $home.  NGINX started by root gives its workers to $site_user, and that
# one may not be able to enter the folder (a checkout below /root): then the
# site lives in /var/lib/langorch.

site_place()
{
    mkdir -p "$site_state" || die "cannot make the folder $site_state"
    site_state=$(readlink -f -- "$site_state")

    home=$site_state

    [ "$(id -u)" = 0 ] || return 0

    chmod go+x "$site_state"
    runuser -u "$site_user" -- test -x "$site_state" && return 0

    # remembered in the folder: without that, what lies there is of an older one

    if [ ! -d "$site_state/site" ]; then
        mkdir -p /var/lib/langorch
        chmod 755 /var/lib/langorch

        home=$(mktemp -d /var/lib/langorch/site-XXXXXXXX)
        chmod 755 "$home"
        ln -sfn "$home" "$site_state/site"

        say "$site_user cannot enter $site_state: the site lives in $home"
    fi

    home=$(readlink -f -- "$site_state/site")
}


# --- written ---------------------------------------------------------------------


site_write()
{
    mkdir -p "$home/conf/demo" "$home/module" "$home/console/ui" "$home/data" \
             "$home/logs" "$home/run" "$home/tmp" "$home/http.d" "$home/server.d"
    chmod 700 "$home/data"

    if [ "$(id -u)" = 0 ]; then
        chown -R "$site_user" "$home/data" "$home/tmp"
    fi

    site_key

    # by rename, because the workers of before have the old one mapped

    cp "$module" "$home/module/new.so"
    mv "$home/module/new.so" "$home/module/ngx_http_langorch_module.so"

    if [ -f "$top/html/dist/index.html" ]; then
        rm -rf "$home/console/new"
        cp -R "$top/html/dist" "$home/console/new"
        chmod -R a+rX "$home/console/new"
        rm -rf "$home/console/ui"
        mv "$home/console/new" "$home/console/ui"
    fi

    for file in mime.types limits.conf problems.conf egress.conf; do
        cp "$top/conf/$file" "$home/conf/"
    done

    cp "$top/conf/demo/agent.conf" "$top/conf/demo/agent.js" "$home/conf/demo/"

    sed "s|/usr/share/langorch/console|$home/console|" \
        "$top/conf/langorch.conf" > "$home/conf/langorch.conf"

    site_configuration > "$home/nginx.conf.new"
    site_check "$home/nginx.conf.new"
    mv "$home/nginx.conf.new" "$home/nginx.conf"
}


# What seals the site's secrets.  NGINX's master reads it, nobody else.

site_key()
{
    [ ! -s "$home/secrets.key" ] || return 0

    (umask 077
     od -An -N32 -tx1 /dev/urandom | tr -d ' \n' > "$home/secrets.key.new")
    mv "$home/secrets.key.new" "$home/secrets.key"
}


# conf/nginx.conf with this site's paths, address and policy.

site_configuration()
{
    cat << END
# Written by \`langorch run\`; the next start writes it again.
#
# A SITE FOR LOCAL DEVELOPMENT, open to whoever can reach it: it listens on
# 127.0.0.1 only, identity is $site_identity, outbound calls are $site_egress.  What belongs
# on a server is conf/nginx.conf of the source tree.
#
# Your own directives: http.d/*.conf (http level), server.d/*.conf (the server).

daemon on;
END

    sed -e "s|^user .*|$(site_user_line)|" \
        -e "s|^worker_processes .*|worker_processes $site_workers;|" \
        -e "s|^worker_rlimit_nofile .*|$(site_files_line)|" \
        -e "s|worker_connections .*|worker_connections $(site_connections);|" \
        -e "s|^pid .*|pid $home/run/nginx.pid;|" \
        -e "s|^error_log .*|error_log $home/logs/error.log notice;|" \
        -e "s|access_log .*|access_log $home/logs/access.log;|" \
        -e "s|_temp_path [^ ]*/\([a-z]*\);|_temp_path $home/tmp/\1;|" \
        -e "s|langorch_store .*|langorch_store $home/data/langorch.db;|" \
        -e "s|langorch_artifacts .*|langorch_artifacts $home/data/artifacts;|" \
        -e "s|^\( *\)langorch_egress .*|\1langorch_egress $site_egress;|" \
        -e "s|^\( *\)langorch_identity .*|\1langorch_identity $site_identity;|" \
        -e "s|listen .*|listen 127.0.0.1:$site_port;|" \
        -e "s|^ *resolver .*|$(site_resolver_line)|" \
        -e '/ssl_/d' \
        -e "s|include \([a-z]*[.][a-z]*\);|include $home/conf/\1;|" \
        -e '/^ *#/d' \
        "$top/conf/nginx.conf" \
    | awk -v home="$home" -v allow="$site_allow" -v demo="$(site_demo_kind)" \
          -v js="$js_module" '
        /^load_module/ {
            print "load_module " home "/module/ngx_http_langorch_module.so;"
            if (demo != "no") print "load_module " js ";"
            while (("env" | getline line) > 0) {
                if (line ~ /^LANGORCH_(SECRET_[A-Za-z0-9_]+|JWT_SECRET)=/) {
                    sub(/=.*/, "", line)
                    print "env " line ";"
                }
            }
            next
        }
        /^ *langorch_egress/ {
            print
            n = split(allow, part, " ")
            for (i = 1; i <= n; i++) print "    langorch_allow " part[i] ";"
            print "    langorch_secrets_key " home "/secrets.key;"
            next
        }
        /^    server [{]/ {
            print "    fastcgi_temp_path " home "/tmp/fastcgi;"
            print "    uwsgi_temp_path " home "/tmp/uwsgi;"
            print "    scgi_temp_path " home "/tmp/scgi;"
            if (demo != "no") {
                print "    js_path " home "/conf/demo;"
                print "    js_import demo from agent.js;"
            }
            print "    include " home "/http.d/*.conf;"
            print ""
        }
        /include .*\/egress.conf;/ {
            print
            if (demo != "no") print "        include " home "/conf/demo/agent.conf;"
            print "        include " home "/server.d/*.conf;"
            next
        }
        { print }' \
    | cat -s
}


site_user_line()
{
    [ "$(id -u)" != 0 ] || echo "user $site_user;"
}


# The machine's own name servers; without any, agents need addresses.

site_resolver_line()
{
    servers=$(awk '$1 == "nameserver" && $2 !~ /%/ {
                       printf " %s", $2 ~ /:/ ? "[" $2 "]" : $2
                   }' /etc/resolv.conf 2> /dev/null)

    [ -z "$servers" ] || echo "    resolver$servers valid=30s;"
}


# More files than an ordinary user may ask for is an alert at each start.

site_files_line()
{
    [ "$(site_connections)" = 512 ] || echo "worker_rlimit_nofile 16384;"
}


site_connections()
{
    limit=$(ulimit -Hn)

    if [ "$limit" = unlimited ] || [ "$limit" -ge 16384 ]; then
        echo 8192
    else
        echo 512
    fi
}


# The simulated agent needs the JavaScript module that belongs to this NGINX.

site_demo_kind()
{
    if [ "$site_demo" = yes ] && [ -f "$js_module" ] && [ -z "${NGX_SRC:-}" ]; then
        echo agent
    else
        echo no
    fi
}


# A line of conf/nginx.conf that no rule above knew would end in a site that
# writes to the machine's own folders.

site_check()
{
    for line in "pid $home/" "error_log $home/" "access_log $home/" \
                "client_body_temp_path $home/" "proxy_temp_path $home/" \
                "langorch_store $home/" "langorch_artifacts $home/" \
                "listen 127.0.0.1:$site_port;" \
                "langorch_identity $site_identity;" \
                "langorch_egress $site_egress;" \
                "include $home/conf/langorch.conf;" \
                "include $home/conf/egress.conf;"
    do
        grep -qF -- "$line" "$1" || die "conf/nginx.conf has no line for: $line"
    done

    if grep -nE '/(etc|usr/share|var/log|var/lib/nginx)/' "$1" >&2; then
        die "the lines above lead out of $home"
    fi
}


# --- started ---------------------------------------------------------------------


site_start()
{
    [ -z "$(site_pids)" ] || site_take_over

    : > "$home/run/start.log"
    rm -f "$home/run/stopped"

    # NGINX's workers keep the folder they were started in

    if ! (cd "$home" && env $(site_environment) "$nginx" -p "$home/" -c "$home/nginx.conf" \
              -e "$home/logs/error.log") 2> "$home/run/start.log"
    then
        cat "$home/run/start.log" >&2
        die "NGINX did not start"
    fi

    if ! site_await_ready; then
        tail -n 20 "$home/logs/error.log" >&2
        site_stop
        die "the site did not become ready; its log: $home/logs/error.log"
    fi
}


# The environment that NGINX needs, NAME=VALUE a line.  What the sanitizers find
# goes to the error log, which is the site's stderr; an NGINX that was compiled
# without one needs its library before all others.

site_environment()
{
    [ -n "$sanitize" ] || return 0

    echo ASAN_OPTIONS=detect_leaks=0
    echo UBSAN_OPTIONS=print_stacktrace=1

    [ -n "${NGX_SRC:-}" ] || echo "LD_PRELOAD=$(cc -print-file-name=libasan.so)"
}


# A master that lives means that somebody uses this state; workers without one
# are what a kill left over.

site_take_over()
{
    master=$(site_master)

    if [ -n "$master" ]; then
        die "a site runs from $site_state already (process $master):" \
            "end it with ./langorch stop, or give another --state"
    fi

    say "ending workers that outlived their master"
    site_stop
}


site_await_ready()
{
    for _ in $(seq 300); do
        [ -n "$(site_pids)" ] || return 1

        if curl -fs -o /dev/null --max-time 5 \
            "http://127.0.0.1:$site_port/api/health/ready"
        then
            return 0
        fi

        sleep 0.1
    done

    return 1
}


# --- found -----------------------------------------------------------------------


site_pids()
{
    for link in /proc/[0-9]*/cwd; do
        [ "$(readlink "$link" 2> /dev/null)" = "$home" ] || continue

        pid=${link#/proc/}
        pid=${pid%/cwd}

        case $(cat "/proc/$pid/comm" 2> /dev/null) in
            nginx) echo "$pid" ;;
        esac
    done
}


site_master()
{
    for pid in $(site_pids); do
        if tr '\0' ' ' < "/proc/$pid/cmdline" 2> /dev/null \
            | grep -q '^nginx: master'
        then
            echo "$pid"
            return 0
        fi
    done
}


# --- stopped ---------------------------------------------------------------------


# QUIT drains; what is there after its time gets TERM, then KILL.

site_stop()
{
    [ ! -d "$home/run" ] || : > "$home/run/stopped"

    for signal in QUIT TERM KILL; do
        pids=$(site_pids)
        [ -n "$pids" ] || return 0

        master=$(site_master)
        kill -s "$signal" ${master:-$pids} 2> /dev/null || true

        for _ in $(seq 150); do
            [ -n "$(site_pids)" ] || return 0
            sleep 0.1
        done
    done

    [ -z "$(site_pids)" ] || die "some processes do not end:" $(site_pids)
}
