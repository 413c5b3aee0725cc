import type { Run } from '../shared/types';
import type { Tone } from '../shared/ui/Badge';
import type { Bar } from '../shared/ui/Bars';
import type { Readiness } from './types';

export interface Counter {
  name: string;
  /** The states that are counted, as the filter of the list takes them. */
  status: string;
  href: string;
  tone: Tone;
}

export const counters: Counter[] = [
  {
    name: 'In progress',
    status: 'created,running',
    href: '/runs?status=created,running',
    tone: 'busy',
  },
  { name: 'Waiting for approval', status: 'waiting_approval', href: '/approvals', tone: 'wait' },
  { name: 'Failed', status: 'failed', href: '/runs?status=failed', tone: 'bad' },
  { name: 'Completed', status: 'completed', href: '/runs?status=completed', tone: 'ok' },
];

/** The state of the server in a few words. */
export function healthInWords(ready: Readiness | undefined, failed: boolean): [Tone, string] {
  if (failed) return ['bad', 'Not reachable'];
  if (!ready) return ['calm', 'Asking'];
  const wrong = Object.entries(ready.checks ?? {}).filter(([, state]) => state !== 'ok');
  if (ready.status === 'ready' && wrong.length === 0) return ['ok', 'Ready'];
  const why = wrong.map(([name, state]) => `${name} ${state}`).join(', ');
  return [ready.status === 'ready' ? 'wait' : 'bad', why || ready.status];
}

const hour = 3_600_000;

/** Runs of the last hours, by how they are now; the oldest hour first. */
export function byHour(runs: readonly Run[], now: number, hours = 24): Bar[] {
  const first = Math.floor(now / hour) - hours + 1;
  const bars = Array.from({ length: hours }, (_, i) => ({ at: first + i, ok: 0, bad: 0, rest: 0 }));
  for (const run of runs) {
    const bar = bars[Math.floor(Date.parse(run.created_at) / hour) - first];
    if (!bar) continue;
    if (run.status === 'completed') bar.ok++;
    else if (run.status === 'failed') bar.bad++;
    else bar.rest++;
  }
  return bars.map(({ at, ok, bad, rest }) => ({
    key: String(at),
    name: hourName(at),
    parts: [
      { tone: 'ok', name: 'completed', n: ok },
      { tone: 'bad', name: 'failed', n: bad },
      { tone: 'busy', name: 'others', n: rest },
    ],
  }));
}

function hourName(at: number): string {
  const hours = new Date(at * hour).getHours();
  return `${String(hours).padStart(2, '0')}:00`;
}

/** The middle duration of the runs of each hour, in milliseconds. */
export function middleByHour(runs: readonly Run[], now: number, hours = 24): Bar[] {
  const first = Math.floor(now / hour) - hours + 1;
  return Array.from({ length: hours }, (_, i) => {
    const at = first + i;
    const took = runs
      .filter((r) => Math.floor(Date.parse(r.created_at) / hour) === at)
      .flatMap((r) => (r.duration_seconds === null ? [] : [r.duration_seconds * 1000]))
      .sort((a, b) => a - b);
    /* a bar that can be seen, also when it took no time to speak of */
    const n = took.length === 0 ? 0 : Math.max(1, took[Math.floor(took.length / 2)] ?? 0);
    return {
      key: String(at),
      name: hourName(at),
      parts: [{ tone: 'busy' as const, name: 'took', n }],
    };
  });
}

export interface Cause {
  procedure: string;
  message: string;
  n: number;
  /** The newest run that failed so. */
  run: Run;
}

/** Failures with the same cause together, the most frequent first. */
export function byCause(failed: readonly Run[]): Cause[] {
  const causes = new Map<string, Cause>();
  for (const run of failed) {
    const message = run.error_message ?? 'no reason was recorded';
    /* ids, numbers and quoted values differ, the cause does not */
    const shape = message.replace(/'[^']*'|"[^"]*"|[0-9a-f]{8}-[0-9a-f-]{27}|\d+/g, '…');
    const key = `${run.procedure_id}\n${shape}`;
    const known = causes.get(key);
    if (known) known.n++;
    else causes.set(key, { procedure: run.procedure_id, message, n: 1, run });
  }
  return [...causes.values()].sort((a, b) => b.n - a.n);
}
