import { useMutation, useQueryClient, type QueryKey } from '@tanstack/react-query';
import { useForm, type UseFormRegisterReturn } from 'react-hook-form';
import { bodyOf, textsOf, type Member, type Texts } from '../form/members';
import { problemOf } from '../problem';
import type { JsonObject } from '../types';
import { ActDialog } from './ActDialog';
import { Field, Select, TextArea, TextInput, type Tie } from './Field';
import { useToast } from './Toast';

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
  const client = useQueryClient();
  const toast = useToast();
  const form = useForm<Texts>({
    mode: 'onTouched',
    defaultValues: textsOf(members, initial),
    resolver: (texts) => {
      const told = Object.entries(bodyOf(members, texts, initial).errors);
      return told.length === 0
        ? { values: texts, errors: {} }
        : {
            values: {},
            errors: Object.fromEntries(
              told.map(([name, message]) => [name, { type: 'rule', message }]),
            ),
          };
    },
  });
  const { errors } = form.formState;
  const send = useMutation({
    mutationFn: (texts: Texts) => props.onSend(bodyOf(members, texts, initial).body),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: props.spoils });
      toast.say(props.done);
      onClose();
    },
    onError: (error) => {
      for (const [name, message] of Object.entries(problemOf(error).fields)) {
        if (members.some((m) => m.name === name)) form.setError(name, { type: 'server', message });
      }
    },
  });
  const more = members.filter((m) => m.more);
  const chosen = form.formState.defaultValues ?? {};
  const field = (m: Member) => (
    <Field
      key={m.name}
      label={m.label}
      required={m.required ?? false}
      hint={m.hint}
      error={errors[m.name]?.message ?? null}
    >
      {(tie) => (
        <Control member={m} tie={tie} input={form.register(m.name)} chosen={chosen[m.name]} />
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
      onDo={() => void form.handleSubmit((texts) => send.mutate(texts))()}
      onClose={onClose}
    >
      {members.filter((m) => !m.more).map(field)}
      {more.length > 0 && (
        <details className="group" open={more.some((m) => errors[m.name]) || undefined}>
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
  input: UseFormRegisterReturn;
  /** What a choice begins with. */
  chosen: string | boolean | readonly (string | undefined)[] | undefined;
}

function Control({ member: m, tie, input, chosen }: ControlProps) {
  switch (m.kind ?? 'text') {
    case 'choice':
      return (
        <Select {...tie} {...input} defaultValue={String(chosen ?? '')}>
          {!m.required && <option value="">–</option>}
          {m.choices?.map((c) => (
            <option key={c}>{c}</option>
          ))}
        </Select>
      );
    case 'many':
      return (
        <div
          id={tie.id}
          role="group"
          aria-label={m.label}
          aria-describedby={tie['aria-describedby']}
          className="flex max-h-60 flex-col gap-1 overflow-y-auto"
        >
          {m.options?.map((o) => (
            <label key={o.value} className="flex items-center gap-2 break-words">
              <input {...input} type="checkbox" value={o.value} className="size-4" />
              {o.name}
            </label>
          ))}
        </div>
      );
    case 'check':
      return <input {...tie} {...input} type="checkbox" className="size-4" />;
    case 'long':
    case 'json':
    case 'list':
      return (
        <TextArea
          {...tie}
          {...input}
          rows={m.kind === 'json' ? 8 : 4}
          className={m.kind === 'long' ? '' : 'font-mono text-[0.8125rem]'}
        />
      );
    default:
      return (
        <TextInput
          {...tie}
          {...input}
          type={m.kind === 'hidden' ? 'password' : 'text'}
          autoComplete={m.kind === 'hidden' ? 'new-password' : 'off'}
        />
      );
  }
}
