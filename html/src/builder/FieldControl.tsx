import { useEffect, useState } from 'react';
import { isRecord } from '../shared/problem';
import type { Diagnostic, Json } from '../shared/types';
import { Field, Select, TextArea, TextInput, type Tie } from '../shared/ui/Field';
import { readText, writeText, type FieldSpec } from './fields';
import { ListEditor } from './ListEditor';
import type { FormContext } from './types-form';

interface FieldControlProps {
  spec: FieldSpec;
  value: Json | undefined;
  /** The JSON pointer of the value, within the document. */
  at: string;
  context: FormContext;
  onChange: (value: Json | undefined) => void;
}

/** One field of the inspector, with what the compiler says of it. */
export function FieldControl(props: FieldControlProps) {
  const { spec, value, at, context, onChange } = props;
  if (spec.kind === 'list' && spec.of !== null) {
    return <ListEditor {...props} of={spec.of} label={labelOf(spec.name)} />;
  }
  if (spec.kind === 'boolean') {
    return <Check spec={spec} value={value} onChange={onChange} />;
  }
  return (
    <Text
      key={at}
      spec={spec}
      value={value}
      found={messageAt(context.found, at)}
      context={context}
      onChange={onChange}
    />
  );
}

export function labelOf(name: string): string {
  const text = name.replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What was found at a place or inside it. */
export function messageAt(found: readonly Diagnostic[], at: string): string | null {
  const here = found.filter(
    (d) => d.path === at || d.path.startsWith(`${at}/`) || `${d.path}/${d.field ?? ''}` === at,
  );
  return here.length === 0 ? null : here.map((d) => d.message).join('; ');
}

function Check({ spec, value, onChange }: Pick<FieldControlProps, 'spec' | 'value' | 'onChange'>) {
  const on = typeof value === 'boolean' ? value : spec.otherwise === true;
  return (
    <label className="flex items-start gap-2.5">
      <input
        type="checkbox"
        checked={on}
        onChange={(e) =>
          onChange(e.target.checked === (spec.otherwise === true) ? undefined : e.target.checked)
        }
        className="mt-1 size-4"
      />
      <span>
        <span className="font-medium">{labelOf(spec.name)}</span>
        {spec.help && <span className="block text-[0.8125rem] text-faint">{spec.help}</span>}
      </span>
    </label>
  );
}

interface TextProps {
  spec: FieldSpec;
  value: Json | undefined;
  found: string | null;
  context: FormContext;
  onChange: (value: Json | undefined) => void;
}

function Text({ spec, value, found, context, onChange }: TextProps) {
  const [text, setText] = useState(() => writeText(spec.kind, value));
  const [wrong, setWrong] = useState<string | null>(null);

  /* what is written elsewhere shows here, what is being written here stays as it is */
  useEffect(() => {
    const read = readText(spec.kind, text);
    const mine = 'value' in read ? JSON.stringify(read.value) : null;
    if (mine !== null && mine !== JSON.stringify(value ?? undefined)) {
      setText(writeText(spec.kind, value));
    }
  }, [value]);

  const write = (next: string) => {
    setText(next);
    const read = readText(spec.kind, next);
    setWrong('wrong' in read ? read.wrong : null);
    if ('value' in read) onChange(read.value);
  };
  const strange =
    (spec.kind === 'text' || spec.kind === 'long' || spec.kind === 'code') &&
    (isRecord(value) || Array.isArray(value));
  return (
    <Field
      label={labelOf(spec.name)}
      required={spec.required}
      hint={spec.help}
      error={wrong ?? found}
    >
      {(tie) =>
        strange ? (
          <code className="text-faint">{JSON.stringify(value)} (see the JSON)</code>
        ) : (
          <Control tie={tie} spec={spec} text={text} write={write} context={context} />
        )
      }
    </Field>
  );
}

interface ControlProps {
  tie: Tie;
  spec: FieldSpec;
  text: string;
  write: (text: string) => void;
  context: FormContext;
}

function Control({ tie, spec, text, write, context }: ControlProps) {
  const otherwise = writeText(spec.kind, spec.otherwise ?? undefined);
  if (spec.kind === 'choice' || spec.kind === 'node') {
    const list = spec.kind === 'node' ? context.nodes : spec.choices;
    const all = text === '' || list.includes(text) ? list : [text, ...list];
    return (
      <Select {...tie} value={text} onChange={(e) => write(e.target.value)}>
        <option value="">{otherwise ? `Default: ${otherwise}` : 'None'}</option>
        {all.map((choice) => (
          <option key={choice}>{choice}</option>
        ))}
      </Select>
    );
  }
  if (spec.kind === 'long' || spec.kind === 'json' || spec.kind === 'texts') {
    return (
      <TextArea
        {...tie}
        value={text}
        rows={Math.min(10, Math.max(2, text.split('\n').length))}
        placeholder={spec.kind === 'texts' ? 'One a line' : otherwise || undefined}
        onChange={(e) => write(e.target.value)}
        className={spec.kind === 'long' ? 'min-h-16' : 'min-h-16 font-mono text-[0.8125rem]'}
      />
    );
  }
  const suggests = spec.name === 'action' ? context.actionsId : undefined;
  return (
    <TextInput
      {...tie}
      value={text}
      list={suggests}
      placeholder={otherwise || undefined}
      onChange={(e) => write(e.target.value)}
      className={spec.kind === 'code' ? 'font-mono text-[0.8125rem]' : ''}
    />
  );
}
