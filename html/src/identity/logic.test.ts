import { expect, test } from 'vitest';
import {
  backTo,
  changesOf,
  chosenOf,
  governs,
  isAtLeast,
  rolesUpTo,
  scoped,
  scopeMember,
  scopeText,
  tokenState,
} from './logic';
import type { Me, Token } from './types';

const me = (...roles: Me['roles']): Me => ({
  identity: 'ada',
  roles,
  user_id: null,
  email: null,
  full_name: null,
  role: roles[0] ?? 'viewer',
  auth_method: 'cookie',
  mode: 'on',
  separation: false,
  projects: null,
});

test('a role includes those below it, and who is not known has none', () => {
  expect(isAtLeast(me('manager'), 'operator')).toBe(true);
  expect(isAtLeast(me('manager'), 'admin')).toBe(false);
  expect(isAtLeast(me('viewer', 'approver'), 'approver')).toBe(true);
  expect(isAtLeast(me(), 'viewer')).toBe(false);
  expect(isAtLeast(null, 'viewer')).toBe(false);
});

test('a token can be given what its maker has, the least first', () => {
  expect(rolesUpTo(me('operator'))).toEqual(['viewer', 'approver', 'operator']);
  expect(rolesUpTo(undefined)).toEqual([]);
});

test('where approving is apart, only who approves can give that away', () => {
  const apart = (...names: Me['roles']) => rolesUpTo({ ...me(...names), separation: true });
  expect(apart('manager')).toEqual(['viewer', 'operator', 'manager']);
  expect(apart('operator', 'approver')).toEqual(['viewer', 'approver', 'operator']);
  expect(apart('approver')).toEqual(['viewer', 'approver']);
  expect(apart('admin')).toEqual(['viewer', 'approver', 'operator', 'manager', 'admin']);
});

test('a token that ends within a week is told from others, and one that is over, too', () => {
  const now = Date.parse('2026-02-17T09:30:00Z');
  const ending = (expires_at: string) => tokenState({ expires_at } as Token, now);
  expect(ending('2026-03-17T09:30:00Z')).toBe('valid');
  expect(ending('2026-02-24T09:30:00Z')).toBe('soon');
  expect(ending('2026-02-17T09:30:00Z')).toBe('over');
});

test('only what changed is sent', () => {
  const before = { email: 'a@b', role: 'viewer', is_active: true, full_name: null };
  const body = { email: 'a@b', role: 'admin', is_active: false, password: 'a new one' };
  expect(changesOf(before, body)).toEqual({
    role: 'admin',
    is_active: false,
    password: 'a new one',
  });
});

test('one comes back to a page of the console, and never to another site', () => {
  expect(backTo('/runs/1?tab=data')).toBe('/runs/1?tab=data');
  expect(backTo('/login-of-nobody')).toBe('/login-of-nobody');
  const refused = [
    null,
    '',
    'runs',
    'https://else.where/',
    '//else.where/',
    '/\\else.where/',
    '/\n/else.where',
    '/login',
    '/login?from=/runs',
  ];
  expect(refused.map(backTo)).toEqual(refused.map(() => '/'));
});

const winter = { project_id: 'p1', name: 'Winter' };

test('what somebody sees is told by names, and nothing is not all', () => {
  expect(scopeText(null, [winter])).toBe('the whole site');
  expect(scopeText([], [winter])).toBe('no project');
  expect(scopeText(['p1', 'p9'], [winter])).toBe('Winter, p9');
});

test('in a form the whole site is a choice of its own, for who has it', () => {
  const values = (whole: boolean, limit?: string[]) =>
    scopeMember([winter], whole, limit).options?.map((o) => o.value);
  expect(values(true)).toEqual(['*', 'p1']);
  expect(values(false, ['p1', 'p2'])).toEqual(['p1', 'p2']);
  expect([chosenOf(null), chosenOf(['p1']), chosenOf([])]).toEqual([['*'], ['p1'], []]);
  expect(scoped({ projects: ['*', 'p1'] })).toEqual({ projects: null });
  expect(scoped({ projects: [] })).toEqual({ projects: [] });
  expect(scoped({ name: 'x' })).toEqual({ name: 'x' });
});

test('an administrator of some projects is none of the site', () => {
  expect(governs(me('admin'))).toBe(true);
  expect(governs({ ...me('admin'), projects: ['p1'] })).toBe(false);
  expect(governs(me('manager'))).toBe(false);
});
