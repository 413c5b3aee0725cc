import type { ReactNode } from 'react';
import { words } from '../format';

export type Tone = 'ok' | 'busy' | 'wait' | 'bad' | 'calm';

const tones: Record<Tone, string> = {
  ok: 'bg-ok-soft text-ok',
  busy: 'bg-busy-soft text-busy',
  wait: 'bg-wait-soft text-wait',
  bad: 'bg-bad-soft text-bad',
  calm: 'bg-calm-soft text-calm',
};

export function Badge({ tone = 'calm', children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span
      className={`
        inline-flex items-center gap-1.5 rounded-full px-2.5 py-0.5 text-xs font-medium
        tracking-normal whitespace-nowrap ${tones[tone]}
      `}
    >
      {children}
    </span>
  );
}

const statusTones: Record<string, Tone> = {
  created: 'calm',
  running: 'busy',
  waiting_approval: 'wait',
  paused: 'wait',
  completed: 'ok',
  failed: 'bad',
  canceled: 'calm',
  cancelled: 'calm',
  pending: 'wait',
  approved: 'ok',
  rejected: 'bad',
  timeout: 'bad',
  draft: 'calm',
  active: 'ok',
  inactive: 'calm',
  deprecated: 'wait',
  archived: 'calm',
  online: 'ok',
  offline: 'bad',
  busy: 'busy',
  closed: 'ok',
  open: 'bad',
  half_open: 'wait',
  ready: 'ok',
  unready: 'bad',
  ok: 'ok',
};

const statusWords: Record<string, string> = {
  created: 'Queued',
  waiting_approval: 'Waiting for approval',
  timeout: 'Timed out',
};

export function toneOf(status: string): Tone {
  return statusTones[status] ?? 'calm';
}

/** The state of a run, an approval, an agent or a procedure, in a word and a colour. */
export function StatusBadge({ status }: { status: string }) {
  return (
    <Badge tone={toneOf(status)}>
      <Dot tone={toneOf(status)} live={status === 'running'} />
      {statusWords[status] ?? words(status)}
    </Badge>
  );
}

const dots: Record<Tone, string> = {
  ok: 'bg-ok',
  busy: 'bg-busy',
  wait: 'bg-wait',
  bad: 'bg-bad',
  calm: 'bg-calm',
};

export function Dot({ tone, live = false }: { tone: Tone; live?: boolean }) {
  return (
    <span
      aria-hidden="true"
      className={`size-1.5 shrink-0 rounded-full ${dots[tone]} ${live ? 'breathing' : ''}`}
    />
  );
}
