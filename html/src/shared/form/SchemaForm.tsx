import { useState } from 'react';
import { Field as FormField, Select, TextArea, TextInput, type Tie } from '../ui/Field';
import { isTemplate, textOf, type Field } from './schema';
import { readForm, rulesInWords } from './validate';

interface SchemaFormProps {
  fields: Field[];
  texts: Record<string, string>;
  onChange: (texts: Record<string, string>) => void;
  /** Sentences of the server, by field; they go when the field is changed. */
  refused: Record<string, string>;
  /** Show what is wrong with fields nobody touched yet: after an attempt to send. */
  showAll: boolean;
}

/** A form made from a schema.  Every rule is looked at while typing, once a field was touched. */
export function SchemaForm({ fields, texts, onChange, refused, showAll }: SchemaFormProps) {
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const { errors } = readForm(fields, texts);
  const touch = (name: string) => setTouched((all) => new Set(all).add(name));

  return (
    <div className="flex flex-col gap-4">
      {fields
        .filter((f) => !f.hidden)
        .map((field) => (
          <FormField
            key={field.name}
            label={field.title ?? field.name}
            required={field.required && field.default === undefined}
            hint={hintOf(field)}
            error={
              refused[field.name] ??
              (showAll || touched.has(field.name) ? errors[field.name] : undefined)
            }
          >
            {(tie) => (
              <Control
                tie={tie}
                field={field}
                text={texts[field.name] ?? ''}
                onText={(text) => {
                  touch(field.name);
                  onChange({ ...texts, [field.name]: text });
                }}
                onLeave={() => touch(field.name)}
              />
            )}
          </FormField>
        ))}
    </div>
  );
}

interface ControlProps {
  tie: Tie;
  field: Field;
  text: string;
  onText: (text: string) => void;
  onLeave: () => void;
}

function Control({ tie, field, text, onText, onLeave }: ControlProps) {
  const choices =
    field.allowed?.map(textOf) ?? (field.type === 'boolean' ? ['true', 'false'] : null);
  const common = { ...tie, name: field.name, value: text, onBlur: onLeave };

  if (choices && !field.sensitive) {
    return (
      <Select {...common} onChange={(e) => onText(e.target.value)}>
        <option value="">{emptyChoice(field)}</option>
        {choices.map((choice) => (
          <option key={choice} value={choice}>
            {choice}
          </option>
        ))}
      </Select>
    );
  }
  if (field.type === 'array' || field.type === 'object') {
    return (
      <TextArea
        {...common}
        className="font-mono text-[0.8125rem]"
        placeholder={field.type === 'array' ? '[ … ]' : '{ … }'}
        onChange={(e) => onText(e.target.value)}
      />
    );
  }
  return (
    <TextInput
      {...common}
      type={field.sensitive ? 'password' : 'text'}
      autoComplete={field.sensitive ? 'new-password' : 'off'}
      inputMode={field.type === 'number' || field.type === 'integer' ? 'decimal' : undefined}
      placeholder={isTemplate(field.default) && field.default ? textOf(field.default) : undefined}
      onChange={(e) => onText(e.target.value)}
    />
  );
}

function emptyChoice(field: Field): string {
  if (field.default !== undefined && field.default !== null) {
    return `Default: ${field.sensitive ? 'hidden' : textOf(field.default)}`;
  }
  return field.required ? 'Choose …' : 'None';
}

function hintOf(field: Field): string {
  const kind = field.allowed ? [] : [typeWords[field.type]];
  const rules = [...kind, ...rulesInWords(field)].join(' · ');
  return [field.description, rules].filter(Boolean).join(' — ');
}

const typeWords: Record<Field['type'], string> = {
  string: 'text',
  password: 'hidden text',
  number: 'number',
  integer: 'whole number',
  boolean: 'true or false',
  array: 'JSON array',
  object: 'JSON object',
  any: 'JSON, or plain text',
};
