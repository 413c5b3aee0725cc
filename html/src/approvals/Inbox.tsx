import { Link } from 'wouter';
import { StatusBadge } from '../shared/ui/Badge';
import { EmptyState } from '../shared/ui/Notes';
import { Segments } from '../shared/ui/Segments';
import { Time } from '../shared/ui/Time';
import type { Approval } from './types';

interface InboxProps {
  list: Approval[];
  chosen: string | null;
  decided: boolean;
  suffix: string;
  onShow: (decided: boolean) => void;
}

const which = [
  { value: 'waiting', name: 'Waiting' },
  { value: 'decided', name: 'Decided' },
] as const;

export function Inbox({ list, chosen, decided, suffix, onShow }: InboxProps) {
  return (
    <div className="card overflow-hidden">
      <Segments
        name="Which approvals"
        options={which}
        value={decided ? 'decided' : 'waiting'}
        onChange={(value) => onShow(value === 'decided')}
        className="m-2"
      />
      {list.length === 0 && (
        <EmptyState icon="approvals" title={decided ? 'Nothing was decided yet' : 'Nothing waits'}>
          {decided
            ? 'Decisions stay here, with who took them and when.'
            : 'When a run reaches a step that needs a person, it appears here at once.'}
        </EmptyState>
      )}
      <ul aria-label="Approvals" className="divide-y divide-line">
        {list.map((a) => (
          <li key={a.approval_id} className="lazy-row">
            <Link
              href={`/approvals/${encodeURIComponent(a.approval_id)}${suffix}`}
              aria-current={a.approval_id === chosen ? 'true' : undefined}
              className={`
                block px-4 py-3 -outline-offset-2
                ${a.approval_id === chosen ? 'bg-accent-soft' : 'hover:bg-hover'}
              `}
            >
              <p className="line-clamp-2 font-medium break-words">{a.prompt}</p>
              <p className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 text-muted">
                <span className="min-w-0 flex-1 break-all">{a.procedure_id ?? a.node_id}</span>
                {decided && <StatusBadge status={a.status} />}
                {!decided && a.expires_at ? (
                  <span className="text-wait">
                    due <Time at={a.expires_at} />
                  </span>
                ) : (
                  <Time at={decided ? a.decided_at : a.created_at} />
                )}
              </p>
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
