import type { Member } from '../shared/form/members';
import { parseTime } from '../shared/format';
import type { Json, JsonObject } from '../shared/types';
import { roles, type Me, type Project, type Role, type Token } from './types';

const day_ms = 86_400_000;
const soon_ms = 7 * day_ms;

/** Has somebody a role, or one above it?  Nobody has none. */
export function isAtLeast(me: Me | null | undefined, role: Role): boolean {
  if (!me) return false;
  if (role === 'approver' && me.separation) {
    return me.roles.includes('approver') || me.roles.includes('admin');
  }
  const rank = Math.max(...me.roles.map((r) => roles.indexOf(r as Role)), -1);
  return rank >= roles.indexOf(role);
}

/** An administrator of the whole site; one of some projects administers nothing of it. */
export function governs(me: Me | null | undefined): boolean {
  return isAtLeast(me, 'admin') && !me?.projects;
}

/** The choice that stands for the whole site: no project has such an id. */
const wholeSite = '*';

/**
 * The projects that somebody is limited to, in a form; `whole`: or to none.  Those of `limit` can
 * be chosen also while the list is on its way, or what is chosen of it would be lost.
 */
export function scopeMember(
  projects: readonly Project[],
  whole: boolean,
  limit?: string[] | null,
): Member {
  const known = projects.map((p) => ({ value: p.project_id, name: p.name }));
  const others = (limit ?? []).filter((id) => !known.some((k) => k.value === id));
  const options = [...known, ...others.map((id) => ({ value: id, name: id }))];
  return {
    name: 'projects',
    label: 'Projects',
    kind: 'many',
    options: whole ? [{ value: wholeSite, name: 'The whole site' }, ...options] : options,
    hint: 'What is in others is not there; nothing chosen is nothing seen',
    more: true,
  };
}

/** What the form begins with. */
export function chosenOf(projects: string[] | null | undefined): string[] {
  return projects ?? [wholeSite];
}

/** What the form says, as the API takes it: the whole site is null. */
export function scoped(body: JsonObject): JsonObject {
  const { projects } = body;
  const whole = Array.isArray(projects) && projects.includes(wholeSite);
  return whole ? { ...body, projects: null } : body;
}

/** What somebody sees, in words. */
export function scopeText(
  limit: string[] | null | undefined,
  projects: readonly Project[],
): string {
  if (!limit) return 'the whole site';
  if (limit.length === 0) return 'no project';
  return limit.map((id) => projects.find((p) => p.project_id === id)?.name ?? id).join(', ');
}

/** The roles that somebody can give to a token, from the least on. */
export function rolesUpTo(me: Me | null | undefined): Role[] {
  return roles.filter((role) => isAtLeast(me, role));
}

/** Does a session tell who this is, so that there is something to end? */
export function hasSession(me: Me | null | undefined): boolean {
  return me?.auth_method === 'cookie';
}

/** By what the server knows somebody, in words. */
export function methodOf(me: Me): string {
  const said: Record<string, string> = {
    variable: 'NGINX says so',
    cookie: 'a session of this browser',
    none: 'nobody was asked',
  };
  return said[me.auth_method] ?? me.auth_method.replaceAll('_', ' ');
}

export function tokenState(token: Token, now: number): 'valid' | 'soon' | 'over' {
  const left = (parseTime(token.expires_at) ?? 0) - now;
  if (left <= 0) return 'over';
  return left <= soon_ms ? 'soon' : 'valid';
}

/** What is not as it was: of the rest, somebody else may have changed something meanwhile. */
export function changesOf(before: JsonObject, body: JsonObject): JsonObject {
  const text = (value: Json | undefined) => JSON.stringify(value);
  return Object.fromEntries(
    Object.entries(body).filter(([name, value]) => text(before[name]) !== text(value)),
  );
}

/**
 * A page of the console to come back to, from the address of the page that asks for a name.
 * Whatever could lead elsewhere is the dashboard: browsers read `//` and `/\` as another site.
 */
export function backTo(from: string | null): string {
  const elsewhere = !from || !/^\/(?![/\\])/.test(from) || /[\u0000-\u001f]/.test(from);
  if (elsewhere || /^\/login(?![^/?#])/.test(from)) return '/';
  return from;
}
