import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { exactTime, words } from '../shared/format';
import { keys } from '../shared/query';
import type { Procedure } from '../shared/types';
import { Badge } from '../shared/ui/Badge';
import { Button } from '../shared/ui/Button';
import { EmptyState, ErrorNote } from '../shared/ui/Notes';
import { Panel } from '../shared/ui/Page';
import { Time } from '../shared/ui/Time';
import { listDeployments } from './api';
import { activeIn, channels, type Channel } from './logic';
import { ReleaseDialog, type ReleaseWay } from './ReleaseDialog';

interface ReleaseTabProps {
  procedure: Procedure;
  versions: Procedure[];
}

/** Which version is active in which channel, how to move one, and what was moved before. */
export function ReleaseTab({ procedure: p, versions }: ReleaseTabProps) {
  const [open, setOpen] = useState<{ way: ReleaseWay; channel: Channel } | null>(null);
  const history = useQuery({
    queryKey: [...keys.procedures, 'deployments', p.procedure_id],
    queryFn: () => listDeployments(p.procedure_id),
  });
  return (
    <div className="flex flex-col gap-5">
      <ul aria-label="Channels" className="grid gap-4 md:grid-cols-3">
        {channels.map((channel) => (
          <ChannelCard
            key={channel}
            channel={channel}
            shown={p}
            active={activeIn(versions, channel)}
            onOpen={(way) => setOpen({ way, channel })}
          />
        ))}
      </ul>
      <Panel title="History">
        {history.isError && <ErrorNote error={history.error} />}
        {history.data?.length === 0 && (
          <EmptyState icon="history" title="Nothing was released yet">
            Promoting a version makes it the active one of a channel. Each move is kept here.
          </EmptyState>
        )}
        <ol className="divide-y divide-line">
          {(history.data ?? []).map((d) => (
            <li key={d.deployment_id} className="flex flex-wrap items-baseline gap-3 px-4 py-2.5">
              <Badge tone={d.action === 'rollback' ? 'wait' : 'ok'}>{words(d.action)}</Badge>
              <span className="min-w-0 flex-1">
                <code>{d.deployed_version}</code> in {d.target_channel}
                {d.replaced_version && (
                  <span className="text-muted">
                    , instead of <code>{d.replaced_version}</code>
                  </span>
                )}
                {d.reason && <span className="block break-words text-muted">{d.reason}</span>}
              </span>
              <span className="text-muted" title={exactTime(d.deployed_at)}>
                {d.deployed_by && `${d.deployed_by}, `}
                <Time at={d.deployed_at} />
              </span>
            </li>
          ))}
        </ol>
      </Panel>
      {open && (
        <ReleaseDialog
          {...open}
          shown={p}
          active={activeIn(versions, open.channel)}
          versions={versions}
          onClose={() => setOpen(null)}
        />
      )}
    </div>
  );
}

interface ChannelCardProps {
  channel: Channel;
  shown: Procedure;
  active: Procedure | undefined;
  onOpen: (way: ReleaseWay) => void;
}

function ChannelCard({ channel, shown, active, onOpen }: ChannelCardProps) {
  const own = channels.indexOf((shown.release_channel ?? 'dev') as Channel);
  const here = active?.version === shown.version;
  const mayPromote = channels.indexOf(channel) >= own && !here;
  return (
    <li className="card flex flex-col gap-3 px-4 py-4">
      <h2 className="text-muted">{channel}</h2>
      <p className="text-xl font-semibold tracking-tight">
        {active ? <code>{active.version}</code> : <span className="text-faint">none</span>}
        {here && (
          <span className="ml-2 align-middle">
            <Badge tone="busy">shown</Badge>
          </span>
        )}
      </p>
      <p className="text-muted">
        {active?.promoted_at ? (
          <>
            since <Time at={active.promoted_at} />
            {active.promoted_by && ` by ${active.promoted_by}`}
          </>
        ) : active ? (
          'as imported'
        ) : (
          'no version is active here'
        )}
      </p>
      <div className="mt-auto flex flex-wrap gap-2">
        {mayPromote && (
          <Button size="small" icon="upload" onClick={() => onOpen('promote')}>
            Promote {shown.version}
          </Button>
        )}
        {active && (
          <Button size="small" icon="undo" onClick={() => onOpen('rollback')}>
            Roll back
          </Button>
        )}
      </div>
    </li>
  );
}
