import type { UseFormRegisterReturn } from 'react-hook-form';
import { Field as FormField, Select, TextArea, TextInput, type Tie } from '../ui/Field';
import { isTemplate, textOf, type Field } from './schema';
import { slotOf, type SchemaFormState } from './useSchemaForm';
import { rulesInWords } from './validate';

/** A form made from a schema, each field with its rules and with what is wrong with it. */
export function SchemaForm({ state }: { state: SchemaFormState }) {
  const { fields, form } = state;
  const { errors, defaultValues } = form.formState;
  return (
    <div className="flex flex-col gap-4">
      {fields.map((field, i) =>
        field.hidden ? null : (
          <FormField
            key={field.name}
            label={field.title ?? field.name}
            required={field.required && field.default === undefined}
            hint={hintOf(field)}
            error={errors[slotOf(i)]?.message ?? null}
          >
            {(tie) => (
              <Control
                tie={tie}
                field={field}
                input={form.register(slotOf(i))}
                chosen={defaultValues?.[slotOf(i)] ?? ''}
              />
            )}
          </FormField>
        ),
      )}
    </div>
  );
}

interface ControlProps {
  tie: Tie;
  field: Field;
  input: UseFormRegisterReturn;
  /** What a choice begins with. */
  chosen: string;
}

function Control({ tie, field, input, chosen }: ControlProps) {
  const choices =
    field.allowed?.map(textOf) ?? (field.type === 'boolean' ? ['true', 'false'] : null);

  if (choices && !field.sensitive) {
    return (
      <Select {...tie} {...input} defaultValue={chosen}>
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
        {...tie}
        {...input}
        className="font-mono text-[0.8125rem]"
        placeholder={field.type === 'array' ? '[ … ]' : '{ … }'}
      />
    );
  }
  return (
    <TextInput
      {...tie}
      {...input}
      type={field.sensitive ? 'password' : 'text'}
      autoComplete={field.sensitive ? 'new-password' : 'off'}
      inputMode={field.type === 'number' || field.type === 'integer' ? 'decimal' : undefined}
      placeholder={isTemplate(field.default) && field.default ? textOf(field.default) : undefined}
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
