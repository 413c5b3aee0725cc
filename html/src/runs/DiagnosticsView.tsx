import type { ReactNode } from 'react';
import { count, duration, words } from '../shared/format';
import { Badge, StatusBadge } from '../shared/ui/Badge';
import { Icon } from '../shared/ui/Icon';
import { Facts, Panel } from '../shared/ui/Page';
import { pageOf, TextLink } from '../shared/ui/TextLink';
import { Time } from '../shared/ui/Time';
import type { RunDiagnostics } from './types';

/** Why a run is where it is: what it waits for, what failed, what was sent and with which key. */
export function DiagnosticsView({ diagnostics: d }: { diagnostics: RunDiagnostics }) {
  return (
    <div className="grid items-start gap-5 lg:grid-cols-2">
      <Panel title="Now">
        <Facts
          facts={[
            ['Waits for', d.waiting_for ? words(d.waiting_for) : 'nothing'],
            ['Since', d.waiting_since && <Time at={d.waiting_since} />],
            ['Events', `${d.total_events}, ${count(d.error_events, 'error')}`],
            ['Checkpoints', d.checkpoints],
            ...d.pending_approvals.map((id): [string, ReactNode] => [
              'Approval',
              <TextLink href={pageOf('approvals', id)}>
                <code className="break-all">{id}</code>
              </TextLink>,
            ]),
          ]}
        />
      </Panel>
      {d.failure && (
        <Panel title="Failure" actions={<Badge tone="bad">{words(d.failure.class)}</Badge>}>
          <p className="px-4 pt-3 font-medium break-words">{d.failure.message}</p>
          <Facts
            facts={[
              ['Where', [d.failure.node_id, d.failure.step_id].filter(Boolean).join(' / ') || null],
              ['A retry may help', d.failure.retryable ? 'yes' : 'no'],
            ]}
          />
        </Panel>
      )}
      <Steps diagnostics={d} />
      {d.retries.length > 0 && (
        <Panel title="Retries">
          <ul className="divide-y divide-line">
            {d.retries.map((r, i) => (
              <li key={i} className="px-4 py-2.5">
                <p className="flex flex-wrap items-center gap-2">
                  <code className="break-all">
                    {r.node_id} / {r.step_id}
                  </code>
                  <Badge tone="wait">retry {r.attempt}</Badge>
                  <span className="text-faint">after {duration(r.delay_ms)}</span>
                </p>
                <p className="break-words text-muted">{r.error}</p>
              </li>
            ))}
          </ul>
        </Panel>
      )}
      {d.agents.length > 0 && (
        <Panel title="Agents">
          <ul className="divide-y divide-line">
            {d.agents.map((a) => (
              <li key={a.agent_id} className="flex flex-wrap items-baseline gap-x-3 px-4 py-2.5">
                <code className="min-w-0 flex-1 break-all">{a.agent_id}</code>
                <span>{count(a.calls, 'call')}</span>
                <span className={a.errors > 0 ? 'text-bad' : 'text-faint'}>
                  {count(a.errors, 'error')}
                </span>
                <span className="text-faint">{duration(a.avg_ms)} on average</span>
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </div>
  );
}

function Steps({ diagnostics: d }: { diagnostics: RunDiagnostics }) {
  return (
    <Panel title="Recorded steps">
      {d.idempotency_entries.length === 0 && (
        <p className="px-4 py-6 text-center text-muted">No step was recorded yet</p>
      )}
      <ul className="divide-y divide-line">
        {d.idempotency_entries.map((s, i) => (
          <li key={i} className="flex flex-col gap-0.5 px-4 py-2.5">
            <p className="flex flex-wrap items-center gap-2">
              <code className="min-w-0 flex-1 break-all">
                {s.node_id} / {s.step_id}
              </code>
              <span className="text-faint">{s.decision}</span>
              <StatusBadge status={s.status} />
            </p>
            {s.idempotency_key && <code className="break-all text-faint">{s.idempotency_key}</code>}
          </li>
        ))}
      </ul>
      {d.active_leases.map((lease) => (
        <p
          key={lease.lease_id}
          className="flex items-center gap-2 border-t border-line px-4 py-2.5"
        >
          <Icon name="agents" className="size-4 text-faint" />
          <span className="min-w-0 break-all">holds {lease.resource_key} until</span>
          <Time at={lease.expires_at} />
        </p>
      ))}
    </Panel>
  );
}
