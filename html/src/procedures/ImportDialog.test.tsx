import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import { newQueryClient } from '../shared/query';
import { ImportDialog } from './ImportDialog';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const doc = { procedure_id: 'p', version: '1.0.0', workflow_graph: { start_node: 'end' } };

/** The dialog where there are such projects.  Returns what it sends. */
function show(projects: unknown[]): unknown[] {
  const sent: unknown[] = [];
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    if (init.method === 'POST') sent.push(JSON.parse(String(init.body)));
    const body = url.startsWith('/api/projects') ? projects : { ...doc, name: 'P' };
    return Promise.resolve(new Response(JSON.stringify(body), { status: 200 }));
  });
  render(
    <QueryClientProvider client={newQueryClient()}>
      <ImportDialog initial={JSON.stringify(doc)} onClose={() => undefined} />
    </QueryClientProvider>,
  );
  return sent;
}

test('where there are projects, it comes to the one that is chosen', async () => {
  const sent = show([{ project_id: 'p1', name: 'Winter' }]);
  const user = userEvent.setup();
  await user.selectOptions(await screen.findByLabelText('Project'), 'Winter');
  await user.click(screen.getByRole('button', { name: 'Import' }));
  await vi.waitFor(() => expect(sent).toEqual([{ ckp_json: doc, project_id: 'p1' }]));
});

test('where there are none, or none is chosen, the document says it', async () => {
  const sent = show([]);
  await userEvent.setup().click(screen.getByRole('button', { name: 'Import' }));
  await vi.waitFor(() => expect(sent).toEqual([{ ckp_json: doc }]));
  expect(screen.queryByLabelText('Project')).toBeNull();
});
