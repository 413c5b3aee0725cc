import { useRef } from 'react';
import { useForm, type UseFormReturn } from 'react-hook-form';
import type { JsonObject } from '../types';
import { initialTexts, type Field } from './schema';
import { readForm } from './validate';

type Texts = Record<string, string>;

/** The inputs that a schema asks for, while somebody fills them in. */
export interface SchemaFormState {
  fields: Field[];
  form: UseFormReturn<Texts>;
  /** What stands in the fields, by their names. */
  texts: () => Texts;
  fill: (texts: Texts) => void;
  /** The values, if each fits its rules; else the first that does not gets the focus. */
  submit: (act: (values: JsonObject) => void) => void;
  /** Sentences of the server, by field; they go when the field is changed. */
  refuse: (sentences: Record<string, string>) => void;
}

/* the form's library takes dots in a name for a path, and a variable may have them */
export const slotOf = (index: number) => `v${index}`;

/** State of a form from a schema: every rule is looked at while typing, in fields touched. */
export function useSchemaForm(fields: Field[]): SchemaFormState {
  const now = useRef(fields);
  now.current = fields;
  const form = useForm<Texts>({
    mode: 'all',
    defaultValues: slotted(fields, initialTexts(fields)),
    resolver: (slots) => {
      const known = now.current;
      const { errors } = readForm(known, named(known, slots));
      const faults = known.flatMap(({ name }, i) =>
        errors[name] === undefined
          ? []
          : [[slotOf(i), { type: 'rule', message: errors[name] }] as const],
      );
      return faults.length === 0
        ? { values: slots, errors: {} }
        : { values: {}, errors: Object.fromEntries(faults) };
    },
  });
  const texts = () => named(fields, form.getValues());
  return {
    fields,
    form,
    texts,
    fill: (next) => form.reset(slotted(fields, next)),
    submit: (act) => void form.handleSubmit(() => act(readForm(fields, texts()).values))(),
    refuse: (sentences) =>
      fields.forEach(({ name }, i) => {
        const message = sentences[name];
        if (message !== undefined) form.setError(slotOf(i), { type: 'server', message });
      }),
  };
}

function slotted(fields: readonly Field[], texts: Texts): Texts {
  return Object.fromEntries(fields.map(({ name }, i) => [slotOf(i), texts[name] ?? '']));
}

function named(fields: readonly Field[], slots: Texts): Texts {
  return Object.fromEntries(fields.map(({ name }, i) => [name, slots[slotOf(i)] ?? '']));
}
