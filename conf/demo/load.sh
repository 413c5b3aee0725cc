# Puts the demo into a site, through its API as anybody would: agents,
# procedures, one run that completes and two that wait for a person.  What is
# there already stays as it is.
#
# Sourced by ../../langorch, which gives $top, $site_port, $site_identity.
#
# shellcheck shell=sh

demo_channels="erp bank registry coldstore fieldservice mail"


demo_load()
{
    if [ "$site_identity" = on ]; then
        say "identity is on: the demo is not loaded"
        return 0
    fi

    demo_api=http://127.0.0.1:$site_port/api

    for channel in $demo_channels; do
        demo_agent "$channel" || return 1
    done

    for file in "$top"/conf/demo/*.json; do
        demo_procedure "$file" || return 1
    done

    demo_run customer-onboarding \
        '{"company":"Harrow Street Bakers","email":"office@harrow.invalid"}' \
        || return 1
    demo_run supplier-invoice \
        '{"supplier":"Vale Paper","invoice_number":"VP-2291","amount":4870.5}' \
        || return 1
    demo_run cold-room-alarm '{"room":"Room 4","limit_celsius":2}' || return 1

    demo_await customer-onboarding completed || return 1
    demo_await supplier-invoice waiting_approval
}


# demo_call METHOD PATH [BODY]: the answer, and its status on a last line.

demo_call()
{
    curl -sS --max-time 20 -X "$1" -H 'Content-Type: application/json' \
         ${3:+--data-binary "$3"} -w '\n%{http_code}' "$demo_api$2"
}


demo_status()
{
    printf '%s\n' "$1" | tail -n 1
}


# The port may be another than last time, and with it the agent's address.

demo_agent()
{
    base=http://127.0.0.1:$site_port/demo-agent/$1

    reply=$(demo_call POST /agents "{\"name\":\"Demo $1 (simulated)\",
        \"agent_id\":\"demo_$1\",\"channel\":\"$1\",\"base_url\":\"$base\",
        \"concurrency_limit\":8}")

    case $(demo_status "$reply") in
        201) return 0 ;;
        409) ;;
        *) demo_failed "agent $1" "$reply"; return 1 ;;
    esac

    reply=$(demo_call PUT "/agents/demo_$1" \
        "{\"base_url\":\"$base\",\"status\":\"online\"}")

    [ "$(demo_status "$reply")" = 200 ] || demo_failed "agent $1" "$reply"
}


# One that was changed since (409) belongs to the user.

demo_procedure()
{
    reply=$(demo_call POST '/procedures?validate=strict' \
        "{\"ckp_json\":$(cat "$1")}")

    case $(demo_status "$reply") in
        200|201|409) ;;
        *) demo_failed "$1" "$reply" ;;
    esac
}


# demo_run PROCEDURE INPUTS: unless there is one of it already.

demo_run()
{
    reply=$(demo_call GET "/runs?procedure_id=$1&limit=1")

    case $reply in
        *'"run_id"'*) return 0 ;;
    esac

    reply=$(demo_call POST /runs "{\"procedure_id\":\"$1\",\"input_vars\":$2}")

    [ "$(demo_status "$reply")" = 201 ] || demo_failed "run of $1" "$reply"
}


# demo_await PROCEDURE STATUS: until a run of it has had time to come there.

demo_await()
{
    for _ in $(seq 200); do
        reply=$(demo_call GET "/runs?procedure_id=$1&limit=1000")

        case $(printf %s "$reply" | tr -d ' \n') in
            *'"status":"'"$2"'"'*)
                say "demo: a run of $1 is $2"
                return 0
                ;;

            *'"status":"created"'*|*'"status":"running"'*) sleep 0.1 ;;

            # decided, retried or deleted by somebody in the meantime

            *) return 0 ;;
        esac
    done

    demo_failed "run of $1" "$reply"
}


demo_failed()
{
    say "demo: $1: $(printf '%s' "$2" | tr '\n' ' ' | cut -c1-300)"
    return 1
}
