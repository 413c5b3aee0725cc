import type { Diagnostic, Severity } from '../shared/types';
import { Badge, type Tone } from '../shared/ui/Badge';
import { bySeverity } from './logic';

const tones: Record<Severity, Tone> = { error: 'bad', warning: 'wait', info: 'calm' };

/** What the compiler said about a document, the worst first. */
export function Diagnostics({ list }: { list: Diagnostic[] }) {
  return (
    <ul aria-label="Diagnostics" className="divide-y divide-line rounded-lg border border-line">
      {bySeverity(list).map((d, i) => (
        <li key={i} className="flex flex-col gap-1 px-3 py-2.5">
          <p className="flex flex-wrap items-center gap-2">
            <Badge tone={tones[d.severity]}>{d.severity}</Badge>
            <code className="text-faint">{d.id}</code>
            {d.path && <code className="break-all text-faint">{d.path}</code>}
          </p>
          <p className="break-words">{d.message}</p>
          {d.hint && <p className="break-words text-muted">{d.hint}</p>}
        </li>
      ))}
    </ul>
  );
}
