import * as z from 'zod/mini';
import type { Json, JsonObject } from '../types';

/** One member of an object that is made or changed in a form. */
export interface Member {
  name: string;
  label: string;
  kind?: 'text' | 'long' | 'hidden' | 'number' | 'check' | 'json' | 'list' | 'choice' | 'many';
  choices?: readonly string[];
  /** What can be chosen of `many`, and what that is called. */
  options?: readonly { value: string; name: string }[];
  hint?: string;
  required?: boolean;
  /** It stands behind "More", which few need. */
  more?: boolean;
}

/** What the controls hold: a check box yes or no, many what is chosen, all others their text. */
export type Texts = Record<string, string | boolean | string[]>;

export function textsOf(members: readonly Member[], initial: JsonObject): Texts {
  return Object.fromEntries(members.map((m) => [m.name, textOf(m, initial[m.name])]));
}

function textOf(m: Member, value: Json | undefined): string | boolean | string[] {
  if (m.kind === 'check') return value === true;
  if (m.kind === 'many') return Array.isArray(value) ? value.map(String) : [];
  if (value === undefined || value === null) {
    return m.kind === 'choice' && m.required ? (m.choices?.[0] ?? '') : '';
  }
  if (m.kind === 'list' && Array.isArray(value)) return value.join('\n');
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

const json = z.pipe(
  z.string(),
  z.transform((text, context) => {
    try {
      return JSON.parse(text) as Json;
    } catch {
      context.issues.push({ code: 'custom', message: 'This is not JSON', input: text });
      return z.NEVER;
    }
  }),
);

const lines = z.pipe(
  z.string(),
  z.transform((text) =>
    text
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean),
  ),
);

/* of one box alone, the form has its value, or no */
const many = z.pipe(
  z.transform((chosen) => (typeof chosen === 'string' ? [chosen] : chosen || [])),
  z.array(z.string()),
);

const number = z.pipe(z.transform(Number), z.number('Must be a number'));

const readers: Record<NonNullable<Member['kind']>, z.ZodMiniType<Json>> = {
  text: z.string(),
  long: z.string(),
  hidden: z.string(),
  choice: z.string(),
  check: z.boolean(),
  number,
  json,
  list: lines,
  many,
};

/* blank is nothing; where something is needed that is said instead */
const blank = z.transform((value) =>
  typeof value === 'string' && value.trim() === '' ? undefined : value,
);
const needed = z.refine((value) => value !== undefined, 'This is needed');

function schemaOf(members: readonly Member[]) {
  return z.object(
    Object.fromEntries(
      members.map((m) => {
        const given = m.required ? z.unknown().check(needed) : z.unknown();
        const read = z.optional(readers[m.kind ?? 'text']);
        return [m.name, z.pipe(blank, z.pipe(given, read))];
      }),
    ),
  );
}

/** The members that were filled in; one that was emptied becomes null. */
export function bodyOf(
  members: readonly Member[],
  texts: Texts,
  initial: JsonObject,
): { body: JsonObject; errors: Record<string, string> } {
  const all = Object.fromEntries(members.map(({ name }) => [name, texts[name] ?? '']));
  const read = z.safeParse(schemaOf(members), all);
  if (!read.success) {
    const told = read.error.issues.map((i) => [String(i.path[0]), i.message] as const);
    return { body: {}, errors: Object.fromEntries(told.reverse()) };
  }
  const body: JsonObject = {};
  for (const { name, kind } of members) {
    const value = read.data[name];
    const known = initial[name] !== undefined && initial[name] !== null;
    if (value === undefined) {
      if (known) body[name] = null;
    } else if (known || kind !== 'check' || value === true) body[name] = value as Json;
  }
  return { body, errors: {} };
}
