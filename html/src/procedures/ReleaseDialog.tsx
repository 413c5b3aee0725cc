import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { problemOf } from '../shared/problem';
import { keys } from '../shared/query';
import type { Procedure } from '../shared/types';
import { ActDialog } from '../shared/ui/ActDialog';
import { Field, Select, TextInput } from '../shared/ui/Field';
import { useToast } from '../shared/ui/Toast';
import { promote, rollback } from './api';
import { Diagnostics } from './Diagnostics';
import type { Channel } from './logic';

export type ReleaseWay = 'promote' | 'rollback';

interface ReleaseDialogProps {
  way: ReleaseWay;
  channel: Channel;
  shown: Procedure;
  active: Procedure | undefined;
  versions: Procedure[];
  onClose: () => void;
}

export function ReleaseDialog(props: ReleaseDialogProps) {
  const { way, channel, shown, active, versions, onClose } = props;
  const [reason, setReason] = useState('');
  const [to, setTo] = useState('');
  const client = useQueryClient();
  const toast = useToast();
  const promoting = way === 'promote';
  const send = useMutation({
    mutationFn: () =>
      promoting
        ? promote(shown.procedure_id, shown.version, channel, reason.trim())
        : rollback(shown.procedure_id, active?.version ?? '', channel, to, reason.trim()),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.procedures });
      toast.say(
        promoting ? `${shown.version} is active in ${channel}` : `${channel} is rolled back`,
      );
      onClose();
    },
  });
  const earlier = versions.filter(
    (v) => v.version !== active?.version && (v.release_channel ?? 'dev') === channel,
  );
  return (
    <ActDialog
      title={promoting ? `Promote ${shown.version} to ${channel}` : `Roll ${channel} back`}
      lead={
        active
          ? `${active.version} is active there now. Runs keep the version they began with.`
          : 'No version is active there yet.'
      }
      act={promoting ? 'Promote' : 'Roll back'}
      kind={promoting ? 'primary' : 'danger'}
      busy={send.isPending}
      error={send.error}
      failed="Nothing was changed"
      onDo={() => send.mutate()}
      onClose={onClose}
    >
      {send.isError && problemOf(send.error).diagnostics.length > 0 && (
        <Diagnostics list={problemOf(send.error).diagnostics} />
      )}
      {!promoting && (
        <Field label="Back to">
          {(tie) => (
            <Select {...tie} value={to} onChange={(e) => setTo(e.target.value)}>
              <option value="">
                {active?.promoted_from_version
                  ? `The one before: ${active.promoted_from_version}`
                  : 'The one before'}
              </option>
              {earlier.map((v) => (
                <option key={v.version}>{v.version}</option>
              ))}
            </Select>
          )}
        </Field>
      )}
      <Field label="Reason" hint="Kept in the history and the audit trail">
        {(tie) => (
          <TextInput {...tie} value={reason} onChange={(e) => setReason(e.target.value)} />
        )}
      </Field>
    </ActDialog>
  );
}
