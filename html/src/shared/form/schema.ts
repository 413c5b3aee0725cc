import { isRecord } from '../problem';
import type { Json } from '../types';

export type FieldType =
  'string' | 'password' | 'number' | 'integer' | 'boolean' | 'array' | 'object' | 'any';

/** One input of a form, whichever way it was spelled in the document. */
export interface Field {
  name: string;
  type: FieldType;
  required: boolean;
  /** undefined: none */
  default: Json | undefined;
  title: string | null;
  description: string | null;
  /** Written by the procedure itself: not shown. */
  hidden: boolean;
  sensitive: boolean;
  /** Also take JSON text, numbers and words where the type says otherwise. */
  coerce: boolean;
  regex: string | null;
  min: number | null;
  max: number | null;
  allowed: Json[] | null;
  format: string | null;
}

const types: readonly FieldType[] = [
  'string',
  'password',
  'number',
  'integer',
  'boolean',
  'array',
  'object',
  'any',
];

/**
 * The fields of a `variables_schema` in either spelling (ckp.md 3.1): nested
 * `{required: {…}, optional: {…}}` or flat `{name: {…}}`.
 */
export function fieldsOf(schema: unknown): Field[] {
  if (!isRecord(schema)) return [];
  if (!isGroup(schema.required) && !isGroup(schema.optional)) return entries(schema, false);
  const groups = [...entries(schema.required, true), ...entries(schema.optional, false)];
  return groups.filter((f, i) => groups.findIndex((other) => other.name === f.name) === i);
}

/** The fields of an approval's `input_schema`: a flat variables_schema or a JSON Schema. */
export function fieldsOfInputSchema(schema: unknown): Field[] {
  if (!isRecord(schema)) return [];
  if (!isRecord(schema.properties) || !(schema.type === 'object' || isEntryless(schema))) {
    return fieldsOf(schema);
  }
  const required = Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(schema.properties).map(([name, entry]) => ({
    ...fieldOf(name, fromJsonSchema(entry), false),
    required: required.includes(name),
  }));
}

/** Templates are rendered by the server, so such a default cannot stand in the form. */
export function isTemplate(value: Json | undefined): boolean {
  return value !== undefined && JSON.stringify(value).includes('{{');
}

/** A value as it stands in a text field. */
export function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What the field holds before anybody typed: the default, unless the server has to make it. */
export function initialText(field: Field): string {
  const value = field.default;
  if (value === undefined || value === null || isTemplate(value)) return '';
  if (field.type === 'array' || field.type === 'object') return JSON.stringify(value, null, 2);
  return textOf(value);
}

export function initialTexts(fields: Field[]): Record<string, string> {
  return Object.fromEntries(fields.map((f) => [f.name, initialText(f)]));
}

function isGroup(value: unknown): boolean {
  return isRecord(value) && typeof value.type !== 'string';
}

/** A JSON Schema without `type` that still cannot be a map of variables. */
function isEntryless(schema: Record<string, unknown>): boolean {
  return Array.isArray(schema.required) || '$schema' in schema;
}

function entries(group: unknown, required: boolean): Field[] {
  if (!isRecord(group)) return [];
  return Object.entries(group).map(([name, entry]) => fieldOf(name, entry, required));
}

function fieldOf(name: string, entry: unknown, required: boolean): Field {
  const e = isRecord(entry) ? entry : { type: typeOf(entry), default: entry };
  const rules = isRecord(e.validation) ? e.validation : {};
  const type = types.find((t) => t === e.type) ?? 'any';
  const allowed = rules.allowed_values ?? e.allowed_values ?? e.enum;
  return {
    name,
    type,
    required: typeof e.required === 'boolean' ? e.required : required,
    default: e.default as Json | undefined,
    title: text(e.title),
    description: text(e.description),
    hidden: e.origin === 'system_captured',
    sensitive: type === 'password' || e.sensitive === true || rules.sensitive === true,
    coerce: e.coerce === true,
    regex: text(rules.regex),
    min: number(rules.min),
    max: number(rules.max),
    allowed: Array.isArray(allowed) ? (allowed as Json[]) : null,
    format: text(rules.format),
  };
}

function fromJsonSchema(entry: unknown): unknown {
  const e = isRecord(entry) ? entry : {};
  const listed = Array.isArray(e.type) ? e.type.find((t) => t !== 'null') : e.type;
  return {
    type: listed,
    title: e.title,
    description: e.description,
    default: e.default,
    validation: {
      /* a JSON Schema pattern may match anywhere, a rule of a variable matches the whole */
      regex: typeof e.pattern === 'string' ? `[^]*(?:${e.pattern})[^]*` : undefined,
      min: e.minimum ?? e.minLength ?? e.minItems,
      max: e.maximum ?? e.maxLength ?? e.maxItems,
      allowed_values: e.enum,
      format: e.format,
    },
  };
}

function typeOf(value: unknown): FieldType {
  if (Array.isArray(value)) return 'array';
  if (Number.isInteger(value)) return 'integer';
  if (typeof value === 'number') return 'number';
  if (typeof value === 'boolean' || typeof value === 'string') {
    return typeof value === 'string' ? 'string' : 'boolean';
  }
  return 'any';
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function number(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
