import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import { Route, Router } from 'wouter';
import { memoryLocation } from 'wouter/memory-location';
import { newQueryClient } from '../shared/query';
import { LoginPage } from './LoginPage';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

/** A site that lets people look without a name, and the page at an address of its own. */
function show(from: string): () => string {
  let method = 'none';
  vi.stubGlobal('fetch', (url: string) => {
    if (url === '/api/auth/login') method = 'cookie';
    const body = {
      identity: method === 'none' ? 'anonymous' : 'ada',
      roles: ['viewer'],
      auth_method: method,
      mode: 'optional',
      sso_enabled: false,
    };
    return Promise.resolve(new Response(JSON.stringify(body)));
  });
  const path = `/login?from=${encodeURIComponent(from)}`;
  const { hook, searchHook, history } = memoryLocation({ path, record: true });
  render(
    <QueryClientProvider client={newQueryClient()}>
      <Router hook={hook} searchHook={searchHook}>
        <Route path="/login" component={LoginPage} />
      </Router>
    </QueryClientProvider>,
  );
  return () => history.at(-1) ?? '';
}

async function signIn(): Promise<void> {
  const user = userEvent.setup();
  await user.type(await screen.findByLabelText('Name'), 'ada');
  await user.type(screen.getByLabelText('Password'), 'right{Enter}');
}

test('who looked without a name and signs in is back where he was', async () => {
  const here = show('/runs?status=failed');
  await signIn();
  await vi.waitFor(() => expect(here()).toBe('/runs?status=failed'));
});

test('an address from elsewhere leads to the dashboard', async () => {
  const here = show('//else.where/');
  await signIn();
  await vi.waitFor(() => expect(here()).toBe('/'));
});
