import type { Route } from './contract';
import { apiHref } from './mount';
import { ApiError, networkProblem, parseProblem } from './problem';

export type Query = Record<string, string | number | boolean | null | undefined>;

export interface Options {
  query?: Query;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

export interface Reply<T> {
  data: T;
  status: number;
  headers: Headers;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Waits before the second and the third try of a GET; a `Retry-After` goes before them. */
const waits = [300, 1200];
const wait_ms_max = 5000;
const kept_max = 200;

/** Answers that had an ETag, so that asking again costs a 304. */
const kept = new Map<string, { etag: string; data: unknown }>();

/** One call of the API.  Throws an ApiError; an abort is thrown as it is. */
export async function call<T>(method: Method, path: string, o: Options = {}): Promise<Reply<T>> {
  const url = apiHref(path) + queryText(o.query);
  for (let n = 0; ; n++) {
    const wait = method === 'GET' ? waits[n] : undefined;
    const response = await send(method, url, o).catch((error: unknown) => {
      if (o.signal?.aborted) throw error;
      return null;
    });

    if (response && !isPassing(response.status)) return readReply<T>(method, url, response);
    if (wait === undefined) {
      if (response) return readReply<T>(method, url, response);
      throw new ApiError(networkProblem());
    }
    await pause(retryAfter(response) ?? wait, o.signal);
  }
}

/** One call each, of a route that the API has: the compiler knows its OpenAPI document. */
export const http = {
  async get<T>(path: Route<'get'>, o?: Options): Promise<T> {
    return (await call<T>('GET', path, o)).data;
  },
  async post<T>(path: Route<'post'>, body?: unknown, o?: Options): Promise<T> {
    return (await call<T>('POST', path, { ...o, body })).data;
  },
  async put<T>(path: Route<'put'>, body?: unknown, o?: Options): Promise<T> {
    return (await call<T>('PUT', path, { ...o, body })).data;
  },
  async patch<T>(path: Route<'patch'>, body?: unknown, o?: Options): Promise<T> {
    return (await call<T>('PATCH', path, { ...o, body })).data;
  },
  async delete<T>(path: Route<'delete'>, o?: Options): Promise<T> {
    return (await call<T>('DELETE', path, o)).data;
  },
};

/** The text of a route that answers no JSON; `more` when it was cut. */
export async function textOf(
  path: string,
  query: Query = {},
): Promise<{ text: string; more: boolean }> {
  const response = await send('GET', apiHref(path) + queryText(query), {
    headers: { Accept: 'text/plain, */*' },
  }).catch(() => null);
  if (!response) throw new ApiError(networkProblem());
  const text = await response.text();
  if (!response.ok) {
    throw new ApiError(parseProblem(response.status, text, response.headers.get('X-Request-ID')));
  }
  return { text, more: response.headers.get('X-Truncated') === 'true' };
}

/** `{ a: 1, b: null }` → `?a=1`; what is null, undefined or empty is left out. */
export function queryText(query: Query = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') params.set(name, String(value));
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

/** An id as one segment of a path. */
export function segment(id: string): string {
  return encodeURIComponent(id);
}

/** A key that makes a create safe to send again.  `randomUUID` is missing on plain http. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}

function send(method: Method, url: string, o: Options): Promise<Response> {
  const headers = new Headers({ Accept: 'application/json', ...o.headers });
  const known = method === 'GET' ? kept.get(url) : undefined;
  if (known) headers.set('If-None-Match', known.etag);
  /* with it, the cookie of a session is enough for a change (api.md 1.6) */
  if (method !== 'GET') headers.set('X-Requested-With', 'langorch');
  if (o.body !== undefined) headers.set('Content-Type', 'application/json');

  return fetch(url, {
    method,
    headers,
    body: o.body === undefined ? null : JSON.stringify(o.body),
    signal: o.signal ?? null,
    credentials: 'same-origin',
    cache: 'no-store',
  });
}

async function readReply<T>(method: Method, url: string, response: Response): Promise<Reply<T>> {
  const { status, headers } = response;
  const known = kept.get(url);
  if (status === 304 && known) return { data: known.data as T, status, headers };

  const text = await response.text();
  if (!response.ok) {
    throw new ApiError(parseProblem(status, text, headers.get('X-Request-ID')));
  }

  const data = readJson(text, status, headers);
  const etag = headers.get('ETag');
  if (method === 'GET' && etag) keep(url, etag, data);
  return { data: data as T, status, headers };
}

function readJson(text: string, status: number, headers: Headers): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    const problem = parseProblem(status, '', headers.get('X-Request-ID'));
    throw new ApiError({ ...problem, sentence: 'The server answered something else than JSON' });
  }
}

function keep(url: string, etag: string, data: unknown): void {
  kept.delete(url);
  kept.set(url, { etag, data });
  const oldest = kept.keys().next().value;
  if (kept.size > kept_max && oldest !== undefined) kept.delete(oldest);
}

function isPassing(status: number): boolean {
  return status === 429 || status === 502 || status === 503 || status === 504;
}

function retryAfter(response: Response | null): number | null {
  const seconds = Number(response?.headers.get('Retry-After') ?? NaN);
  return Number.isFinite(seconds) ? Math.min(seconds * 1000, wait_ms_max) : null;
}

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        reject(signal.reason as Error);
      },
      { once: true },
    );
  });
}
