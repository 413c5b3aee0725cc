import { ApiError, networkProblem, parseProblem, type Problem } from './problem';
import { sseParser, type SseMessage } from './sse';

/** `open`: messages flow. `retrying`: the connection was lost. The last two are for good. */
export type StreamState = 'connecting' | 'open' | 'retrying' | 'ended' | 'failed';

export interface StreamOptions {
  url: string;
  /** Messages up to and including this id are known already. */
  lastId?: string;
  onMessage: (message: SseMessage) => void;
  onState?: (state: StreamState, problem?: Problem) => void;
}

const wait_ms_first = 2000;
const wait_ms_max = 30_000;

/** The server says something every 15 s; three silences in a row mean a dead connection. */
const silence_ms_max = 45_000;

/**
 * Follows an event stream until it ends, is refused, or the returned function is called.
 *
 * EventSource is not used: it can send no header, hides the status, and gives up silently.
 * After a loss the stream goes on behind the last id (`Last-Event-ID`), so nothing is missed;
 * `event: end` and 204 mean that nothing will follow.
 */
export function openStream(options: StreamOptions): () => void {
  const stop = new AbortController();
  void follow(options, stop.signal);
  return () => stop.abort();
}

interface Session {
  lastId: string;
  wait_ms: number;
  losses: number;
}

async function follow(o: StreamOptions, signal: AbortSignal): Promise<void> {
  const session: Session = { lastId: o.lastId ?? '', wait_ms: wait_ms_first, losses: 0 };
  const tell = (state: StreamState, problem?: Problem) => {
    if (!signal.aborted) o.onState?.(state, problem);
  };

  tell('connecting');
  while (!signal.aborted) {
    try {
      if (await connect(o, session, signal, tell)) {
        tell('ended');
        return;
      }
      tell('retrying');
    } catch (error) {
      if (signal.aborted) return;
      const problem = error instanceof ApiError ? error.problem : networkProblem();
      if (isForGood(problem.status)) {
        tell('failed', problem);
        return;
      }
      tell('retrying', problem);
    }
    await waitOrOnline(backoff(session.wait_ms, session.losses++), signal);
  }
}

/** One connection.  Returns whether the stream is over; otherwise it was cut. */
async function connect(
  o: StreamOptions,
  session: Session,
  signal: AbortSignal,
  tell: (state: StreamState) => void,
): Promise<boolean> {
  const cut = new AbortController();
  const onStop = () => cut.abort();
  signal.addEventListener('abort', onStop, { once: true });
  let silence = setTimeout(() => cut.abort(), silence_ms_max);

  try {
    const headers = new Headers({ Accept: 'text/event-stream' });
    if (session.lastId !== '') headers.set('Last-Event-ID', session.lastId);
    const response = await fetch(o.url, {
      headers,
      signal: cut.signal,
      credentials: 'same-origin',
      cache: 'no-store',
    });
    if (response.status === 204) return true;
    if (!response.ok || !response.body) throw await refusal(response);

    tell('open');
    let ended = false;
    const parser = sseParser(
      (message) => {
        if (message.id !== '') session.lastId = message.id;
        session.losses = 0;
        if (message.event === 'end') ended = true;
        if (!signal.aborted) o.onMessage(message);
      },
      (ms) => (session.wait_ms = ms),
    );

    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return ended;
      clearTimeout(silence);
      silence = setTimeout(() => cut.abort(), silence_ms_max);
      parser.push(decoder.decode(value, { stream: true }));
      if (ended) return true;
    }
  } finally {
    clearTimeout(silence);
    signal.removeEventListener('abort', onStop);
    cut.abort();
  }
}

async function refusal(response: Response): Promise<ApiError> {
  const text = await response.text();
  return new ApiError(parseProblem(response.status, text, response.headers.get('X-Request-ID')));
}

/** 401: the session ended, and may be begun again. */
function isForGood(status: number): boolean {
  return status >= 400 && status < 500 && ![401, 408, 429].includes(status);
}

const began = 'langorch:session';

/** Streams that wait for somebody to sign in again need not wait any longer. */
export function sessionBegan(): void {
  globalThis.dispatchEvent?.(new Event(began));
}

/** Doubles per loss up to the cap; up to a fifth is taken off so that clients do not march. */
export function backoff(wait_ms: number, losses: number, random = Math.random()): number {
  const wait = Math.min(wait_ms * 2 ** Math.min(losses, 10), wait_ms_max);
  return wait * (1 - 0.2 * random);
}

function waitOrOnline(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      globalThis.removeEventListener?.('online', done);
      globalThis.removeEventListener?.(began, done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    globalThis.addEventListener?.('online', done);
    globalThis.addEventListener?.(began, done);
    signal.addEventListener('abort', done);
  });
}
