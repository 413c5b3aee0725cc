import { act, cleanup, renderHook, waitFor } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { useTimeline } from './useTimeline';

interface Stream {
  url: string;
  lastId: string | null;
  cut: AbortSignal;
  say: (text: string) => void;
}

/** Streams that stay open; a test says what they say. */
function serve(): Stream[] {
  const streams: Stream[] = [];
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    let say: (text: string) => void = () => {};
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        say = (text) => controller.enqueue(new TextEncoder().encode(text));
      },
    });
    const lastId = new Headers(init.headers).get('Last-Event-ID');
    streams.push({ url, lastId, cut: init.signal as AbortSignal, say });
    return Promise.resolve(new Response(body));
  });
  return streams;
}

function message(seq: number, type: string): string {
  const event = {
    event_id: seq + 100,
    seq,
    run_id: 'r',
    created_at: '2026-02-17T09:30:00.125Z',
    event_type: type,
    node_id: null,
    step_id: null,
    attempt: null,
    payload: {},
  };
  return `event: run_event\nid: ${event.event_id}\ndata: ${JSON.stringify(event)}\n\n`;
}

interface Props {
  id: string;
  attempt: number | null;
}

const follow = (initialProps: Props) =>
  renderHook(({ id, attempt }: Props) => useTimeline(id, attempt), { initialProps });

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

test('a run that is not known yet is not followed', () => {
  const streams = serve();
  follow({ id: 'r', attempt: null });
  expect(streams).toHaveLength(0);
});

test('events become the timeline, and what is no event is passed over', async () => {
  const streams = serve();
  const { result } = follow({ id: 'r', attempt: 1 });
  await waitFor(() => expect(result.current.state).toBe('open'));
  act(() => streams[0]?.say(`${message(1, 'run_created')}event: run_event\ndata: {\n\n`));
  act(() => streams[0]?.say(message(2, 'execution_started')));
  await waitFor(() => expect(result.current.line.seq).toBe(2));
  expect(result.current.line.status).toBe('running');
  expect(streams[0]?.url).toBe('/api/runs/r/stream');
});

test('a retry is followed behind what is known already', async () => {
  const streams = serve();
  const { result, rerender } = follow({ id: 'r', attempt: 1 });
  await waitFor(() => expect(result.current.state).toBe('open'));
  act(() => streams[0]?.say(message(1, 'run_created') + message(2, 'run_failed')));
  await waitFor(() => expect(result.current.line.seq).toBe(2));

  rerender({ id: 'r', attempt: 2 });
  await waitFor(() => expect(streams).toHaveLength(2));
  expect([streams[0]?.lastId, streams[1]?.lastId]).toEqual([null, '102']);
  act(() => streams[1]?.say(message(3, 'run_retry_requested')));
  await waitFor(() => expect(result.current.line.entries).toHaveLength(3));
});

test('another run begins with nothing', async () => {
  const streams = serve();
  const { result, rerender } = follow({ id: 'r', attempt: 1 });
  await waitFor(() => expect(result.current.state).toBe('open'));
  act(() => streams[0]?.say(message(1, 'run_created')));
  await waitFor(() => expect(result.current.line.seq).toBe(1));

  rerender({ id: 'other', attempt: 1 });
  await waitFor(() => expect(streams).toHaveLength(2));
  expect(result.current.line.seq).toBe(0);
  expect(streams[1]).toMatchObject({ url: '/api/runs/other/stream', lastId: null });
  expect(streams[0]?.cut.aborted).toBe(true);
});

test('who leaves the page follows nothing any more', async () => {
  const streams = serve();
  const { result, unmount } = follow({ id: 'r', attempt: 1 });
  await waitFor(() => expect(result.current.state).toBe('open'));
  unmount();
  expect(streams[0]?.cut.aborted).toBe(true);
});
