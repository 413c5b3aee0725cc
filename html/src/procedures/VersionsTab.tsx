import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { words } from '../shared/format';
import { problemOf } from '../shared/problem';
import { keys } from '../shared/query';
import type { Procedure } from '../shared/types';
import { Badge, StatusBadge } from '../shared/ui/Badge';
import { Button, IconButton } from '../shared/ui/Button';
import { Dialog } from '../shared/ui/Dialog';
import { Select } from '../shared/ui/Field';
import { ErrorNote } from '../shared/ui/Notes';
import { pageOf } from '../shared/ui/TextLink';
import { Time } from '../shared/ui/Time';
import { useToast } from '../shared/ui/Toast';
import { deleteVersion, setStatus } from './api';
import { statuses } from './logic';

interface VersionsTabProps {
  list: Procedure[];
  shown: string;
  onCompare: (from: string, to: string) => void;
}

/** All versions, newest first: look at one, change its status, compare it, take it away. */
export function VersionsTab({ list, shown, onCompare }: VersionsTabProps) {
  const [leaving, setLeaving] = useState<Procedure | null>(null);
  const client = useQueryClient();
  const toast = useToast();
  const change = useMutation({
    mutationFn: ({ v, status }: { v: Procedure; status: string }) =>
      setStatus(v.procedure_id, v.version, status),
    onSuccess: (v) => toast.say(`${v.version} is ${v.status}`),
    onError: (error) => toast.fail('The status was not changed', error),
    onSettled: () => client.invalidateQueries({ queryKey: keys.procedures }),
  });
  return (
    <>
      <ul aria-label="Versions" className="card divide-y divide-line overflow-hidden">
        {list.map((v) => (
          <li key={v.version} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-2.5">
            <Link
              href={pageOf('procedures', v.procedure_id, { version: v.version })}
              aria-current={v.version === shown ? 'true' : undefined}
              className="min-w-0 flex-1 basis-28 rounded font-medium hover:underline"
            >
              <code className="break-all">{v.version}</code>
            </Link>
            {v.version === shown && <Badge tone="busy">shown</Badge>}
            {v.release_channel && <Badge>{v.release_channel}</Badge>}
            {v.valid === false && <Badge tone="bad">Does not compile</Badge>}
            <StatusBadge status={v.status} />
            <span className="hidden w-24 text-right text-muted sm:block">
              <Time at={v.created_at} />
            </span>
            <span className="flex items-center gap-1">
              {v.version !== shown && (
                <Button size="small" kind="quiet" onClick={() => onCompare(v.version, shown)}>
                  Compare
                </Button>
              )}
              <Select
                aria-label={`Status of ${v.version}`}
                value={v.status}
                onChange={(e) => change.mutate({ v, status: e.target.value })}
                className="w-32"
              >
                {[...new Set([v.status, ...statuses])].map((s) => (
                  <option key={s} value={s}>
                    {words(s)}
                  </option>
                ))}
              </Select>
              <IconButton icon="trash" name={`Delete ${v.version}`} onClick={() => setLeaving(v)} />
            </span>
          </li>
        ))}
      </ul>
      {leaving && <DeleteDialog version={leaving} onClose={() => setLeaving(null)} />}
    </>
  );
}

function DeleteDialog({ version: v, onClose }: { version: Procedure; onClose: () => void }) {
  const client = useQueryClient();
  const toast = useToast();
  const remove = useMutation({
    mutationFn: (force: boolean) => deleteVersion(v.procedure_id, v.version, force),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.procedures });
      toast.say(`Version ${v.version} is deleted`);
      onClose();
    },
  });
  const needed = remove.isError && problemOf(remove.error).status === 409;
  return (
    <Dialog
      title={`Delete version ${v.version}?`}
      lead="Runs that ended stay, with what they did."
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button
            kind="danger"
            icon="trash"
            busy={remove.isPending}
            onClick={() => remove.mutate(needed)}
          >
            {needed ? 'Delete it nevertheless' : 'Delete'}
          </Button>
        </>
      }
    >
      {remove.isError ? <ErrorNote error={remove.error} /> : <p>There is no way back.</p>}
    </Dialog>
  );
}
