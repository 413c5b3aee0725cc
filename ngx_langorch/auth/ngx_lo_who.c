/*
 * A caller's name and groups, out of variables.
 */

#include "auth/ngx_lo_who.h"


static void ngx_lo_who_roles(const ngx_lo_loc_conf_t *conf, ngx_lo_who_t *who);
static ngx_uint_t ngx_lo_who_next(const ngx_str_t *groups, size_t *at,
    ngx_str_t *group);
static ngx_uint_t ngx_lo_who_mapped(const ngx_lo_loc_conf_t *conf,
    const ngx_str_t *group);


static ngx_int_t
ngx_lo_who_value(ngx_http_request_t *r, ngx_int_t index, ngx_str_t *value)
{
    ngx_http_variable_value_t  *v;

    ngx_str_null(value);

    if (index == NGX_CONF_UNSET) {
        return NGX_OK;
    }

    v = ngx_http_get_flushed_variable(r, (ngx_uint_t) index);

    if (v == NULL) {
        return NGX_ERROR;
    }

    if (!v->not_found) {
        value->len = v->len;
        value->data = v->data;
    }

    return NGX_OK;
}


ngx_int_t
ngx_lo_who_find(ngx_http_request_t *r, const ngx_lo_loc_conf_t *conf,
    ngx_lo_who_t *who)
{
    ngx_str_t  name;

    if (ngx_lo_who_value(r, conf->user, &name) != NGX_OK
        || ngx_lo_who_value(r, conf->groups, &who->groups) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (name.len == 0) {
        return NGX_DECLINED;
    }

    if (!ngx_lo_who_is_name(&name)) {
        return NGX_ABORT;
    }

    who->name = ngx_lo_cstr(r->pool, &name);
    if (who->name == NULL) {
        return NGX_ERROR;
    }

    who->method = "variable";
    ngx_lo_who_roles(conf, who);

    return NGX_OK;
}


ngx_int_t
ngx_lo_who_said(ngx_http_request_t *r, const ngx_lo_loc_conf_t *conf,
    ngx_str_t *projects)
{
    if (conf->projects == NGX_CONF_UNSET) {
        return NGX_DECLINED;
    }

    return ngx_lo_who_value(r, conf->projects, projects);
}


/* It is stored and shown: text, and not without end; and not one of ours. */

ngx_uint_t
ngx_lo_who_is_name(const ngx_str_t *name)
{
    size_t   i;
    json_t  *text;

    if (name->len > NGX_LO_WHO_MAX
        || (name->len >= 7 && ngx_strncmp(name->data, "system:", 7) == 0))
    {
        return 0;
    }

    for (i = 0; i < name->len; i++) {
        if (name->data[i] < ' ' || name->data[i] == 0x7f) {
            return 0;
        }
    }

    text = json_stringn((const char *) name->data, name->len);
    json_decref(text);

    return text != NULL;
}


static void
ngx_lo_who_roles(const ngx_lo_loc_conf_t *conf, ngx_lo_who_t *who)
{
    size_t      at;
    ngx_str_t   group;
    ngx_uint_t  role, approver;

    at = 0;
    approver = 0;
    who->role = NGX_LO_VIEWER;

    while (ngx_lo_who_next(&who->groups, &at, &group)) {
        role = ngx_lo_who_mapped(conf, &group);
        who->role = ngx_max(who->role, role);
        approver |= (role == NGX_LO_APPROVER);
    }

    who->approves = (who->role == NGX_LO_ADMIN || approver
                     || (conf->separation != 1
                         && who->role >= NGX_LO_APPROVER)) ? 1 : 0;
}


/* Names between commas and spaces. */

static ngx_uint_t
ngx_lo_who_next(const ngx_str_t *groups, size_t *at, ngx_str_t *group)
{
    size_t   i;
    u_char  *p;

    p = groups->data;

    for (i = *at; i < groups->len && (p[i] == ',' || p[i] == ' '); i++) {
        /* void */
    }

    group->data = p + i;

    while (i < groups->len && p[i] != ',' && p[i] != ' ') {
        i++;
    }

    group->len = (size_t) (p + i - group->data);
    *at = i;

    return group->len != 0;
}


/* Without a map a group is the role of its name. */

static ngx_uint_t
ngx_lo_who_mapped(const ngx_lo_loc_conf_t *conf, const ngx_str_t *group)
{
    ngx_uint_t            i, role;
    const ngx_lo_role_t  *map;

    if (conf->roles == NULL) {
        return ngx_lo_role_of((const char *) group->data, group->len);
    }

    role = NGX_LO_NOBODY;
    map = conf->roles->elts;

    for (i = 0; i < conf->roles->nelts; i++) {
        if (map[i].group.len == group->len
            && ngx_strncmp(map[i].group.data, group->data, group->len) == 0)
        {
            role = ngx_max(role, map[i].role);
        }
    }

    return role;
}


void
ngx_lo_who_as(ngx_lo_who_t *who, const ngx_lo_loc_conf_t *conf,
    ngx_uint_t role)
{
    who->role = role;
    who->approves = (role == NGX_LO_ADMIN || role == NGX_LO_APPROVER
                     || (conf->separation != 1 && role >= NGX_LO_APPROVER))
                    ? 1 : 0;
}


void
ngx_lo_who_grouped(ngx_lo_who_t *who, const ngx_lo_loc_conf_t *conf,
    const ngx_str_t *groups)
{
    who->groups = *groups;
    ngx_lo_who_roles(conf, who);
}


ngx_uint_t
ngx_lo_who_is(const ngx_lo_who_t *who, ngx_uint_t role)
{
    return role == NGX_LO_APPROVER ? who->approves : who->role >= role;
}


json_t *
ngx_lo_who_groups(const ngx_lo_who_t *who)
{
    size_t      at;
    json_t     *list;
    ngx_str_t   one;

    at = 0;
    list = json_array();

    while (ngx_lo_who_next(&who->groups, &at, &one)) {

        /* what is no UTF-8 is no name that anything was shared with */

        (void) json_array_append_new(list, json_stringn((char *) one.data,
                                                        one.len));
    }

    return list;
}


ngx_uint_t
ngx_lo_who_in(const ngx_lo_who_t *who, const char *group)
{
    size_t     at;
    ngx_str_t  one;

    at = 0;

    while (ngx_lo_who_next(&who->groups, &at, &one)) {
        if (ngx_strlen(group) == one.len
            && ngx_strncmp(group, one.data, one.len) == 0)
        {
            return 1;
        }
    }

    return 0;
}
