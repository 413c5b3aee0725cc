import { useState } from 'react';
import { isRecord } from '../shared/problem';
import type { Json, JsonObject } from '../shared/types';
import { Button, IconButton } from '../shared/ui/Button';
import { Field, TextInput } from '../shared/ui/Field';
import { Choose, JsonField } from './fields';
import {
  add,
  change,
  itemsOf,
  merge,
  nodeTypes,
  remove,
  rename,
  wait,
  type Family,
  type Item,
} from './draft';

interface DraftFormProps {
  family: Family;
  def: JsonObject;
  onDef: (def: JsonObject) => void;
}

/** The nodes of a graph, or the steps of a list, as forms; one under the other. */
export function DraftForm({ family, def, onDef }: DraftFormProps) {
  const items = itemsOf(family, def);
  const graph = family.items === 'nodes';
  const what = graph ? 'Node' : 'Step';
  /* fields that keep a text of their own begin anew when one of them is gone */
  const [gone, setGone] = useState(0);
  return (
    <div className="flex flex-col gap-4">
      <Field label="Name" required>
        {(tie) => (
          <TextInput
            {...tie}
            value={String(def.name ?? '')}
            onChange={(e) => onDef({ ...def, name: e.target.value })}
          />
        )}
      </Field>
      {graph && (
        <Choose
          label="When a node fails"
          value={String(def.on_error ?? 'fail')}
          options={['fail', 'continue', 'rollback']}
          onValue={(on_error) => onDef({ ...def, on_error })}
        />
      )}
      <ol aria-label={`${what}s`} className="flex flex-col gap-3">
        {items.map((item, i) => (
          <li key={`${gone} ${i}`} className="rounded-xl border border-line p-3">
            <div className="flex items-end gap-2">
              <div className="min-w-0 flex-1">
                <Field label={`${what} ${i + 1}`}>
                  {(tie) => (
                    <TextInput
                      {...tie}
                      value={item.id}
                      onChange={(e) => onDef(rename(family, def, i, e.target.value))}
                    />
                  )}
                </Field>
              </div>
              <IconButton
                icon="trash"
                name={`Remove ${item.id}`}
                onClick={() => {
                  setGone(gone + 1);
                  onDef(remove(family, def, i));
                }}
              />
            </div>
            <div className="mt-3 grid gap-3 sm:grid-cols-2">
              {graph ? (
                <NodeFields body={item.body} onChange={(c) => onDef(change(family, def, i, c))} />
              ) : (
                <StepFields body={item.body} onChange={(c) => onDef(change(family, def, i, c))} />
              )}
            </div>
            <Before
              item={item}
              others={items.filter((o) => o.id !== item.id)}
              onWait={(on, is) => onDef(wait(family, def, i, on, is))}
            />
          </li>
        ))}
      </ol>
      <span>
        <Button icon="plus" onClick={() => onDef(add(family, def))}>
          Add a {what.toLowerCase()}
        </Button>
      </span>
    </div>
  );
}

interface BeforeProps {
  item: Item;
  others: Item[];
  onWait: (on: string, is: boolean) => void;
}

function Before({ item, others, onWait }: BeforeProps) {
  if (others.length === 0) return null;
  return (
    <fieldset className="mt-3">
      <legend className="text-[0.8125rem] text-muted">Waits for</legend>
      <div className="mt-1 flex flex-wrap gap-x-4 gap-y-1">
        {others.map((o, n) => (
          <label key={n} className="flex items-center gap-2">
            <input
              type="checkbox"
              className="size-4"
              aria-label={`${item.id} waits for ${o.id}`}
              checked={item.after.includes(o.id)}
              onChange={(e) => onWait(o.id, e.target.checked)}
            />
            <code>{o.id}</code>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

interface FieldsProps {
  body: JsonObject;
  onChange: (changes: Record<string, Json | undefined>) => void;
}

const textOf = (value: Json | undefined) => (typeof value === 'string' ? value : '');

function NodeFields({ body, onChange }: FieldsProps) {
  const type = textOf(body.node_type);
  const config = isRecord(body.config) ? (body.config as JsonObject) : {};
  const set = (name: string, text: string) =>
    onChange({ config: merge(config, { [name]: text === '' ? undefined : text }) });
  return (
    <>
      <Choose
        label="Kind"
        value={type}
        options={nodeTypes}
        onValue={(node_type) => onChange({ node_type })}
      />
      {/_call$/.test(type) && (
        <Text
          label="Action"
          value={textOf(body.action)}
          onValue={(action) => onChange({ action: action || undefined })}
        />
      )}
      {type === 'agent_call' && (
        <Text
          label="Agent"
          hint="Empty: any that can do the action"
          value={textOf(body.agent_id)}
          onValue={(id) => onChange({ agent_id: id || undefined })}
        />
      )}
      {type === 'human_gate' && (
        <Text
          label="What is asked"
          value={textOf(config.prompt)}
          onValue={(text) => set('prompt', text)}
        />
      )}
      {type === 'condition' && (
        <Text
          label="Condition"
          hint="$look.price > 100"
          value={textOf(config.condition_expression)}
          onValue={(text) => set('condition_expression', text)}
        />
      )}
      {/_call$/.test(type) && (
        <div className="sm:col-span-2">
          <JsonField
            label="Inputs"
            hint="$input.name of the run, $node.name of what a node gave, or a value"
            value={body.inputs}
            onValue={(inputs) => onChange({ inputs })}
          />
        </div>
      )}
    </>
  );
}

function StepFields({ body, onChange }: FieldsProps) {
  const config = isRecord(body.config) ? (body.config as JsonObject) : {};
  const set = (name: string, value: Json | undefined) =>
    onChange({ config: merge(config, { [name]: value }) });
  const number = (name: string, label: string) => (
    <Text
      label={label}
      value={config[name] === undefined ? '' : String(config[name])}
      onValue={(text) => set(name, text.trim() === '' ? undefined : numberOr(text))}
    />
  );
  return (
    <>
      <Choose
        label="Action"
        value={textOf(config.action)}
        options={['validate_order', 'charge_payment', 'ship_order']}
        onValue={(action) => set('action', action)}
      />
      {number('max_retries', 'Tries again')}
      {number('duration_seconds', 'Seconds it takes')}
      {number('fail_probability', 'Fails how often, 0 to 1')}
    </>
  );
}

/* what is no number is sent as it is, and the server says what is wrong with it */
function numberOr(text: string): Json {
  return Number.isFinite(Number(text)) ? Number(text) : text;
}

interface TextProps {
  label: string;
  hint?: string;
  value: string;
  onValue: (text: string) => void;
}

function Text({ label, hint, value, onValue }: TextProps) {
  return (
    <Field label={label} hint={hint}>
      {(tie) => <TextInput {...tie} value={value} onChange={(e) => onValue(e.target.value)} />}
    </Field>
  );
}
