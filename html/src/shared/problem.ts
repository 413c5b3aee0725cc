import type { Diagnostic } from './types';

/** What went wrong with a call, said so that a person can act on it and an operator can find it. */
export interface Problem {
  /** HTTP status; 0 when there was no answer at all. */
  status: number;
  /** The contract's word for it: `not_found`, `invalid_inputs`; `network` without an answer. */
  code: string;
  /** One sentence for people. */
  sentence: string;
  requestId: string | null;
  /** One sentence for each input that failed, by name. */
  fields: Record<string, string>;
  /** What the compiler said, where a document was refused. */
  diagnostics: Diagnostic[];
  /** The other members, as they came. */
  body: Record<string, unknown>;
}

export class ApiError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.sentence);
    this.name = 'ApiError';
    this.problem = problem;
  }
}

/** Any thrown value as a problem, so that one component can show all of them. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ApiError) return error.problem;
  const sentence = error instanceof Error ? error.message : String(error);
  return { ...nothing, code: 'console', sentence };
}

const nothing: Problem = {
  status: 0,
  code: '',
  sentence: '',
  requestId: null,
  fields: {},
  diagnostics: [],
  body: {},
};

const byStatus: Record<number, string> = {
  401: 'You are not signed in',
  403: 'You are not allowed to do this',
  404: 'Not found',
  413: 'This is larger than the server accepts',
  429: 'Too many requests; wait a moment',
  500: 'The server failed',
  502: 'The server behind NGINX did not answer',
  503: 'The server is not ready; try again in a moment',
};

/** The problem when no answer came. */
export function networkProblem(): Problem {
  return { ...nothing, code: 'network', sentence: 'The server cannot be reached' };
}

/**
 * Reads a problem+json answer (api.md 1.5).  `detail` is a sentence, a list of places or a map
 * of inputs, depending on the case; an answer of something in between (a proxy's error page) is
 * told by its status.
 */
export function parseProblem(status: number, text: string, requestId: string | null): Problem {
  const body = objectOf(text);
  const detail = body.detail;
  const places = [detail, body.errors].find(isPlaces) ?? [];
  const fields = { ...fieldsOf(detail), ...fieldsOfPlaces(places) };
  const sentence =
    stringOf(detail) ??
    stringOf(memberOf(detail, 'message')) ??
    sentenceOfPlaces(places) ??
    stringOf(body.title) ??
    byStatus[status] ??
    `The server answered ${status}`;

  return {
    status,
    code: stringOf(body.code) ?? `http_${status}`,
    sentence,
    requestId: stringOf(body.request_id) ?? requestId,
    fields,
    diagnostics: Array.isArray(body.errors) ? body.errors.filter(isDiagnostic) : [],
    body,
  };
}

interface Place {
  loc: (string | number)[];
  msg: string;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objectOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

function stringOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function memberOf(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined;
}

function isPlaces(value: unknown): value is Place[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((p) => isRecord(p) && Array.isArray(p.loc) && typeof p.msg === 'string')
  );
}

function isDiagnostic(value: unknown): value is Diagnostic {
  return isRecord(value) && typeof value.id === 'string' && typeof value.severity === 'string';
}

function fieldsOf(detail: unknown): Record<string, string> {
  const errors = memberOf(detail, 'errors');
  if (!isRecord(errors)) return {};
  return Object.fromEntries(
    Object.entries(errors).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
}

function fieldsOfPlaces(places: Place[]): Record<string, string> {
  return Object.fromEntries(places.map((p) => [String(p.loc.at(-1) ?? ''), p.msg]));
}

function sentenceOfPlaces(places: Place[]): string | null {
  if (places.length === 0) return null;
  return places.map((p) => `${p.loc.slice(1).join('.')}: ${p.msg}`).join('; ');
}
