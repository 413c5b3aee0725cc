import type { Diagnostic, Json, JsonObject } from '../shared/types';
import { Badge } from '../shared/ui/Badge';
import { FieldControl } from './FieldControl';
import type { FieldSpec, Kind } from './fields';
import { nodesOf, setAt, startOf, withStart } from './graph';
import type { FormContext } from './types-form';

interface DocumentFormProps {
  doc: JsonObject;
  context: FormContext;
  onChange: (doc: JsonObject, tag?: string) => void;
  onChoose: (id: string) => void;
}

function spec(name: string, kind: Kind, help: string, required = false): FieldSpec {
  return { name, kind, help, required, otherwise: null, choices: [], of: null, common: false };
}

const fields: FieldSpec[] = [
  spec('procedure_id', 'text', 'Its id; another one is another procedure', true),
  spec('version', 'text', 'Another one is another version', true),
  spec('name', 'text', 'What people call it'),
  spec('description', 'long', 'What it does, for people'),
  {
    ...spec('status', 'choice', 'Deprecated and archived versions start no run'),
    choices: ['draft', 'active', 'approved', 'inactive', 'deprecated', 'archived'],
  },
  spec('tags', 'texts', 'To find it by'),
  spec('variables_schema', 'json', 'What it asks for and works with: type, required, default …'),
  spec('global_config', 'json', 'Retries, limits, timeouts of the whole'),
];

/** The document itself, while no node is chosen. */
export function DocumentForm({ doc, context, onChange, onChoose }: DocumentFormProps) {
  return (
    <div className="flex flex-col gap-4 p-4">
      <header>
        <h2 className="text-base font-semibold">The procedure</h2>
        <p className="text-muted">Choose a node to see its fields.</p>
      </header>
      <Findings list={context.found} onChoose={onChoose} />
      <FieldControl
        spec={spec('start_node', 'node', 'Where a run begins')}
        value={startOf(doc)}
        at="/workflow_graph/start_node"
        context={{ ...context, nodes: Object.keys(nodesOf(doc)) }}
        onChange={(to) => onChange(withStart(doc, typeof to === 'string' ? to : null))}
      />
      {fields.map((f) => (
        <FieldControl
          key={f.name}
          spec={f}
          value={doc[f.name]}
          at={`/${f.name}`}
          context={context}
          onChange={(to: Json | undefined) =>
            onChange(setAt(doc, [f.name], to) as JsonObject, `.${f.name}`)
          }
        />
      ))}
    </div>
  );
}

function Findings({
  list,
  onChoose,
}: {
  list: readonly Diagnostic[];
  onChoose: (id: string) => void;
}) {
  if (list.length === 0) return null;
  return (
    <ul
      aria-label="What the compiler says"
      className="divide-y divide-line rounded-lg border border-line"
    >
      {list.slice(0, 100).map((d, i) => (
        <li key={i} className="px-3 py-2">
          <p className="flex flex-wrap items-center gap-2">
            <Badge tone={d.severity === 'error' ? 'bad' : 'wait'}>{d.severity}</Badge>
            {d.node_id && (
              <button
                type="button"
                onClick={() => onChoose(d.node_id ?? '')}
                className="rounded font-mono text-[0.8125rem] text-accent hover:underline"
              >
                {d.node_id}
              </button>
            )}
          </p>
          <p className="break-words">{d.message}</p>
        </li>
      ))}
    </ul>
  );
}
