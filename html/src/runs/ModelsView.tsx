import { clockTime, count, duration } from '../shared/format';
import { Badge } from '../shared/ui/Badge';
import { EmptyState } from '../shared/ui/Notes';
import { Panel } from '../shared/ui/Page';
import { TextLink } from '../shared/ui/TextLink';
import type { ModelCall } from './progress';
import { Exchanges } from './Exchanges';
import type { Exchange, AgentUse, RunDiagnostics } from './types';

interface ModelsViewProps {
  calls: readonly ModelCall[];
  diagnostics: RunDiagnostics | undefined;
  onChoose: (seq: number) => void;
}

/** Who did the work: models with tokens and cost, agents with calls and errors. */
export function ModelsView({ calls, diagnostics: d, onChoose }: ModelsViewProps) {
  const agents = d?.agents ?? [];
  if (calls.length === 0 && agents.length === 0) {
    return (
      <div className="card">
        <EmptyState icon="agents" title="Nobody was asked yet">
          Calls of models and agents appear here, with what they took and cost.
        </EmptyState>
      </div>
    );
  }
  return (
    <div className="grid items-start gap-5">
      {calls.length > 0 && (
        <Panel
          title="Models"
          actions={
            d && (
              <span className="text-muted">
                {count(d.llm.calls, 'call')} · {d.llm.prompt_tokens.toLocaleString('en')} and{' '}
                {d.llm.completion_tokens.toLocaleString('en')} tokens in and out · $
                {d.llm.cost_usd.toFixed(4)}
              </span>
            )
          }
        >
          <ul className="max-h-[60dvh] divide-y divide-line overflow-y-auto">
            {calls.map((c) => (
              <li key={c.seq} className="lazy-row">
                <Call call={c} onChoose={onChoose} />
              </li>
            ))}
          </ul>
        </Panel>
      )}
      {calls.length > 0 && <Exchanges list={(d?.llm.exchanges ?? []) as Exchange[]} />}
      {agents.length > 0 && <Agents agents={agents} />}
    </div>
  );
}

const tones = { asked: 'busy', answered: 'ok', failed: 'bad' } as const;

function Call({ call: c, onChoose }: { call: ModelCall; onChoose: (seq: number) => void }) {
  const facts = [
    c.latency_ms === null ? '' : duration(c.latency_ms),
    c.tokens ? `${c.tokens[0]} in, ${c.tokens[1]} out` : '',
    c.cost_usd === null ? '' : `$${c.cost_usd.toFixed(5)}`,
    c.note,
  ];
  return (
    <button
      type="button"
      onClick={() => onChoose(c.seq)}
      className="
        flex w-full flex-wrap items-baseline gap-x-3 gap-y-1 px-4 py-2.5 text-left
        -outline-offset-2 hover:bg-hover
      "
    >
      <span className="font-mono text-xs text-faint">{clockTime(c.at)}</span>
      <code className="font-medium break-all">{c.model}</code>
      {c.profile && <span className="text-muted">by {c.profile}</span>}
      <span className="text-muted">{[c.nodeId, c.stepId].filter(Boolean).join(' / ')}</span>
      <Badge tone={tones[c.status]}>{c.status}</Badge>
      <span className="min-w-0 flex-1 text-right break-words text-muted tabular-nums">
        {facts.filter(Boolean).join(' · ')}
      </span>
    </button>
  );
}

function Agents({ agents }: { agents: AgentUse[] }) {
  return (
    <Panel title="Agents">
      <ul className="divide-y divide-line">
        {agents.map((a) => (
          <li key={a.agent_id} className="flex flex-wrap items-baseline gap-x-4 px-4 py-2.5">
            <span className="min-w-0 flex-1 break-all">
              <TextLink href="/agents">{a.agent_id}</TextLink>
            </span>
            <span className="tabular-nums">{count(a.calls, 'call')}</span>
            <span className={`tabular-nums ${a.errors > 0 ? 'text-bad' : 'text-faint'}`}>
              {count(a.errors, 'error')}
            </span>
            <span className="text-faint tabular-nums">{duration(a.avg_ms)} on average</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
