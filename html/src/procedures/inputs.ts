import { textOf, type Field } from '../shared/form/schema';
import { readForm } from '../shared/form/validate';
import { isRecord } from '../shared/problem';
import type { Json, JsonObject } from '../shared/types';

/* Input sets that were kept in this browser, and many inputs from a file. */

export interface InputSet {
  name: string;
  texts: Record<string, string>;
}

const key = (procedure: string) => `langorch.inputs.${procedure}`;

export function savedSets(procedure: string): InputSet[] {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(key(procedure)) ?? '[]');
    return Array.isArray(list) ? list.filter((s) => isRecord(s) && isRecord(s.texts)) : [];
  } catch {
    return [];
  }
}

/** Keeps a set under its name; what is secret is left out. */
export function keepSet(procedure: string, fields: readonly Field[], set: InputSet): InputSet[] {
  const open = new Set(fields.filter((f) => !f.sensitive).map((f) => f.name));
  const texts = Object.fromEntries(Object.entries(set.texts).filter(([name]) => open.has(name)));
  return write(procedure, [
    ...savedSets(procedure).filter((s) => s.name !== set.name),
    { name: set.name, texts },
  ]);
}

export function forgetSet(procedure: string, name: string): InputSet[] {
  return write(
    procedure,
    savedSets(procedure).filter((s) => s.name !== name),
  );
}

function write(procedure: string, sets: InputSet[]): InputSet[] {
  try {
    localStorage.setItem(key(procedure), JSON.stringify(sets));
  } catch {
    /* no storage: nothing is kept */
  }
  return sets;
}

export interface InputRow {
  n: number;
  values: JsonObject;
  errors: Record<string, string>;
}

export type Rows = { rows: InputRow[] } | { wrong: string };

/** The inputs of many runs: a JSON array of objects, or CSV whose first line has the names. */
export function rowsOf(text: string, fields: Field[]): Rows {
  const trimmed = text.trim();
  if (trimmed === '') return { rows: [] };
  if (/^[[{]/.test(trimmed)) return fromJson(trimmed, fields);
  const [head, ...lines] = csvRows(trimmed);
  if (!head) return { rows: [] };
  const known = new Set(fields.map((f) => f.name));
  const strange = head.filter((name) => !known.has(name));
  if (strange.length > 0) return { wrong: `No such input: ${strange.join(', ')}` };
  return {
    rows: lines.map((line, i) => {
      const texts = Object.fromEntries(head.map((name, c) => [name, line[c] ?? '']));
      return { n: i + 1, ...readForm(fields, texts) };
    }),
  };
}

function fromJson(text: string, fields: Field[]): Rows {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    return { wrong: 'This is not JSON' };
  }
  if (!Array.isArray(list)) return { wrong: 'Many inputs are a JSON array of objects' };
  if (!list.every(isRecord)) return { wrong: 'Each element has to be an object' };
  return {
    rows: list.map((row, i) => {
      const entries = Object.entries(row as JsonObject);
      const texts = Object.fromEntries(
        entries.map(([name, value]) => [name, value === null ? '' : textOf(value as Json)]),
      );
      const { errors } = readForm(fields, texts);
      return { n: i + 1, values: row as JsonObject, errors };
    }),
  };
}

/** CSV as spreadsheets write it: quotes, lines within quotes; comma or semicolon. */
export function csvRows(text: string): string[][] {
  const first = text.slice(0, (text.indexOf('\n') + 1 || text.length + 1) - 1);
  const comma = first.includes(',') || !first.includes(';') ? ',' : ';';
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  const endRow = () => {
    row.push(cell);
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
    cell = '';
  };
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i);
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text.charAt(i + 1) === '"') {
        cell += '"';
        i++;
      } else quoted = false;
    } else if (c === '"' && cell === '') quoted = true;
    else if (c === comma) {
      row.push(cell);
      cell = '';
    } else if (c === '\n') endRow();
    else if (c !== '\r') cell += c;
  }
  endRow();
  return rows;
}
