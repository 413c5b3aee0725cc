import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { exactTime } from '../shared/format';
import { http, segment } from '../shared/http';
import { problemOf } from '../shared/problem';
import { Button, IconButton } from '../shared/ui/Button';
import { Dialog } from '../shared/ui/Dialog';
import { Field, TextInput } from '../shared/ui/Field';
import { ErrorNote } from '../shared/ui/Notes';
import { Resource } from '../shared/ui/Resource';

interface Deputy {
  deputy_id: string;
  identity: string;
  deputy: string;
  from: string;
  until: string;
  reason: string | null;
}

const key = ['approvals', 'deputies'];

/** Who answers for whom while somebody is away. */
export function DeputiesDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const list = useQuery({
    queryKey: key,
    queryFn: () => http.get<Deputy[]>('/approvals/deputies'),
  });
  const end = useMutation({
    mutationFn: (id: string) => http.delete(`/approvals/deputies/${segment(id)}`),
    onSuccess: () => void client.invalidateQueries({ queryKey: key }),
  });
  return (
    <Dialog
      wide
      title="Deputies"
      lead="A deputy answers in the name of another one, with his own role and never with a higher."
      onClose={onClose}
    >
      <div className="flex flex-col gap-5">
        {end.isError && <ErrorNote error={end.error} />}
        <Resource
          query={list}
          name="Deputies"
          icon="users"
          none={{ title: 'No deputies', text: 'Name one for the time that you are away.' }}
          keyOf={(d) => d.deputy_id}
          row={(d) => (
            <div className="flex items-center gap-3">
              <span className="min-w-0 flex-1 break-words">
                <span className="font-medium">{d.deputy}</span> for {d.identity}
                <span className="block text-muted">
                  until {exactTime(d.until)}
                  {d.reason && ` · ${d.reason}`}
                </span>
              </span>
              <IconButton
                icon="trash"
                name={`End ${d.deputy}`}
                onClick={() => end.mutate(d.deputy_id)}
              />
            </div>
          )}
        />
        <NewDeputy />
      </div>
    </Dialog>
  );
}

function NewDeputy() {
  const [deputy, setDeputy] = useState('');
  const [until, setUntil] = useState('');
  const [reason, setReason] = useState('');
  const client = useQueryClient();
  const send = useMutation({
    mutationFn: () =>
      http.post('/approvals/deputies', {
        deputy: deputy.trim(),
        until: new Date(`${until}T23:59:59`).toISOString(),
        ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
      }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: key });
      setDeputy('');
      setReason('');
    },
  });
  const refused = send.isError ? problemOf(send.error).fields : {};
  return (
    <form
      aria-label="New deputy"
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (deputy.trim() !== '' && until !== '') send.mutate();
      }}
    >
      {send.isError && <ErrorNote title="No deputy was named" error={send.error} />}
      <div className="grid gap-3 sm:grid-cols-3">
        <Field label="Deputy" error={refused.deputy ?? null}>
          {(tie) => (
            <TextInput {...tie} value={deputy} onChange={(e) => setDeputy(e.target.value)} />
          )}
        </Field>
        <Field label="Until" error={refused.until ?? null}>
          {(tie) => (
            <TextInput
              {...tie}
              type="date"
              value={until}
              onChange={(e) => setUntil(e.target.value)}
            />
          )}
        </Field>
        <Field label="Reason" error={refused.reason ?? null}>
          {(tie) => (
            <TextInput {...tie} value={reason} onChange={(e) => setReason(e.target.value)} />
          )}
        </Field>
      </div>
      <span>
        <Button
          type="submit"
          icon="plus"
          busy={send.isPending}
          disabled={deputy.trim() === '' || until === ''}
        >
          Name a deputy
        </Button>
      </span>
    </form>
  );
}
