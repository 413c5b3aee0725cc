import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { exactTime, shortId } from '../shared/format';
import { useQueryState } from '../shared/hooks';
import { http, segment } from '../shared/http';
import { Button } from '../shared/ui/Button';
import { ConfirmDialog } from '../shared/ui/ConfirmDialog';
import { Page } from '../shared/ui/Page';
import { Resource } from '../shared/ui/Resource';
import { Segments } from '../shared/ui/Segments';
import { pageOf, TextLink } from '../shared/ui/TextLink';
import { Time } from '../shared/ui/Time';

/** api.md 9 */
interface Lease {
  lease_id: string;
  resource_key: string;
  run_id: string;
  node_id: string | null;
  step_id: string | null;
  acquired_at: string;
  expires_at: string;
  is_active: boolean;
}

const which = [
  { value: '', name: 'Held' },
  { value: 'true', name: 'Ran out' },
] as const;

export function LeasesPage() {
  const [stale, setStale] = useQueryState('stale');
  const [leaving, setLeaving] = useState<Lease | null>(null);
  const list = useQuery({
    queryKey: ['leases', stale],
    queryFn: () => http.get<Lease[]>('/leases', { query: { stale } }),
    refetchInterval: 3000,
  });
  return (
    <Page
      title="Leases"
      lead="Places at agents that steps hold. One that ran out is given to somebody else."
      actions={
        <Segments
          name="Which leases"
          options={which}
          value={stale === 'true' ? 'true' : ''}
          onChange={setStale}
        />
      }
    >
      <Resource
        query={list}
        name="Leases"
        icon="bolt"
        none={{
          title: stale ? 'None ran out' : 'Nothing is held',
          text: 'While a step calls an agent it holds one of the places that the agent has.',
        }}
        keyOf={(l) => l.lease_id}
        row={(l) => (
          <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
            <span className="min-w-0 flex-1">
              <code className="font-medium break-all">{l.resource_key}</code>
              <span className="block text-muted">
                <TextLink href={pageOf('runs', l.run_id)}>run {shortId(l.run_id)}</TextLink>{' '}
                {[l.node_id, l.step_id].filter(Boolean).join(' / ')}
              </span>
            </span>
            <span
              className={l.is_active ? 'text-muted' : 'text-wait'}
              title={exactTime(l.expires_at)}
            >
              {l.is_active ? 'runs out' : 'ran out'} <Time at={l.expires_at} />
            </span>
            <Button size="small" onClick={() => setLeaving(l)}>
              Release
            </Button>
          </div>
        )}
      />
      {leaving && (
        <ConfirmDialog
          title="Release this place?"
          lead="A step that waits may take it at once, while the one that holds it may still work."
          act="Release it"
          done="The place is free"
          spoils={['leases']}
          onDo={() => http.delete(`/leases/${segment(leaving.lease_id)}`)}
          onClose={() => setLeaving(null)}
        />
      )}
    </Page>
  );
}
