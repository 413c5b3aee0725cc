import { useState } from 'react';
import { escapePointer } from '../shared/editor/pointer';
import type { Diagnostic, JsonObject } from '../shared/types';
import { Badge, type Tone } from '../shared/ui/Badge';
import { Button } from '../shared/ui/Button';
import { Field, Select, TextInput } from '../shared/ui/Field';
import { fieldsOfType } from './fields';
import { Form } from './Form';
import { nodesOf, renameNode, startOf, typeOf, withNode, withStart } from './graph';
import type { NodeType } from './types';
import type { FormContext } from './types-form';

interface InspectorProps {
  doc: JsonObject;
  id: string;
  types: ReadonlyMap<string, NodeType>;
  context: FormContext;
  onChange: (doc: JsonObject, tag?: string) => void;
  onRename: (doc: JsonObject, id: string) => void;
  onRemove: () => void;
}

/** The form of the node that is chosen. */
export function Inspector(props: InspectorProps) {
  const { doc, id, types, context, onChange } = props;
  const node = nodesOf(doc)[id];
  if (!node) return null;
  const type = types.get(typeOf(node));
  const at = `/workflow_graph/nodes/${escapePointer(id)}`;
  return (
    <div className="flex flex-col gap-4 p-4">
      <header className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <h2 className="text-base font-semibold">{type?.title ?? typeOf(node)}</h2>
          {type && <p className="text-muted">{type.description}</p>}
        </div>
        {startOf(doc) === id ? (
          <Badge tone="ok">Start</Badge>
        ) : (
          <Button size="small" onClick={() => onChange(withStart(doc, id))}>
            Start here
          </Button>
        )}
      </header>
      <Found list={context.found.filter((d) => d.node_id === id && d.path === at)} />
      <Name key={`name of ${id}`} doc={doc} id={id} onRename={props.onRename} />
      <Field label="Type">
        {(tie) => (
          <Select
            {...tie}
            value={typeOf(node)}
            onChange={(e) => onChange(withNode(doc, id, { ...node, type: e.target.value }))}
          >
            {!type && <option>{typeOf(node)}</option>}
            {[...types.values()].map((t) => (
              <option key={t.type} value={t.type}>
                {t.title}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {type && (
        <Form
          key={`form of ${id}`}
          specs={fieldsOfType(type, context.defs)}
          value={node}
          at={at}
          context={context}
          onChange={(next, field) => onChange(withNode(doc, id, next), `${id}.${field}`)}
        />
      )}
      <Button kind="danger" icon="trash" className="self-start" onClick={props.onRemove}>
        Remove the node
      </Button>
    </div>
  );
}

const tones: Record<string, Tone> = { error: 'bad', warning: 'wait', info: 'calm' };

function Found({ list }: { list: Diagnostic[] }) {
  if (list.length === 0) return null;
  return (
    <ul aria-label="What is wrong with the node" className="flex flex-col gap-1.5">
      {list.map((d, i) => (
        <li key={i} className="flex items-start gap-2">
          <Badge tone={tones[d.severity] ?? 'calm'}>{d.severity}</Badge>
          <span className="min-w-0 break-words">{d.message}</span>
        </li>
      ))}
    </ul>
  );
}

function Name({ doc, id, onRename }: Pick<InspectorProps, 'doc' | 'id' | 'onRename'>) {
  const [text, setText] = useState(id);
  const taken = text !== id && text in nodesOf(doc);
  const wrong = text.trim() === '' ? 'It needs a name' : taken ? 'Another node has it' : null;
  const take = () => {
    if (wrong === null && text !== id) onRename(renameNode(doc, id, text), text);
    else setText(id);
  };
  return (
    <Field label="Id" error={wrong} hint="Whatever leads here is changed with it">
      {(tie) => (
        <TextInput
          {...tie}
          value={text}
          maxLength={256}
          onChange={(e) => setText(e.target.value)}
          onBlur={take}
          onKeyDown={(e) => e.key === 'Enter' && take()}
          className="font-mono text-[0.8125rem]"
        />
      )}
    </Field>
  );
}
