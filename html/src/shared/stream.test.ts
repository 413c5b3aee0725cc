import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Problem } from './problem';
import { backoff, openStream, sessionBegan, type StreamState } from './stream';

interface Heard {
  states: StreamState[];
  data: string[];
  problem: Problem | undefined;
  close: () => void;
}

/** A body that says the pieces and then ends, breaks, or stays silent. */
function body(pieces: string[], then: 'end' | 'break' | 'silence' = 'end'): Response {
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      pieces.forEach((p) => controller.enqueue(new TextEncoder().encode(p)));
      if (then === 'end') controller.close();
      if (then === 'break') queueMicrotask(() => controller.error(new Error('reset')));
    },
  });
  return new Response(stream, { headers: { 'Content-Type': 'text/event-stream' } });
}

function listen(lastId?: string): Heard {
  const heard: Heard = { states: [], data: [], problem: undefined, close: () => {} };
  heard.close = openStream({
    url: 'http://h/api/runs/1/stream',
    ...(lastId === undefined ? {} : { lastId }),
    onMessage: (m) => heard.data.push(m.data),
    onState: (state, problem) => {
      heard.states.push(state);
      heard.problem = problem;
    },
  });
  return heard;
}

/** Answers one call after the other, and keeps the Last-Event-ID of each. */
function serve(...answers: (() => Response | Promise<Response>)[]): (string | null)[] {
  const ids: (string | null)[] = [];
  vi.stubGlobal('fetch', (_url: string, init: RequestInit) => {
    ids.push(new Headers(init.headers).get('Last-Event-ID'));
    const answer = answers[ids.length - 1];
    if (!answer) throw new Error('one call too many');
    const cut = new Promise<Response>((_, reject) => {
      init.signal?.addEventListener('abort', () => reject(new Error('aborted')));
    });
    return Promise.race([Promise.resolve().then(answer), cut]);
  });
  return ids;
}

const message = (id: number, data: string) => `event: run_event\nid: ${id}\ndata: ${data}\n\n`;
const end = 'event: end\nid: 9\ndata: {}\n\n';

beforeEach(() => vi.useFakeTimers());

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('a stream is followed to its end', async () => {
  const ids = serve(() => body([message(1, 'a'), message(2, 'b'), end]));
  const heard = listen();
  await vi.waitFor(() => expect(heard.states).toEqual(['connecting', 'open', 'ended']));
  expect(heard.data).toEqual(['a', 'b', '{}']);
  expect(ids).toEqual([null]);
});

test('after a break it goes on behind the last id', async () => {
  const ids = serve(
    () => body([message(1, 'a'), message(2, 'b')]),
    () => Promise.reject(new TypeError('refused')),
    () => body([message(3, 'c'), end]),
  );
  const heard = listen();
  await vi.waitFor(() => expect(heard.states.at(-1)).toBe('retrying'));
  await vi.advanceTimersByTimeAsync(10_000);
  await vi.waitFor(() => expect(heard.states.at(-1)).toBe('ended'));
  expect(heard.data).toEqual(['a', 'b', 'c', '{}']);
  expect(ids).toEqual([null, '2', '2']);
});

test('a connection that breaks in the middle is taken up again', async () => {
  const ids = serve(
    () => body([], 'break'),
    () => body([end]),
  );
  const heard = listen('5');
  await vi.waitFor(() => expect(heard.states.at(-1)).toBe('retrying'));
  await vi.advanceTimersByTimeAsync(2000);
  await vi.waitFor(() => expect(heard.states.at(-1)).toBe('ended'));
  expect(ids).toEqual(['5', '5']);
});

test('the server decides how long the wait is', async () => {
  const ids = serve(
    () => body(['retry: 50\n\n', message(1, 'a')]),
    () => body([end]),
  );
  const heard = listen();
  await vi.waitFor(() => expect(heard.states.at(-1)).toBe('retrying'));
  await vi.advanceTimersByTimeAsync(50);
  await vi.waitFor(() => expect(heard.states.at(-1)).toBe('ended'));
  expect(ids).toHaveLength(2);
});

test('204 means that nothing will follow', async () => {
  serve(() => new Response(null, { status: 204 }));
  const heard = listen('9');
  await vi.waitFor(() => expect(heard.states).toEqual(['connecting', 'ended']));
});

test('a refusal ends it with the problem', async () => {
  const text = JSON.stringify({ code: 'not_found', detail: 'Run not found' });
  const ids = serve(() => new Response(text, { status: 404 }));
  const heard = listen();
  await vi.waitFor(() => expect(heard.states.at(-1)).toBe('failed'));
  expect(heard.problem?.sentence).toBe('Run not found');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ids).toHaveLength(1);
});

test('after a session ended it waits for the next one, and no longer', async () => {
  const ids = serve(
    () => new Response('{}', { status: 401 }),
    () => body([end]),
  );
  const heard = listen();
  await vi.waitFor(() => expect(heard.states.at(-1)).toBe('retrying'));
  expect(ids).toHaveLength(1);
  sessionBegan();
  await vi.waitFor(() => expect(heard.states.at(-1)).toBe('ended'));
});

test('a server that is not ready is asked again', async () => {
  const ids = serve(
    () => new Response('', { status: 503 }),
    () => body([end]),
  );
  const heard = listen();
  await vi.waitFor(() => expect(heard.states.at(-1)).toBe('retrying'));
  await vi.advanceTimersByTimeAsync(2000);
  await vi.waitFor(() => expect(heard.states.at(-1)).toBe('ended'));
  expect(ids).toHaveLength(2);
});

test('a connection that fell silent is given up and opened again', async () => {
  const silent = () => new Promise<Response>(() => {});
  const ids = serve(silent, () => body([end]));
  const heard = listen();
  await vi.advanceTimersByTimeAsync(45_000);
  await vi.waitFor(() => expect(heard.states.at(-1)).toBe('retrying'));
  await vi.advanceTimersByTimeAsync(2000);
  await vi.waitFor(() => expect(heard.states.at(-1)).toBe('ended'));
  expect(ids).toHaveLength(2);
});

test('after it was closed nothing is heard or asked any more', async () => {
  const ids = serve(() => body([message(1, 'a')], 'silence'));
  const heard = listen();
  await vi.waitFor(() => expect(heard.data).toEqual(['a']));
  heard.close();
  await vi.advanceTimersByTimeAsync(120_000);
  expect(heard.states).toEqual(['connecting', 'open']);
  expect(ids).toHaveLength(1);
});

test('waits double up to the cap, less a fifth at most', () => {
  expect([0, 1, 2, 3, 4, 5, 99].map((n) => backoff(2000, n, 0))).toEqual([
    2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000,
  ]);
  expect(backoff(2000, 0, 1)).toBe(1600);
});
