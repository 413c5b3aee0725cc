import { QueryClientProvider, type QueryClient } from '@tanstack/react-query';
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { http } from '../shared/http';
import { newQueryClient } from '../shared/query';
import { Gate } from './Gate';

/** A site with one user, whose session a test can end. */
const site = { session: false, fails: 0, sent: [] as unknown[] };

function answer(url: string, init: RequestInit): Response {
  const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });
  if (url === '/api/auth/sso/status') return json({ sso_enabled: false });
  if (url === '/api/auth/login') {
    const body = JSON.parse(String(init.body)) as { password: string };
    site.sent.push(body);
    site.session = body.password === 'right';
    if (!site.session) return json({ detail: 'Invalid username or password' }, 401);
    return json({ identity: 'ada', access_token: 'nobody reads it' });
  }
  if (site.fails > 0) return json({ detail: 'Internal error' }, 500);
  if (!site.session) return json({ code: 'unauthenticated', detail: 'no' }, 401);
  const me = { identity: 'ada', roles: ['viewer'], auth_method: 'cookie', mode: 'on' };
  return json(url === '/api/auth/me' ? me : {});
}

let client: QueryClient;

beforeEach(() => {
  Object.assign(site, { session: false, fails: 0, sent: [] });
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => Promise.resolve(answer(url, init)));
  client = newQueryClient();
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function show() {
  render(
    <QueryClientProvider client={client}>
      <Gate>
        <input aria-label="Draft" />
      </Gate>
    </QueryClientProvider>,
  );
}

test('who has no session is asked for a name first, and then sees the page', async () => {
  const user = userEvent.setup();
  show();
  await user.type(await screen.findByLabelText('Name'), 'ada');
  expect(screen.queryByLabelText('Draft')).toBeNull();
  await user.type(screen.getByLabelText('Password'), 'wrong{Enter}');
  await screen.findByText('Invalid username or password');
  await user.type(screen.getByLabelText('Password'), 'right{Enter}');
  await screen.findByLabelText('Draft');
  expect(site.sent.at(-1)).toEqual({ username: 'ada', password: 'right' });
});

test('nothing is sent while the name or the password is missing', async () => {
  const user = userEvent.setup();
  show();
  await user.type(await screen.findByLabelText('Name'), 'ada{Enter}');
  await screen.findByText('This is needed');
  expect(site.sent).toEqual([]);
});

test('a session that ends is begun again in front of what somebody was writing', async () => {
  site.session = true;
  const user = userEvent.setup();
  show();
  await user.type(await screen.findByLabelText('Draft'), 'half a sentence');
  site.session = false;
  await client
    .fetchQuery({ queryKey: ['runs'], queryFn: () => http.get('/runs') })
    .catch(() => undefined);
  await screen.findByText('Sign in again');
  expect((screen.getByLabelText('Name') as HTMLInputElement).value).toBe('ada');
  await user.type(screen.getByLabelText('Password'), 'right{Enter}');
  await vi.waitFor(() => expect(screen.queryByText('Sign in again')).toBeNull());
  expect((screen.getByLabelText('Draft') as HTMLInputElement).value).toBe('half a sentence');
});

test('a cookie that is worth nothing does not keep anybody out of an open site', async () => {
  let stale = true;
  vi.stubGlobal('fetch', (url: string) => {
    if (url === '/api/auth/logout') stale = false;
    const refusal = { code: 'invalid_token', detail: 'Invalid or expired token' };
    const me = { identity: 'anonymous', roles: ['admin'], auth_method: 'none', mode: 'off' };
    const body = JSON.stringify(stale ? refusal : me);
    return Promise.resolve(new Response(body, { status: stale ? 401 : 200 }));
  });
  show();
  await screen.findByLabelText('Draft');
});

test('a server that cannot say who one is does not hide the page', async () => {
  site.fails = 1;
  show();
  await screen.findByLabelText('Draft');
});

test('no script can read a session from where browsers keep things', async () => {
  const user = userEvent.setup();
  show();
  await user.type(await screen.findByLabelText('Name'), 'ada');
  await user.type(screen.getByLabelText('Password'), 'right{Enter}');
  await screen.findByLabelText('Draft');
  const kept = JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href]);
  const cached = client.getQueryCache().getAll().map((q) => q.state.data);
  expect(kept + JSON.stringify(cached)).not.toContain('nobody reads it');
});
