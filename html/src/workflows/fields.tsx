import { useState } from 'react';
import { objectOf } from '../shared/form/json';
import type { Json, JsonObject } from '../shared/types';
import { Field, Select, TextArea } from '../shared/ui/Field';

interface ChooseProps {
  label: string;
  value: string;
  options: readonly string[];
  onValue: (value: string) => void;
}

/** One of some words; one that is none of them is shown as it is. */
export function Choose({ label, value, options, onValue }: ChooseProps) {
  return (
    <Field label={label}>
      {(tie) => (
        <Select {...tie} value={value} onChange={(e) => onValue(e.target.value)}>
          {!options.includes(value) && <option>{value}</option>}
          {options.map((o) => (
            <option key={o}>{o}</option>
          ))}
        </Select>
      )}
    </Field>
  );
}

interface JsonFieldProps {
  label: string;
  hint: string;
  value: Json | undefined;
  onValue: (value: JsonObject | undefined) => void;
}

/** An object as text; while it cannot be read, what was there stays. */
export function JsonField({ label, hint, value, onValue }: JsonFieldProps) {
  const [text, setText] = useState(() =>
    value === undefined ? '' : JSON.stringify(value, null, 2),
  );
  const read = text.trim() === '' ? undefined : objectOf(text);
  return (
    <Field
      label={label}
      hint={hint}
      error={read === null ? 'This is not a JSON object' : null}
    >
      {(tie) => (
        <TextArea
          {...tie}
          value={text}
          rows={3}
          className="font-mono text-[0.8125rem]"
          onChange={(e) => {
            setText(e.target.value);
            const next = e.target.value.trim() === '' ? undefined : objectOf(e.target.value);
            if (next !== null) onValue(next);
          }}
        />
      )}
    </Field>
  );
}
