/*
 * libcurl's multi interface on the event loop: the calls it carries
 * (ngx_lo_call_curl.c), and its sockets and timer (ngx_lo_curl_loop.c).
 */

#ifndef NGX_LO_CURL_H
#define NGX_LO_CURL_H

#include "egress/ngx_lo_call_int.h"

#include <curl/curl.h>

/* This worker's; never NULL between start and stop. */
CURLM *ngx_lo_curl_multi(void);

/* A transfer is over; its call could not be watched. */
void ngx_lo_curl_done(CURL *easy, CURLcode code);
void ngx_lo_curl_unwatched(CURL *easy);

/* CURLOPT_CLOSESOCKETFUNCTION. */
int ngx_lo_curl_close_socket(void *data, curl_socket_t s);

#endif
