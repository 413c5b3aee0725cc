/*
 * Directives about who asks and what they may do (spec/api.md 1.6, 1.7,
 * ckp.md 22.1).
 */

#include "auth/ngx_lo_role.h"
#include "core/ngx_lo_core.h"


/* Variables that any client fills as it likes. */

static ngx_uint_t
ngx_lo_who_is_clients(const ngx_str_t *name)
{
    ngx_uint_t  i;

    static const ngx_str_t  prefixes[] = {
        ngx_string("$http_"), ngx_string("$arg_"), ngx_string("$cookie_"),
        ngx_string("$args"), ngx_string("$query_string"),
        ngx_string("$request_body"), ngx_string("$uri"),
        ngx_string("$request_uri")
    };

    for (i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        if (name->len >= prefixes[i].len
            && ngx_strncmp(name->data, prefixes[i].data, prefixes[i].len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


/* langorch_user, langorch_groups, langorch_projects: $variable [trusted] */

char *
ngx_lo_who_variable(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t  *value, name;
    ngx_int_t  *index;

    index = (ngx_int_t *) ((char *) conf + cmd->offset);

    if (*index != NGX_CONF_UNSET) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (value[1].len < 2 || value[1].data[0] != '$') {
        return "needs a variable";
    }

    if (cf->args->nelts == 3 && ngx_strcmp(value[2].data, "trusted") != 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "unknown parameter \"%V\"", &value[2]);
        return NGX_CONF_ERROR;
    }

    if (cf->args->nelts == 2 && ngx_lo_who_is_clients(&value[1])) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" is what the client says; \"trusted\" behind "
                           "it says that somebody in front of this server "
                           "sets it", &value[1]);
        return NGX_CONF_ERROR;
    }

    name.len = value[1].len - 1;
    name.data = value[1].data + 1;

    *index = ngx_http_get_variable_index(cf, &name);

    return *index == NGX_ERROR ? NGX_CONF_ERROR : NGX_CONF_OK;
}


static char *
ngx_lo_who_role(ngx_conf_t *cf, const ngx_str_t *value, ngx_uint_t *role)
{
    *role = ngx_lo_role_of((const char *) value->data, value->len);

    if (*role != NGX_LO_NOBODY) {
        return NGX_CONF_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "\"%V\" is no role: viewer, approver, operator, manager "
                       "or admin", value);
    return NGX_CONF_ERROR;
}


/* langorch_role: group role */

char *
ngx_lo_who_map(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t          *value;
    ngx_lo_role_t      *map;
    ngx_lo_loc_conf_t  *lcf = conf;

    if (lcf->roles == NULL) {
        lcf->roles = ngx_array_create(cf->pool, 4, sizeof(ngx_lo_role_t));
        if (lcf->roles == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    map = ngx_array_push(lcf->roles);
    if (map == NULL) {
        return NGX_CONF_ERROR;
    }

    value = cf->args->elts;
    map->group = value[1];

    return ngx_lo_who_role(cf, &value[2], &map->role);
}


/* langorch_approval_level: word role [group] */

char *
ngx_lo_who_level(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t           *value;
    ngx_lo_level_t      *level;
    ngx_lo_main_conf_t  *mcf = conf;

    value = cf->args->elts;

    if (ngx_lo_role_of((const char *) value[1].data, value[1].len)
        != NGX_LO_NOBODY)
    {
        return "cannot map a role: it means itself";
    }

    if (mcf->levels == NULL) {
        mcf->levels = ngx_array_create(cf->pool, 4, sizeof(ngx_lo_level_t));
        if (mcf->levels == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    level = ngx_array_push(mcf->levels);
    if (level == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(level, sizeof(ngx_lo_level_t));
    level->word = value[1];

    if (cf->args->nelts == 4) {
        level->group = value[3];
    }

    return ngx_lo_who_role(cf, &value[2], &level->role);
}
