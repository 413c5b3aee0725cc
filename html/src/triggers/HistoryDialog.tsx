import { useQuery } from '@tanstack/react-query';
import { exactTime } from '../shared/format';
import { http } from '../shared/http';
import { Badge } from '../shared/ui/Badge';
import { Dialog } from '../shared/ui/Dialog';
import { Resource } from '../shared/ui/Resource';
import { pageOf, TextLink } from '../shared/ui/TextLink';
import { pathOf } from './api';
import type { Fired, Trigger } from './types';

/** When it fired, and when it did not and why. */
export function HistoryDialog({ trigger: t, onClose }: { trigger: Trigger; onClose: () => void }) {
  const list = useQuery({
    queryKey: ['triggers', t.procedure_id, t.version, 'history'],
    queryFn: () => http.get<Fired[]>(`${pathOf(t)}/history`),
  });
  return (
    <Dialog wide title={`History of ${t.procedure_id} ${t.version}`} onClose={onClose}>
      <Resource
        query={list}
        name="History"
        icon="history"
        none={{
          title: 'It has not fired yet',
          text: 'Each time is noted here, refused ones, too.',
        }}
        keyOf={(f) => String(f.id)}
        row={(f) => (
          <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
            <span className="text-muted">{exactTime(f.ts)}</span>
            <Badge tone={f.outcome === 'fired' ? 'ok' : f.outcome === 'deduped' ? 'calm' : 'bad'}>
              {f.outcome}
            </Badge>
            <span className="min-w-0 flex-1 break-words text-muted">{f.detail ?? f.source}</span>
            {f.run_id && <TextLink href={pageOf('runs', f.run_id)}>run</TextLink>}
          </div>
        )}
      />
    </Dialog>
  );
}
