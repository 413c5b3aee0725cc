import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { useOpen } from '../shared/hooks';
import { http, newKey } from '../shared/http';
import { problemOf } from '../shared/problem';
import { Badge } from '../shared/ui/Badge';
import { Button, IconButton } from '../shared/ui/Button';
import { ConfirmDialog } from '../shared/ui/ConfirmDialog';
import { Page } from '../shared/ui/Page';
import { Resource } from '../shared/ui/Resource';
import { pageOf, TextLink } from '../shared/ui/TextLink';
import { Time } from '../shared/ui/Time';
import { useToast } from '../shared/ui/Toast';
import { fire, pathOf } from './api';
import { BackfillDialog } from './BackfillDialog';
import { FireDialog } from './FireDialog';
import { HistoryDialog } from './HistoryDialog';
import { TriggerDialog } from './TriggerDialog';
import type { Trigger } from './types';

type Act = 'edit' | 'history' | 'off' | 'fire' | 'backfills';
type Open = { what: 'new' } | { what: Act; trigger: Trigger };

/** What starts procedures by itself: clocks, webhooks, files, events. */
export function TriggersPage() {
  const [open, setOpen] = useOpen<Open>({ new: { what: 'new' } });
  const list = useQuery({
    queryKey: ['triggers'],
    queryFn: () => http.get<Trigger[]>('/triggers'),
    refetchInterval: 10_000,
  });
  const close = () => setOpen(null);
  return (
    <Page
      title="Triggers"
      lead="What starts procedures by itself: clocks, webhooks, files, events."
      actions={
        <Button kind="primary" icon="plus" onClick={() => setOpen({ what: 'new' })}>
          New trigger
        </Button>
      }
    >
      <Resource
        query={list}
        name="Triggers"
        icon="clock"
        none={{
          title: 'No triggers yet',
          text: 'A trigger belongs to one version of a procedure and starts runs of it.',
        }}
        keyOf={(t) => `${t.procedure_id} ${t.version}`}
        row={(t) => <Row trigger={t} onOpen={(what) => setOpen({ what, trigger: t })} />}
      />
      {open?.what === 'new' && <TriggerDialog trigger={null} onClose={close} />}
      {open?.what === 'edit' && <TriggerDialog trigger={open.trigger} onClose={close} />}
      {open?.what === 'history' && <HistoryDialog trigger={open.trigger} onClose={close} />}
      {open?.what === 'backfills' && <BackfillDialog trigger={open.trigger} onClose={close} />}
      {open?.what === 'fire' && <FireDialog trigger={open.trigger} onClose={close} />}
      {open?.what === 'off' && (
        <ConfirmDialog
          title={`Switch the trigger of ${open.trigger.procedure_id} off?`}
          lead="It stays in this list and starts nothing any more."
          act="Switch it off"
          done="The trigger is off"
          spoils={['triggers']}
          onDo={() => http.delete(pathOf(open.trigger))}
          onClose={close}
        />
      )}
    </Page>
  );
}

interface RowProps {
  trigger: Trigger;
  onOpen: (what: Act) => void;
}

function Row({ trigger: t, onOpen }: RowProps) {
  const client = useQueryClient();
  const toast = useToast();
  const [, go] = useLocation();
  const firing = useMutation({
    mutationFn: () => fire(t, {}, newKey()),
    onSuccess: (run) => {
      void client.invalidateQueries({ queryKey: ['triggers'] });
      go(pageOf('runs', run.run_id));
    },
    onError: (error) => {
      if (problemOf(error).code === 'invalid_inputs') onOpen('fire');
      else toast.fail('No run was started', error);
    },
  });
  const what = t.schedule ?? t.event_source;
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
      <span className="min-w-0 flex-1 basis-60">
        <TextLink href={pageOf('procedures', t.procedure_id, { version: t.version })}>
          {t.procedure_id}
        </TextLink>{' '}
        <code className="text-faint">{t.version}</code>
        <span className="block text-muted">
          {what && <code>{what}</code>}
          {t.webhook_secret && (
            <>
              signed with <code className="break-all">{t.webhook_secret}</code>
            </>
          )}{' '}
          {t.trigger_type === 'scheduled' && t.timezone}
        </span>
      </span>
      <Badge tone={t.enabled ? 'ok' : 'calm'}>
        {t.trigger_type}
        {t.enabled ? '' : ', off'}
      </Badge>
      <span className="w-40 text-right text-muted">
        {t.next_fire_at && (
          <span className="block">
            next <Time at={t.next_fire_at} />
          </span>
        )}
        {t.last_fired_at && (
          <span className="block">
            last <Time at={t.last_fired_at} />
          </span>
        )}
      </span>
      <span className="flex items-center gap-1">
        <Button size="small" icon="bolt" busy={firing.isPending} onClick={() => firing.mutate()}>
          Fire now
        </Button>
        {t.schedule && (
          <IconButton
            icon="calendar"
            name={`Backfills of ${t.procedure_id}`}
            onClick={() => onOpen('backfills')}
          />
        )}
        <IconButton
          icon="history"
          name={`History of ${t.procedure_id}`}
          onClick={() => onOpen('history')}
        />
        <IconButton icon="edit" name={`Edit ${t.procedure_id}`} onClick={() => onOpen('edit')} />
        <IconButton
          icon="stop"
          name={`Switch ${t.procedure_id} off`}
          disabled={!t.enabled}
          onClick={() => onOpen('off')}
        />
      </span>
    </div>
  );
}
