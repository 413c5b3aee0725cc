import { parseTime } from '../shared/format';
import type { Json, JsonObject } from '../shared/types';
import { roles, type Me, type Role, type Token } from './types';

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
