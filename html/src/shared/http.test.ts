import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { call, http, newKey, queryText, segment } from './http';
import type { Route } from './contract';
import { ApiError } from './problem';

interface Call {
  url: string;
  init: RequestInit;
}

function serve(...answers: (() => Response)[]): Call[] {
  const calls: Call[] = [];
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    calls.push({ url, init });
    const answer = answers[calls.length - 1];
    return new Promise((resolve) => {
      if (!answer) throw new Error('one call too many');
      resolve(answer());
    });
  });
  return calls;
}

const json = (value: unknown, init?: ResponseInit) => () =>
  new Response(JSON.stringify(value), init);
const refused = () => {
  throw new TypeError('refused');
};

beforeEach(() => vi.useFakeTimers());

/* an address that only these tests have */
const made = (path: string) => path as Route<'get'>;

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('a GET goes to the API with what is not empty of its query', async () => {
  const calls = serve(json([1]));
  const query = { a: 1, b: '', c: null, d: undefined, e: false };
  expect(await http.get('/runs', { query })).toEqual([1]);
  expect(calls[0]?.url).toBe('/api/runs?a=1&e=false');
});

test('a GET is tried again when the server is away or not ready', async () => {
  const calls = serve(refused, json({}, { status: 503 }), json('here'));
  const answer = http.get(made('/x1'));
  await vi.advanceTimersByTimeAsync(2000);
  expect(await answer).toBe('here');
  expect(calls).toHaveLength(3);
});

test('Retry-After says how long the wait is', async () => {
  const headers = { 'Retry-After': '3' };
  const calls = serve(json({}, { status: 503, headers }), json('here'));
  const answer = http.get(made('/x2'));
  await vi.advanceTimersByTimeAsync(2900);
  expect(calls).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(200);
  expect(await answer).toBe('here');
});

test('after the third failure the last answer counts', async () => {
  const failing = json({ code: 'store_busy', detail: 'The store is busy' }, { status: 503 });
  const calls = serve(failing, failing, failing);
  const answer = expect(http.get(made('/x3'))).rejects.toThrow('The store is busy');
  await vi.advanceTimersByTimeAsync(5000);
  await answer;
  expect(calls).toHaveLength(3);
});

test('a POST is sent once only', async () => {
  const calls = serve(refused);
  await expect(http.post('/runs', {})).rejects.toThrow('The server cannot be reached');
  expect(calls).toHaveLength(1);
});

test('a POST is JSON and says where it comes from', async () => {
  const calls = serve(json({ ok: true }, { status: 201 }));
  await http.post('/runs', { a: 1 }, { headers: { 'Idempotency-Key': 'k' } });
  const headers = new Headers(calls[0]?.init.headers);
  expect(calls[0]?.init.body).toBe('{"a":1}');
  expect(headers.get('Content-Type')).toBe('application/json');
  expect(headers.get('X-Requested-With')).toBe('langorch');
  expect(headers.get('Idempotency-Key')).toBe('k');
});

test('an answer that did not change is not sent twice', async () => {
  const calls = serve(
    json({ n: 1 }, { headers: { ETag: '"a"' } }),
    () => new Response(null, { status: 304 }),
  );
  await http.get(made('/p/1'));
  expect(await http.get(made('/p/1'))).toEqual({ n: 1 });
  expect(new Headers(calls[0]?.init.headers).get('If-None-Match')).toBeNull();
  expect(new Headers(calls[1]?.init.headers).get('If-None-Match')).toBe('"a"');
});

test('a failure is told with its request id, from the body or the header', async () => {
  serve(json({ detail: 'no' }, { status: 409, headers: { 'X-Request-ID': 'r9' } }));
  const error: unknown = await http.get(made('/x4')).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(ApiError);
  expect((error as ApiError).problem).toMatchObject({ sentence: 'no', requestId: 'r9' });
});

test('an answer without a body is undefined', async () => {
  serve(() => new Response(null, { status: 204 }));
  expect((await call('DELETE', '/x5')).data).toBeUndefined();
});

test('an answer that is not JSON is a failure', async () => {
  serve(() => new Response('<html>'));
  await expect(http.get(made('/x6'))).rejects.toThrow('something else than JSON');
});

test('ids are one segment, keys are never equal, and no query is no question mark', () => {
  expect(segment('a/b c')).toBe('a%2Fb%20c');
  expect(newKey()).toMatch(/^[0-9a-f]{32}$/);
  expect(newKey()).not.toBe(newKey());
  expect(queryText()).toBe('');
});
