import { isRecord } from '../problem';
import type { Json, JsonObject } from '../types';
import { initialText, textOf, type Field } from './schema';

/** What stands in one field: nothing, a value of the right kind, or why it is neither. */
export type Read =
  { kind: 'missing' } | { kind: 'value'; value: Json } | { kind: 'error'; sentence: string };

const jsonNumber = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
const placeholder = '***REDACTED***';

/** Reads a field as the server will (ckp.md 3.4), with the server's sentences (api.md 4.1). */
export function readField(field: Field, text: string): Read {
  if (text.trim() === '') {
    const lacks = field.required && field.default === undefined;
    return lacks ? wrong('This field is required') : { kind: 'missing' };
  }
  /* the default as it stands is the server's to put in, and is not checked */
  if (field.default !== undefined && text === initialText(field)) return { kind: 'missing' };
  if (text === placeholder) return wrong('This is the mask of a hidden value, not a value');

  const read = convert(field, text);
  if (read.kind !== 'value') return read;
  const broken = brokenRule(field, read.value);
  return broken === null ? read : wrong(broken);
}

/** All fields of a form: the inputs to send, and a sentence for each field that is wrong. */
export function readForm(
  fields: Field[],
  texts: Record<string, string>,
): { values: JsonObject; errors: Record<string, string> } {
  const values: JsonObject = {};
  const errors: Record<string, string> = {};
  for (const field of fields) {
    if (field.hidden) continue;
    const read = readField(field, texts[field.name] ?? '');
    if (read.kind === 'value') values[field.name] = read.value;
    if (read.kind === 'error') errors[field.name] = read.sentence;
  }
  return { values, errors };
}

function wrong(sentence: string): Read {
  return { kind: 'error', sentence };
}

function convert(field: Field, text: string): Read {
  const listed = field.allowed?.find((v) => textOf(v) === text);
  if (listed !== undefined) return { kind: 'value', value: listed };

  switch (field.type) {
    case 'string':
    case 'password':
      return { kind: 'value', value: text };
    case 'number':
      if (!jsonNumber.test(text.trim())) return wrong('Must be a number');
      return { kind: 'value', value: Number(text) };
    case 'integer':
      if (!jsonNumber.test(text.trim())) return wrong('Must be a number');
      if (!Number.isInteger(Number(text))) return wrong('Must be an integer');
      return { kind: 'value', value: Number(text) };
    case 'boolean':
      if (text === 'true' || text === 'false') return { kind: 'value', value: text === 'true' };
      return wrong('Must be a boolean (true/false)');
    case 'array':
      return container(text, Array.isArray, 'Must be a valid array');
    case 'object':
      return container(text, isRecord, 'Must be a valid object');
    case 'any':
      return { kind: 'value', value: parse(text) ?? text };
  }
}

function container(text: string, fits: (v: unknown) => boolean, sentence: string): Read {
  const value = parse(text);
  return value !== undefined && fits(value) ? { kind: 'value', value } : wrong(sentence);
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** The sentence of the first rule that does not hold, in the order of ckp.md 3.4. */
function brokenRule(field: Field, value: Json): string | null {
  const { allowed, regex, format } = field;
  if (allowed && !allowed.some((v) => textOf(v) === textOf(value))) {
    return `Must be one of: ${allowed.map(textOf).join(', ')}`;
  }
  if (typeof value === 'string' && regex !== null && !matchesWhole(regex, value)) {
    return `Does not match required pattern: ${regex}`;
  }
  const size = sizeOf(value);
  if (size !== null && field.min !== null && size.n < field.min) {
    return `Must be at least ${field.min}${size.unit}`;
  }
  if (size !== null && field.max !== null && size.n > field.max) {
    return `Must be at most ${field.max}${size.unit}`;
  }
  if (typeof value === 'string' && format !== null && !(formats[format]?.(value) ?? true)) {
    return `Must be a valid ${format}`;
  }
  return null;
}

function sizeOf(value: Json): { n: number; unit: string } | null {
  if (typeof value === 'number') return { n: value, unit: '' };
  if (typeof value === 'string') return { n: [...value].length, unit: ' characters' };
  if (Array.isArray(value)) return { n: value.length, unit: ' items' };
  return null;
}

/** A pattern that this browser cannot read is left to the server. */
function matchesWhole(regex: string, value: string): boolean {
  for (const flags of ['u', '']) {
    try {
      return new RegExp(`^(?:${regex})$`, flags).test(value);
    } catch {
      /* PCRE allows escapes that the u flag refuses: try without */
    }
  }
  return true;
}

const date = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const dateTime = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;
const byte = '(25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const ipv4 = new RegExp(`^${byte}(\\.${byte}){3}$`);

const formats: Record<string, (value: string) => boolean> = {
  email: (v) => /^[^\s@]+@[^\s@]+$/.test(v),
  uri: (v) => /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/.test(v),
  date: (v) => date.test(v) && !Number.isNaN(Date.parse(v)),
  'date-time': (v) => dateTime.test(v) && !Number.isNaN(Date.parse(v)),
  uuid: (v) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(v),
  ipv4: (v) => ipv4.test(v),
  ipv6: (v) => /^[0-9a-f:.]+$/i.test(v) && v.includes(':') && isIpv6(v),
};

function isIpv6(value: string): boolean {
  try {
    return new URL(`http://[${value}]/`).hostname !== '';
  } catch {
    return false;
  }
}

/** The rules of a field in words, shown under it before anybody breaks one. */
export function rulesInWords(field: Field): string[] {
  const list: string[] = [];
  const { min, max } = field;
  const unit = unitOf(field);
  if (min !== null && max !== null) list.push(`${min} to ${max}${unit}`);
  else if (min !== null) list.push(`at least ${min}${unit}`);
  else if (max !== null) list.push(`at most ${max}${unit}`);
  if (field.regex !== null && !field.regex.startsWith('[^]*')) {
    list.push(`pattern ${field.regex}`);
  }
  if (field.format !== null) list.push(field.format);
  if (field.default !== undefined && field.default !== null) {
    list.push(`when empty: ${field.sensitive ? 'the default' : textOf(field.default)}`);
  }
  return list;
}

function unitOf(field: Field): string {
  if (field.type === 'string' || field.type === 'password') return ' characters';
  return field.type === 'array' ? ' items' : '';
}
