import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { count, exactTime } from '../shared/format';
import { problemOf } from '../shared/problem';
import { StatusBadge } from '../shared/ui/Badge';
import { Button } from '../shared/ui/Button';
import { Dialog } from '../shared/ui/Dialog';
import { Field, TextInput } from '../shared/ui/Field';
import { ErrorNote } from '../shared/ui/Notes';
import { Progress } from '../shared/ui/Progress';
import { useToast } from '../shared/ui/Toast';
import { backfills, fillBack, turnBackfill } from './api';
import { isOpen } from './logic';
import type { Backfill, Trigger } from './types';

const keyOf = (t: Trigger) => ['triggers', t.procedure_id, t.version, 'backfills'];

/** Slots of a schedule that are over: fired between two times, and how far that is. */
export function BackfillDialog({ trigger: t, onClose }: { trigger: Trigger; onClose: () => void }) {
  const list = useQuery({
    queryKey: keyOf(t),
    queryFn: () => backfills(t),
    refetchInterval: (query) => (query.state.data?.some(isOpen) ? 1000 : 10_000),
  });
  const open = list.data?.some(isOpen) ?? true;
  return (
    <Dialog
      wide
      title={`Backfills of ${t.procedure_id} ${t.version}`}
      lead="Fires slots of the schedule that are over; those that were fired are passed over."
      onClose={onClose}
    >
      <div className="flex flex-col gap-5">
        {list.isError && <ErrorNote error={list.error} onRetry={() => void list.refetch()} />}
        {!open && <Form trigger={t} />}
        {list.data && list.data.length > 0 && (
          <ul aria-label="Backfills" className="divide-y divide-line rounded-lg border border-line">
            {list.data.map((b) => (
              <li key={b.backfill_id} className="flex flex-col gap-2 px-4 py-3">
                <Row trigger={t} backfill={b} />
              </li>
            ))}
          </ul>
        )}
      </div>
    </Dialog>
  );
}

/** What somebody wrote as a local time, as the server wants it. */
function instant(text: string): string {
  return text === '' ? '' : new Date(text).toISOString();
}

function Form({ trigger: t }: { trigger: Trigger }) {
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [parallel, setParallel] = useState('1');
  const client = useQueryClient();
  const send = useMutation({
    mutationFn: () =>
      fillBack(t, {
        from: instant(from),
        ...(to === '' ? {} : { to: instant(to) }),
        max_parallel: Number(parallel),
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: keyOf(t) }),
  });
  const wrong = send.isError ? problemOf(send.error).fields : {};
  return (
    <form
      noValidate
      className="grid items-start gap-4 sm:grid-cols-[1fr_1fr_6rem_auto]"
      onSubmit={(event) => {
        event.preventDefault();
        send.mutate();
      }}
    >
      <Field label="From" required error={wrong.from}>
        {(tie) => (
          <TextInput
            {...tie}
            type="datetime-local"
            value={from}
            onChange={(e) => setFrom(e.target.value)}
          />
        )}
      </Field>
      <Field label="To" hint="Empty: now" error={wrong.to}>
        {(tie) => (
          <TextInput
            {...tie}
            type="datetime-local"
            value={to}
            onChange={(e) => setTo(e.target.value)}
          />
        )}
      </Field>
      <Field label="At once" hint="Runs" error={wrong.max_parallel}>
        {(tie) => (
          <TextInput
            {...tie}
            inputMode="numeric"
            value={parallel}
            onChange={(e) => setParallel(e.target.value)}
          />
        )}
      </Field>
      <Button kind="primary" icon="play" type="submit" busy={send.isPending} className="sm:mt-6">
        Begin
      </Button>
      {send.isError && (
        <div className="sm:col-span-4">
          <ErrorNote title="No backfill was made" error={send.error} />
        </div>
      )}
    </form>
  );
}

const turns = {
  running: [['pause', 'Pause'], ['cancel', 'Cancel']],
  paused: [['resume', 'Resume'], ['cancel', 'Cancel']],
} as const;

function Row({ trigger: t, backfill: b }: { trigger: Trigger; backfill: Backfill }) {
  const client = useQueryClient();
  const toast = useToast();
  const turn = useMutation({
    mutationFn: (to: 'pause' | 'resume' | 'cancel') => turnBackfill(t, b, to),
    onError: (error) => toast.fail('The backfill was not changed', error),
    onSettled: () => client.invalidateQueries({ queryKey: keyOf(t) }),
  });
  const told = [
    `${b.fired} of ${count(b.total, 'slot')} fired`,
    b.skipped > 0 ? `${b.skipped} had been` : '',
    b.active > 0 ? `${count(b.active, 'run')} active` : '',
  ];
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="min-w-0 flex-1 basis-64">
          {exactTime(b.from)} to {exactTime(b.to)}
        </span>
        <StatusBadge status={b.status} />
        {isOpen(b) &&
          turns[b.status === 'paused' ? 'paused' : 'running'].map(([to, name]) => (
            <Button
              key={to}
              size="small"
              kind={to === 'cancel' ? 'danger' : undefined}
              busy={turn.isPending && turn.variables === to}
              onClick={() => turn.mutate(to)}
            >
              {name}
            </Button>
          ))}
      </div>
      <Progress
        name={told.filter(Boolean).join(' · ')}
        value={b.fired + b.skipped}
        max={b.total}
      />
      {b.reason && <p className="break-words text-bad">{b.reason}</p>}
    </>
  );
}
