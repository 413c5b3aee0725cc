import { isRecord } from '../shared/problem';
import type { Json, JsonObject } from '../shared/types';
import type { NodeType, NodeTypeField } from './types';

export type Kind =
  'text' | 'long' | 'code' | 'number' | 'boolean' | 'choice' | 'node' | 'texts' | 'list' | 'json';

/** One field of a form of the inspector. */
export interface FieldSpec {
  name: string;
  kind: Kind;
  help: string;
  required: boolean;
  /** What holds without it. */
  otherwise: Json;
  choices: string[];
  /** Of a list: the definition of its elements in the schema. */
  of: string | null;
  /** Many node types have it: it stands behind "More". */
  common: boolean;
}

type Defs = Record<string, JsonObject>;

export function defsOf(schema: JsonObject | undefined): Defs {
  return isRecord(schema?.$defs) ? (schema.$defs as Defs) : {};
}

const kinds: Record<string, Kind> = {
  node: 'node',
  template: 'long',
  expression: 'code',
  integer: 'number',
  number: 'number',
  duration_ms: 'number',
  boolean: 'boolean',
  enum: 'choice',
  'string[]': 'texts',
  variable: 'text',
  string: 'text',
  array: 'json',
};

/** The form of a node, from what the server says of its type. */
export function fieldsOfType(type: NodeType, defs: Defs): FieldSpec[] {
  const properties = propertiesOf(defs[type.type]);
  return type.fields
    .filter((f) => f.name !== 'type' && f.name !== 'position')
    .map((f) => specOf(f, properties[f.name]));
}

function specOf(f: NodeTypeField, schema: JsonObject | undefined): FieldSpec {
  const of = elementOf(schema);
  return {
    name: f.name,
    kind: of ? 'list' : (kinds[f.type] ?? 'json'),
    help: f.help,
    required: f.required,
    otherwise: f.default,
    choices: f.enum ?? [],
    of,
    common: f.common && f.name !== 'next_node' && f.name !== 'description' && f.name !== 'agent',
  };
}

/** The form of a step, rule, branch, …: from its definition in the schema. */
export function fieldsOfDef(name: string, defs: Defs): FieldSpec[] {
  return Object.entries(propertiesOf(defs[name]))
    .filter(([, schema]) => schema.deprecated !== true)
    .map(([member, schema], i) => ({
      name: member,
      kind: kindOf(member, schema),
      help: typeof schema.description === 'string' ? schema.description : '',
      required: false,
      otherwise: schema.default ?? null,
      choices: choicesOf(schema),
      of: elementOf(schema),
      common: i >= 6 && !usual.has(member),
    }));
}

const usual = new Set(['output_variable', 'fallback_node', 'message', 'params']);

function propertiesOf(def: JsonObject | undefined): Record<string, JsonObject> {
  return isRecord(def?.properties) ? (def.properties as Record<string, JsonObject>) : {};
}

function elementOf(schema: JsonObject | undefined): string | null {
  const items = isRecord(schema?.items) ? schema.items : null;
  const ref = typeof items?.$ref === 'string' ? items.$ref : '';
  return ref.startsWith('#/$defs/') ? ref.slice('#/$defs/'.length) : null;
}

function choicesOf(schema: JsonObject): string[] {
  return Array.isArray(schema.enum) ? schema.enum.filter((e) => typeof e === 'string') : [];
}

function kindOf(name: string, schema: JsonObject): Kind {
  if (elementOf(schema)) return 'list';
  if (choicesOf(schema).length > 0) return 'choice';
  if (/(^|_)node$/.test(name)) return 'node';
  if (/condition$|^expression$|^skip_when$/.test(name)) return 'code';
  const types = Array.isArray(schema.type) ? schema.type : [schema.type];
  if (types.includes('boolean') && !types.includes('string')) return 'boolean';
  if (types.includes('number') || types.includes('integer')) return 'number';
  if (types.includes('string'))
    return name === 'message' || name === 'description' ? 'long' : 'text';
  return /^(id|name|label|description|error_type|source_variable)$/.test(name) ? 'text' : 'json';
}

/** What somebody wrote into a field as a value; undefined takes the member away. */
export function readText(
  kind: Kind,
  text: string,
): { value: Json | undefined } | { wrong: string } {
  if (text.trim() === '') return { value: undefined };
  switch (kind) {
    case 'number':
      /* a template or a text that the server turns into a number may stand here, too */
      return { value: /^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text };
    case 'texts':
      return {
        value: text
          .split('\n')
          .map((line) => line.trim())
          .filter(Boolean),
      };
    case 'json':
      try {
        return { value: JSON.parse(text) as Json };
      } catch {
        /* a template or an expression may stand here, too */
        if (/^[[{"]/.test(text.trim()) && !text.trim().startsWith('{{')) {
          return { wrong: 'This is not JSON' };
        }
        return { value: text };
      }
    default:
      return { value: text };
  }
}

/** A value as it stands in its field. */
export function writeText(kind: Kind, value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  if (kind === 'texts' && Array.isArray(value)) return value.join('\n');
  if (typeof value === 'string') return value;
  return JSON.stringify(value, null, kind === 'json' ? 2 : 0);
}
