import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import { newQueryClient } from '../shared/query';
import { UsersPage } from './UsersPage';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const root = {
  user_id: 'u1',
  username: 'root',
  email: null,
  full_name: null,
  role: 'admin',
  is_active: true,
  sso_provider: null,
  projects: null,
  created_at: '2026-02-17T09:30:00.125Z',
  updated_at: '2026-02-17T09:30:00.125Z',
};

/** The page as somebody with that role has it.  Returns what it sends. */
function show(role: string): unknown[] {
  const sent: unknown[] = [];
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    const reply = (body: unknown, status = 200) =>
      Promise.resolve(new Response(JSON.stringify(body), { status }));
    const me = { identity: 'root', roles: [role], auth_method: 'cookie', mode: 'on' };
    if (url === '/api/auth/me') return reply(me);
    if (url.startsWith('/api/projects')) return reply([{ project_id: 'p1', name: 'Winter' }]);
    if (role === 'viewer') return reply({ code: 'forbidden', detail: 'no' }, 403);
    if (init.method === 'PUT') sent.push(JSON.parse(String(init.body)));
    return reply(init.method === 'PUT' ? root : [root]);
  });
  render(
    <QueryClientProvider client={newQueryClient()}>
      <UsersPage />
    </QueryClientProvider>,
  );
  return sent;
}

test('who may not see the users is told who may', async () => {
  show('viewer');
  await screen.findByText('This list is not for everybody');
  expect(screen.queryByRole('button')).toBeNull();
});

test('who has no address gets a new password all the same, and nothing else', async () => {
  const sent = show('admin');
  const user = userEvent.setup();
  await user.click(await screen.findByRole('button', { name: 'Change root' }));
  await user.type(screen.getByLabelText('New password'), 'long enough');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await vi.waitFor(() => expect(sent).toEqual([{ password: 'long enough' }]));
});

test('a user is limited to the projects that are chosen', async () => {
  const sent = show('admin');
  const user = userEvent.setup();
  await user.click(await screen.findByRole('button', { name: 'Change root' }));
  await user.click(screen.getByText('More'));
  const whole = screen.getByRole<HTMLInputElement>('checkbox', { name: 'The whole site' });
  expect(whole.checked).toBe(true);
  await user.click(await screen.findByRole('checkbox', { name: 'Winter' }));
  await user.click(whole);
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await vi.waitFor(() => expect(sent).toEqual([{ projects: ['p1'] }]));
});
