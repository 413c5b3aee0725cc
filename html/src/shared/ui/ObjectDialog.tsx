import { useMutation, useQueryClient, type QueryKey } from '@tanstack/react-query';
import { useState } from 'react';
import { problemOf } from '../problem';
import type { Json, JsonObject } from '../types';
import { ActDialog } from './ActDialog';
import { Field, Select, TextArea, TextInput, type Tie } from './Field';
import { useToast } from './Toast';

/** One member of an object that is made or changed here. */
export interface Member {
  name: string;
  label: string;
  kind?: 'text' | 'long' | 'hidden' | 'number' | 'check' | 'json' | 'list' | 'choice';
  choices?: readonly string[];
  hint?: string;
  required?: boolean;
  /** It stands behind "More", which few need. */
  more?: boolean;
}

interface ObjectDialogProps {
  title: string;
  lead?: string;
  members: Member[];
  /** The object that is changed; its members that are not named here stay as they are. */
  initial?: JsonObject;
  /** What the last button says. */
  act: string;
  done: string;
  spoils: QueryKey;
  onSend: (body: JsonObject) => Promise<unknown>;
  onClose: () => void;
}

/** A form for an object of the API: what the server refuses is said at its field. */
export function ObjectDialog(props: ObjectDialogProps) {
  const { members, initial = {}, onClose } = props;
  const [texts, setTexts] = useState(() =>
    Object.fromEntries(members.map((m) => [m.name, textOf(m, initial[m.name])])),
  );
  const [tried, setTried] = useState(false);
  const client = useQueryClient();
  const toast = useToast();
  const { body, errors } = bodyOf(members, texts, initial);
  const send = useMutation({
    mutationFn: () => props.onSend(body),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: props.spoils });
      toast.say(props.done);
      onClose();
    },
  });
  const refused = send.isError ? problemOf(send.error).fields : {};
  const faultOf = (m: Member) => refused[m.name] ?? (tried ? errors[m.name] : undefined) ?? null;
  const more = members.filter((m) => m.more);
  const field = (m: Member) => (
    <Field
      key={m.name}
      label={m.label}
      required={m.required ?? false}
      hint={m.hint}
      error={faultOf(m)}
    >
      {(tie) => (
        <Control
          member={m}
          tie={tie}
          text={texts[m.name] ?? ''}
          onText={(text) => setTexts({ ...texts, [m.name]: text })}
        />
      )}
    </Field>
  );
  return (
    <ActDialog
      title={props.title}
      lead={props.lead}
      act={props.act}
      busy={send.isPending}
      error={send.error}
      onDo={() => {
        setTried(true);
        if (Object.keys(errors).length === 0) send.mutate();
      }}
      onClose={onClose}
    >
      {members.filter((m) => !m.more).map(field)}
      {more.length > 0 && (
        <details className="group" open={more.some((m) => faultOf(m) !== null) || undefined}>
          <summary className="cursor-pointer rounded py-1 font-medium text-muted hover:text-ink">
            More
          </summary>
          <div className="mt-3 flex flex-col gap-4">{more.map(field)}</div>
        </details>
      )}
    </ActDialog>
  );
}

interface ControlProps {
  member: Member;
  tie: Tie;
  text: string;
  onText: (text: string) => void;
}

function Control({ member: m, tie, text, onText }: ControlProps) {
  switch (m.kind ?? 'text') {
    case 'choice':
      return (
        <Select {...tie} value={text} onChange={(e) => onText(e.target.value)}>
          {!m.required && <option value="">–</option>}
          {m.choices?.map((c) => (
            <option key={c}>{c}</option>
          ))}
        </Select>
      );
    case 'check':
      return (
        <input
          {...tie}
          type="checkbox"
          checked={text === 'true'}
          onChange={(e) => onText(String(e.target.checked))}
          className="size-4"
        />
      );
    case 'long':
    case 'json':
    case 'list':
      return (
        <TextArea
          {...tie}
          value={text}
          rows={m.kind === 'json' ? 8 : 4}
          onChange={(e) => onText(e.target.value)}
          className={m.kind === 'long' ? '' : 'font-mono text-[0.8125rem]'}
        />
      );
    default:
      return (
        <TextInput
          {...tie}
          type={m.kind === 'hidden' ? 'password' : 'text'}
          autoComplete={m.kind === 'hidden' ? 'new-password' : 'off'}
          value={text}
          onChange={(e) => onText(e.target.value)}
        />
      );
  }
}

function textOf(m: Member, value: Json | undefined): string {
  if (value === undefined || value === null) {
    return m.kind === 'choice' && m.required ? (m.choices?.[0] ?? '') : '';
  }
  if (m.kind === 'list' && Array.isArray(value)) return value.join('\n');
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

/** The members that were filled in; one that was emptied becomes null. */
export function bodyOf(
  members: readonly Member[],
  texts: Record<string, string>,
  initial: JsonObject,
): { body: JsonObject; errors: Record<string, string> } {
  const body: JsonObject = {};
  const errors: Record<string, string> = {};
  for (const m of members) {
    const text = texts[m.name] ?? '';
    const empty = text.trim() === '';
    if (empty) {
      if (m.required) errors[m.name] = 'This is needed';
      else if (initial[m.name] !== undefined && initial[m.name] !== null) body[m.name] = null;
      continue;
    }
    if (m.kind === 'number') {
      if (Number.isFinite(Number(text))) body[m.name] = Number(text);
      else errors[m.name] = 'Must be a number';
    } else if (m.kind === 'check') body[m.name] = text === 'true';
    else if (m.kind === 'list') {
      body[m.name] = text
        .split('\n')
        .map((line) => line.trim())
        .filter(Boolean);
    } else if (m.kind === 'json') {
      try {
        body[m.name] = JSON.parse(text) as Json;
      } catch {
        errors[m.name] = 'This is not JSON';
      }
    } else body[m.name] = text;
  }
  return { body, errors };
}
