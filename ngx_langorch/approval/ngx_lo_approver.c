/*
 * Levels, lists of approvers, and one's own runs.
 */

#include "api/ngx_lo_reply.h"
#include "approval/ngx_lo_approver.h"


static void ngx_lo_level_of(const char *word, ngx_lo_level_t *level);
static ngx_lo_may_t ngx_lo_approver_fits(ngx_lo_api_t *api, const json_t *row,
    const char *by, const json_t *depute);
static ngx_uint_t ngx_lo_approver_level(ngx_lo_api_t *api, const json_t *row,
    const json_t *depute);
static ngx_uint_t ngx_lo_approver_named(const json_t *list, const char *who);
static ngx_uint_t ngx_lo_approver_listed(ngx_lo_api_t *api, const json_t *list,
    const char *by);
static ngx_uint_t ngx_lo_approver_voted(const json_t *row, const char *by);
static ngx_int_t ngx_lo_approver_level_403(ngx_lo_api_t *api,
    const json_t *row);


/* A role means itself; other words what the site says, else what is usual. */

static void
ngx_lo_level_of(const char *word, ngx_lo_level_t *level)
{
    ngx_uint_t       i;
    ngx_array_t     *map;
    ngx_lo_level_t  *own;

    ngx_memzero(level, sizeof(ngx_lo_level_t));
    level->role = ngx_lo_role_of(word, strlen(word));

    if (level->role != NGX_LO_NOBODY) {
        return;
    }

    level->role = strcmp(word, "executive") == 0 ? NGX_LO_ADMIN
                                                 : NGX_LO_APPROVER;
    map = ngx_lo_conf()->levels;
    own = (map != NULL) ? map->elts : NULL;

    for (i = 0; map != NULL && i < map->nelts; i++) {
        if (own[i].word.len == strlen(word)
            && ngx_strncmp(own[i].word.data, word, own[i].word.len) == 0)
        {
            *level = own[i];
        }
    }
}


ngx_lo_may_t
ngx_lo_approver_may(ngx_lo_api_t *api, const json_t *row, const char *by,
    const json_t *deputes)
{
    const char    *creator, *other;
    ngx_lo_may_t   may;

    may = ngx_lo_approver_fits(api, row, by, NULL);
    other = ngx_lo_approver_for(api, row, by, deputes);

    if (may != NGX_LO_MAY && other == NULL) {
        return may;
    }

    creator = ckp_json_str(row, "_creator");

    if ((ckp_json_bool(row, "forbid_self_approval", false)
         || api->conf->separation == 1)
        && creator != NULL
        && (strcmp(creator, by) == 0
            || (other != NULL && strcmp(creator, other) == 0)))
    {
        return NGX_LO_MAY_NOT_SELF;
    }

    return ngx_lo_approver_voted(row, by)
           || (other != NULL && ngx_lo_approver_voted(row, other))
           ? NGX_LO_MAY_NOT_TWICE : NGX_LO_MAY;
}


const char *
ngx_lo_approver_for(ngx_lo_api_t *api, const json_t *row, const char *by,
    const json_t *deputes)
{
    size_t   i;
    json_t  *depute;

    if (ngx_lo_approver_fits(api, row, by, NULL) == NGX_LO_MAY) {
        return NULL;
    }

    json_array_foreach(deputes, i, depute) {
        if (ngx_lo_approver_fits(api, row, by, depute) == NGX_LO_MAY) {
            return ckp_json_str(depute, "who");
        }
    }

    return NULL;
}


/*
 * Level and list, of the caller alone or with what somebody lent him: his name
 * and his groups.  A role is nobody's to lend.
 */

static ngx_lo_may_t
ngx_lo_approver_fits(ngx_lo_api_t *api, const json_t *row, const char *by,
    const json_t *depute)
{
    const json_t  *list;
    const char    *other;

    if (!ngx_lo_approver_level(api, row, depute)) {
        return NGX_LO_MAY_NOT_LEVEL;
    }

    list = json_object_get(row, "approvers");

    if (!json_is_array(list) || ngx_lo_approver_listed(api, list, by)) {
        return NGX_LO_MAY;
    }

    other = (depute != NULL) ? ckp_json_str(depute, "who") : NULL;

    return (other != NULL && ngx_lo_approver_named(list, other))
           ? NGX_LO_MAY : NGX_LO_MAY_NOT_LISTED;
}


static ngx_uint_t
ngx_lo_approver_level(ngx_lo_api_t *api, const json_t *row,
    const json_t *depute)
{
    const char      *word;
    ngx_str_t        groups;
    ngx_lo_who_t     lent;
    ngx_lo_level_t   level;

    word = ckp_json_str(row, "approval_level");
    ngx_lo_level_of(word != NULL ? word : "standard", &level);

    if (!ngx_lo_who_is(&api->who, NGX_LO_APPROVER)
        || !ngx_lo_who_is(&api->who, level.role))
    {
        return 0;
    }

    /* who has every right is in every group */

    if (level.group.len == 0 || ngx_lo_api_is_open(api)
        || ngx_lo_who_in(&api->who, (const char *) level.group.data))
    {
        return 1;
    }

    word = (depute != NULL) ? ckp_json_str(depute, "groups") : NULL;

    if (word == NULL) {
        return 0;
    }

    groups.data = (u_char *) word;
    groups.len = strlen(word);

    ngx_memzero(&lent, sizeof(lent));
    ngx_lo_who_grouped(&lent, api->conf, &groups);

    return ngx_lo_who_in(&lent, (const char *) level.group.data);
}


static ngx_uint_t
ngx_lo_approver_named(const json_t *list, const char *who)
{
    size_t       i;
    json_t      *v;
    const char  *name;

    json_array_foreach(list, i, v) {
        name = json_string_value(v);

        if (name != NULL && strcmp(name, who) == 0) {
            return 1;
        }
    }

    return 0;
}


static ngx_uint_t
ngx_lo_approver_listed(ngx_lo_api_t *api, const json_t *list, const char *by)
{
    size_t       i;
    json_t      *v;
    ngx_uint_t   role;
    const char  *name;

    json_array_foreach(list, i, v) {
        name = json_string_value(v);

        if (name == NULL) {
            continue;
        }

        role = ngx_lo_role_of(name, strlen(name));

        if (strcmp(name, by) == 0
            || (role != NGX_LO_NOBODY && ngx_lo_who_is(&api->who, role))
            || ngx_lo_who_in(&api->who, name))
        {
            return 1;
        }
    }

    return 0;
}


static ngx_uint_t
ngx_lo_approver_voted(const json_t *row, const char *by)
{
    size_t       i;
    json_t      *vote;
    const char  *who;

    json_array_foreach(json_object_get(row, "votes"), i, vote) {
        who = ckp_json_str(vote, "decided_by");

        if (who != NULL && strcmp(who, by) == 0) {
            return 1;
        }

        who = ckp_json_str(vote, "deputy_of");

        if (who != NULL && strcmp(who, by) == 0) {
            return 1;
        }
    }

    return 0;
}


ngx_int_t
ngx_lo_approver_refuse(ngx_lo_api_t *api, const json_t *row, ngx_lo_may_t why)
{
    switch (why) {

    case NGX_LO_MAY_NOT_LEVEL:
        return ngx_lo_approver_level_403(api, row);

    case NGX_LO_MAY_NOT_LISTED:
        return ngx_lo_api_problem(api, 403, "forbidden",
                                  "Only the approvers that the procedure names"
                                  " may decide");

    case NGX_LO_MAY_NOT_SELF:
        return ngx_lo_api_problem(api, 403, "forbidden",
                                  "Who started the run may not decide for it");

    case NGX_LO_MAY_NOT_TWICE:
        return ngx_lo_approval_conflict(api, row, "conflict",
                                        "Your vote has been counted already");

    case NGX_LO_MAY:
        break;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_lo_approver_level_403(ngx_lo_api_t *api, const json_t *row)
{
    json_t          *detail;
    const char      *word;
    ngx_lo_level_t   level;

    word = ckp_json_str(row, "approval_level");
    ngx_lo_level_of(word != NULL ? word : "standard", &level);

    detail = level.group.len == 0
             ? json_sprintf("Role '%s' or higher is required",
                            ngx_lo_role_name(level.role))
             : json_sprintf("Role '%s' or higher in group '%.*s' is required",
                            ngx_lo_role_name(level.role),
                            (int) level.group.len, level.group.data);

    return ngx_lo_api_problem_json(api, 403, "level_required", detail,
                                   json_pack("{s:s?}", "required_level",
                                             word));
}
