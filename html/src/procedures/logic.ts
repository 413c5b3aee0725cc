import { isRecord } from '../shared/problem';
import type { Diagnostic, JsonObject, Procedure, Severity } from '../shared/types';

export type Parsed = { document: JsonObject } | { wrong: string };

/** Reads a pasted document; what is wrong with it is said with its line. */
export function parseDocument(text: string): Parsed {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    const at = placeOf(message, text);
    return {
      wrong: at ? `This is not JSON: see line ${at.line}, column ${at.column}` : 'This is not JSON',
    };
  }
  if (isRecord(value)) return { document: value as JsonObject };
  return { wrong: 'A procedure is a JSON object' };
}

function placeOf(message: string, text: string): { line: number; column: number } | null {
  const told = /line (\d+) column (\d+)/.exec(message);
  if (told) return { line: Number(told[1]), column: Number(told[2]) };
  const position = /position (\d+)/.exec(message);
  const offset = position
    ? Number(position[1])
    : /end of|unterminated/i.test(message)
      ? text.length
      : null;
  if (offset === null) return null;
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

const weight: Record<Severity, number> = { error: 0, warning: 1, info: 2 };

/** Errors first; within a severity as the compiler found them. */
export function bySeverity(list: Diagnostic[]): Diagnostic[] {
  return [...list].sort((a, b) => weight[a.severity] - weight[b.severity]);
}

/** Versions that refuse runs (ckp.md 2). */
export function refusesRuns(status: string): boolean {
  return status === 'deprecated' || status === 'archived' || status === 'inactive';
}

/** ckp.md 2 */
export const statuses = [
  'draft',
  'active',
  'approved',
  'inactive',
  'deprecated',
  'archived',
] as const;

export const channels = ['dev', 'qa', 'prod'] as const;
export type Channel = (typeof channels)[number];

/** The active version of a channel; the newest where several claim to be. */
export function activeIn(versions: readonly Procedure[], channel: Channel): Procedure | undefined {
  return versions.find((v) => v.status === 'active' && (v.release_channel ?? 'dev') === channel);
}
