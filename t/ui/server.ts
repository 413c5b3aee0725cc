import { expect, vi } from 'vitest';
import { fixture, top } from './browser';

/* What the tests do with the server behind the console's back. */

/** A route of the API beside the console. */
export function apiUrl(path: string): URL {
  return new URL(`../api/${path}`, top);
}

export async function post(path: string, body: unknown): Promise<Record<string, string>> {
  const response = await fetch(apiUrl(path), {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
  });
  const text = await response.text();
  expect([path, response.ok ? '' : text]).toEqual([path, '']);
  return JSON.parse(text) as Record<string, string>;
}

/** Imports the letter under a name that nobody used before. */
export async function importLetter(name: string): Promise<string> {
  const id = `${name}:x@y+z-${Date.now().toString(36)}`;
  const document = JSON.parse(await fixture('letter.json')) as Record<string, unknown>;
  await post('procedures', { ckp_json: { ...document, procedure_id: id } });
  return id;
}

export async function startRun(procedure: string): Promise<string> {
  const inputs = { reader: 'Grace', copies: 1 };
  const run = await post('runs', { procedure_id: procedure, input_vars: inputs });
  return run.run_id ?? '';
}

/** The approval that a run waits for, once it does. */
export function approvalOf(run: string): Promise<string> {
  const url = apiUrl(`approvals?status=pending&run_id=${run}`);
  return vi.waitFor(async () => {
    const list = (await (await fetch(url)).json()) as { approval_id: string; run_id: string }[];
    const found = list.find((a) => a.run_id === run);
    if (!found) throw new Error(`run ${run} does not wait for an approval`);
    return found.approval_id;
  }, { timeout: 15_000, interval: 100 });
}
