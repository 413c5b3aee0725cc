import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { duration, words } from '../shared/format';
import { isRecord } from '../shared/problem';
import { keys } from '../shared/query';
import type { JsonObject } from '../shared/types';
import { Badge, type Tone } from '../shared/ui/Badge';
import { Button } from '../shared/ui/Button';
import { Field, TextArea } from '../shared/ui/Field';
import { ErrorNote, Loading } from '../shared/ui/Notes';
import { Facts, Panel } from '../shared/ui/Page';
import { explain } from './api';
import { parseDocument } from './logic';
import type { Explained, ProcedureDetail } from './types';

/** What a run would do, without one: its way, its calls, what could not be undone. */
export function ExplainTab({ procedure: p }: { procedure: ProcedureDetail }) {
  const [text, setText] = useState('');
  const [inputs, setInputs] = useState<JsonObject | null>(null);
  const parsed = text.trim() === '' ? null : parseDocument(text);
  const found = useQuery({
    queryKey: [...keys.procedures, 'explain', p.procedure_id, p.version, p.content_hash, inputs],
    queryFn: () => explain(p.procedure_id, p.version, inputs),
    placeholderData: (before) => before,
  });
  return (
    <div className="flex flex-col gap-5">
      <div className="card flex flex-col gap-3 px-4 py-4">
        <Field
          label="Try it with inputs"
          hint="With them the way of a dry run is shown. Nobody is called."
          error={parsed && 'wrong' in parsed ? parsed.wrong : null}
        >
          {(tie) => (
            <TextArea
              {...tie}
              value={text}
              placeholder='{ "name": "value" }'
              onChange={(e) => setText(e.target.value)}
              className="font-mono text-[0.8125rem]"
            />
          )}
        </Field>
        <Button
          className="self-start"
          disabled={parsed !== null && 'wrong' in parsed}
          busy={found.isFetching}
          onClick={() => setInputs(parsed && 'document' in parsed ? parsed.document : null)}
        >
          Explain
        </Button>
      </div>
      {found.isError && <ErrorNote error={found.error} />}
      {found.isPending && <Loading />}
      {found.data && <Result e={found.data} />}
    </div>
  );
}

const risks: Record<string, Tone> = {
  none: 'calm',
  read: 'ok',
  write: 'wait',
  irreversible: 'bad',
  unknown: 'wait',
};

function Result({ e }: { e: Explained }) {
  const risk = (node: string, step: string | null) =>
    e.side_effect_risks.find((r) => r.node_id === node && r.step_id === step)?.risk;
  return (
    <div className="grid items-start gap-5 lg:grid-cols-2">
      <Panel title={e.simulated_route ? 'The way with these inputs' : 'The ways there are'}>
        <ol className="divide-y divide-line">
          {e.simulated_route
            ? e.simulated_route.map((id, i) => (
                <li key={i} className="flex gap-3 px-4 py-2">
                  <span className="w-6 text-right text-faint tabular-nums">{i + 1}</span>
                  <code className="break-all">{id}</code>
                </li>
              ))
            : e.route_trace.map((r) => (
                <li key={r.node_id} className="flex flex-wrap items-baseline gap-2 px-4 py-2">
                  <code className="break-all">{r.node_id}</code>
                  <Badge>{words(r.type)}</Badge>
                  <span className="min-w-0 flex-1 text-right break-all text-muted">
                    {r.is_terminal ? 'end' : `→ ${r.next_nodes.join(', ')}`}
                  </span>
                </li>
              ))}
        </ol>
        {e.simulated_unknowns && e.simulated_unknowns.length > 0 && (
          <p className="border-t border-line px-4 py-2.5 break-words text-wait">
            Not known before a real run: {e.simulated_unknowns.join(', ')}
          </p>
        )}
      </Panel>
      <Panel title="Calls to others">
        {e.external_calls.length === 0 && (
          <p className="px-4 py-6 text-center text-muted">It calls nobody</p>
        )}
        <ul className="divide-y divide-line">
          {e.external_calls.map((c, i) => {
            const what = risk(c.node_id, c.step_id);
            return (
              <li key={i} className="flex flex-col gap-0.5 px-4 py-2.5">
                <p className="flex flex-wrap items-center gap-2">
                  <code className="font-medium break-all">{c.action}</code>
                  <Badge>{words(c.binding_kind)}</Badge>
                  {what && <Badge tone={risks[what] ?? 'calm'}>{what}</Badge>}
                </p>
                <p className="break-all text-muted">
                  {[
                    [c.node_id, c.step_id].filter(Boolean).join(' / '),
                    c.binding_ref ?? c.agent_hint,
                    c.timeout_ms === null ? '' : `at most ${duration(c.timeout_ms)}`,
                  ]
                    .filter(Boolean)
                    .join(' · ')}
                </p>
              </li>
            );
          })}
        </ul>
      </Panel>
      <Panel title="Variables">
        <Facts
          facts={[
            ['Asked for', names(e.variables.required)],
            ['Still missing', names(e.variables.missing_inputs)],
            ['Read', names(e.variables.consumed)],
            ['Written', names(e.variables.produced)],
          ]}
        />
      </Panel>
      <Panel title="Rules of the whole">
        <Facts
          facts={Object.entries(e.policy_summary).map(([name, value]) => [
            words(name),
            value === null || (isRecord(value) && Object.keys(value).length === 0)
              ? null
              : typeof value === 'string'
                ? value
                : JSON.stringify(value),
          ])}
        />
      </Panel>
    </div>
  );
}

function names(list: string[]): string | null {
  return list.length === 0 ? null : list.join(', ');
}
