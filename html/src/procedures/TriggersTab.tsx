import { useQuery } from '@tanstack/react-query';
import { http } from '../shared/http';
import type { Procedure } from '../shared/types';
import { Badge } from '../shared/ui/Badge';
import { ButtonLink } from '../shared/ui/Button';
import { Resource } from '../shared/ui/Resource';
import { Time } from '../shared/ui/Time';

/** api.md 11, what is told of it here */
interface Trigger {
  version: string;
  trigger_type: string;
  schedule: string | null;
  event_source: string | null;
  enabled: boolean;
  timezone: string;
  next_fire_at: string | null;
}

/** What starts this procedure by itself. */
export function TriggersTab({ procedure: p }: { procedure: Procedure }) {
  const list = useQuery({
    queryKey: ['triggers', 'of', p.procedure_id],
    queryFn: () => http.get<Trigger[]>('/triggers', { query: { procedure_id: p.procedure_id } }),
  });
  const all = (
    <ButtonLink size="small" href="/triggers">
      All triggers
    </ButtonLink>
  );
  return (
    <Resource
      query={list}
      name="Triggers"
      icon="clock"
      none={{
        title: 'Nothing starts it by itself',
        text: 'A trigger starts runs of a version: by a clock, a webhook, a file or an event.',
        action: all,
      }}
      keyOf={(t) => t.version}
      row={(t) => (
        <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
          <code className="font-medium">{t.version}</code>
          <Badge tone={t.enabled ? 'ok' : 'calm'}>{t.trigger_type}</Badge>
          <code className="min-w-0 flex-1 break-all text-muted">
            {t.schedule ? `${t.schedule} ${t.timezone}` : t.event_source}
          </code>
          {t.next_fire_at && (
            <span className="text-muted">
              next <Time at={t.next_fire_at} />
            </span>
          )}
          {all}
        </div>
      )}
    />
  );
}
