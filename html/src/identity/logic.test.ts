import { expect, test } from 'vitest';
import { backTo, changesOf, isAtLeast, rolesUpTo, tokenState } from './logic';
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
