import { useState } from 'react';
import { isRecord } from '../shared/problem';
import type { Json, JsonObject } from '../shared/types';
import { Badge } from '../shared/ui/Badge';
import { Button, IconButton } from '../shared/ui/Button';
import { messageAt } from './FieldControl';
import { fieldsOfDef, type FieldSpec } from './fields';
import { Form } from './Form';
import type { FormContext } from './types-form';

interface ListEditorProps {
  spec: FieldSpec;
  value: Json | undefined;
  at: string;
  context: FormContext;
  onChange: (value: Json | undefined) => void;
  of: string;
  label: string;
}

/** Steps, rules, branches, checks, …: each opens to its own form. */
export function ListEditor({ spec, value, at, context, onChange, of, label }: ListEditorProps) {
  const list = Array.isArray(value) ? value : [];
  const [open, setOpen] = useState<number | null>(null);
  const set = (next: Json[]) => onChange(next);
  const move = (i: number, by: 1 | -1) => {
    const next = [...list];
    const [item] = next.splice(i, 1);
    next.splice(i + by, 0, item ?? null);
    set(next);
    if (open === i) setOpen(i + by);
  };
  return (
    <section aria-label={label} className="flex flex-col gap-2">
      <h3 className="flex items-center gap-2 font-medium">
        {label}
        {list.length > 0 && <Badge>{list.length}</Badge>}
      </h3>
      {spec.help && <p className="-mt-1 text-[0.8125rem] text-faint">{spec.help}</p>}
      {list.length > 0 && (
        <ol className="divide-y divide-line rounded-lg border border-line">
          {list.map((item, i) => (
            <Item
              key={i}
              n={i}
              last={i === list.length - 1}
              item={item}
              of={of}
              at={`${at}/${i}`}
              open={open === i}
              context={context}
              onOpen={() => setOpen(open === i ? null : i)}
              onMove={(by) => move(i, by)}
              onRemove={() => {
                set(list.filter((_, n) => n !== i));
                setOpen(null);
              }}
              onChange={(next) => set(list.map((old, n) => (n === i ? next : old)))}
            />
          ))}
        </ol>
      )}
      <Button
        size="small"
        icon="plus"
        className="self-start"
        onClick={() => {
          set([...list, beginning(of, list.length)]);
          setOpen(list.length);
        }}
      >
        Add a {of}
      </Button>
    </section>
  );
}

function beginning(of: string, n: number): JsonObject {
  if (of === 'step') return { step_id: `step_${n + 1}`, action: 'log' };
  if (of === 'rule') return { condition: '' };
  if (of === 'branch') return { branch_id: `branch_${n + 1}` };
  if (of === 'handler') return { error_type: '*', action: 'retry' };
  if (of === 'task') return { task_id: `task_${n + 1}` };
  return {};
}

interface ItemProps {
  n: number;
  last: boolean;
  item: Json;
  of: string;
  at: string;
  open: boolean;
  context: FormContext;
  onOpen: () => void;
  onMove: (by: 1 | -1) => void;
  onRemove: () => void;
  onChange: (item: Json) => void;
}

function Item(props: ItemProps) {
  const { n, last, item, of, at, open, context } = props;
  const wrong = messageAt(context.found, at);
  const name = `${of} ${n + 1}`;
  return (
    <li>
      <div className="flex items-center gap-0.5 pr-1">
        <button
          type="button"
          aria-expanded={open}
          onClick={props.onOpen}
          className="
            min-w-0 flex-1 rounded-lg px-3 py-2 text-left -outline-offset-2 hover:bg-hover
          "
        >
          <span className="block truncate">{titleOf(item, of, n)}</span>
          {wrong && <span className="block text-[0.8125rem] break-words text-bad">{wrong}</span>}
        </button>
        <IconButton
          icon="chevron"
          name={`Move ${name} up`}
          disabled={n === 0}
          className="size-7 -rotate-90"
          onClick={() => props.onMove(-1)}
        />
        <IconButton
          icon="chevron"
          name={`Move ${name} down`}
          disabled={last}
          className="size-7 rotate-90"
          onClick={() => props.onMove(1)}
        />
        <IconButton
          icon="trash"
          name={`Remove ${name}`}
          className="size-7"
          onClick={props.onRemove}
        />
      </div>
      {open && (
        <div className="border-t border-line bg-ground px-3 py-3">
          {isRecord(item) ? (
            <Form
              specs={fieldsOfDef(of, context.defs)}
              value={item as JsonObject}
              at={at}
              context={context}
              onChange={props.onChange}
            />
          ) : (
            <code className="break-all">{JSON.stringify(item)}</code>
          )}
        </div>
      )}
    </li>
  );
}

const titles = [
  'step_id',
  'task_id',
  'branch_id',
  'label',
  'condition',
  'error_type',
  'id',
  'name',
  'type',
];

function titleOf(item: Json, of: string, n: number): string {
  if (!isRecord(item)) return String(item);
  const own = titles.map((t) => item[t]).find((t) => typeof t === 'string' && t !== '');
  const action = typeof item.action === 'string' ? item.action : '';
  return [own ?? `${of} ${n + 1}`, action].filter(Boolean).join(' · ');
}
