import type { Tone } from '../shared/ui/Badge';
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
