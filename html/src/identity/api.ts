import { useQuery } from '@tanstack/react-query';
import { http, segment } from '../shared/http';
import { problemOf } from '../shared/problem';
import { keys } from '../shared/query';
import type { JsonObject } from '../shared/types';
import type { MadeToken, Me, Project, Token, User } from './types';

/**
 * Who the caller is; null when this site wants to know and does not.
 *
 * A cookie that is worth nothing, of a session that is over or of another site on this host, is
 * refused even where nobody has to have one.  It is thrown away, and then the site is asked again.
 */
export async function getMe(): Promise<Me | null> {
  try {
    return await http.get<Me>('/auth/me');
  } catch (error) {
    if (problemOf(error).code !== 'invalid_token') return nobody(error);
  }
  await signOut();
  return http.get<Me>('/auth/me').catch(nobody);
}

function nobody(error: unknown): null {
  if (problemOf(error).status === 401) return null;
  throw error;
}

export function useMe() {
  return useQuery({ queryKey: keys.me, queryFn: getMe });
}

/** Begins a session, whose cookie no script reads.  Returns whose it is, and drops the rest. */
export async function signIn(username: string, password: string): Promise<string> {
  const answer = await http.post<{ identity: string }>('/auth/login', { username, password });
  return answer.identity;
}

export const signOut = () => http.post('/auth/logout');

export async function hasSso(): Promise<boolean> {
  return (await http.get<{ sso_enabled: boolean }>('/auth/sso/status')).sso_enabled;
}

export const listTokens = () => http.get<Token[]>('/auth/tokens');
export const makeToken = (body: JsonObject) => http.post<MadeToken>('/auth/tokens', body);
export const revokeToken = (id: string) => http.delete(`/auth/tokens/${segment(id)}`);

export const listUsers = () => http.get<User[]>('/users');
export const makeUser = (body: JsonObject) => http.post<User>('/users', body);
export const changeUser = (id: string, body: JsonObject) =>
  http.put<User>(`/users/${segment(id)}`, body);
export const deleteUser = (id: string) => http.delete(`/users/${segment(id)}`);

/** Those that one may see oneself; the page of projects has the same list. */
export function useProjects() {
  const queryFn = () => http.get<Project[]>('/projects', { query: { limit: 1000 } });
  return useQuery({ queryKey: ['projects'], queryFn }).data ?? [];
}
