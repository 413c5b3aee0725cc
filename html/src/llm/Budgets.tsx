import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Member } from '../shared/form/members';
import { words } from '../shared/format';
import { http, segment } from '../shared/http';
import type { JsonObject } from '../shared/types';
import { Badge } from '../shared/ui/Badge';
import { IconButton } from '../shared/ui/Button';
import { ConfirmDialog } from '../shared/ui/ConfirmDialog';
import { ObjectDialog } from '../shared/ui/ObjectDialog';
import { Resource } from '../shared/ui/Resource';
import { dollars, stateOf, useOf, type Budget, type BudgetUse } from './budget';

const members: Member[] = [
  { name: 'name', label: 'Name', required: true },
  {
    name: 'scope',
    label: 'Of what',
    kind: 'choice',
    required: true,
    choices: ['site', 'project', 'procedure', 'profile', 'run', 'call'],
  },
  {
    name: 'target',
    label: 'Which one',
    hint: 'The id or name of a project, procedure or profile; empty: each has it by itself',
  },
  {
    name: 'period',
    label: 'In what time',
    kind: 'choice',
    choices: ['day', 'month', 'total'],
    hint: 'By UTC; runs and calls have the total alone',
  },
  { name: 'limit_usd', label: 'Dollars', kind: 'number', required: true },
  { name: 'warn_at', label: 'Warn at', kind: 'number', hint: 'A part of it, 0.8 unless told' },
  {
    name: 'on_limit',
    label: 'When it is used up',
    kind: 'choice',
    choices: ['stop', 'approve'],
    hint: 'stop: the run fails; approve: a person is asked',
  },
  {
    name: 'stop_usd',
    label: 'The end, in dollars',
    kind: 'number',
    hint: 'With approve: beyond it nobody is asked',
  },
  { name: 'description', label: 'Description' },
  { name: 'enabled', label: 'Enabled', kind: 'check' },
];

/** What models may cost together, and what was used of it. */
export function Budgets() {
  const [open, setOpen] = useState<{ what: 'edit' | 'delete'; budget: Budget } | null>(null);
  const list = useQuery({
    queryKey: ['llm', 'budgets'],
    queryFn: () => http.get<Budget[]>('/llm/budgets'),
    refetchInterval: 5000,
  });
  const close = () => setOpen(null);
  return (
    <>
      <Resource
        query={list}
        name="Budgets"
        icon="chat"
        none={{
          title: 'No budgets yet',
          text: 'What calls of models may cost together. It is reserved before a call goes.',
        }}
        keyOf={(b) => b.name}
        row={(b) => (
          <div className="flex flex-wrap items-start gap-x-4 gap-y-2">
            <div className="min-w-0 flex-1 basis-60">
              <span className="font-medium break-words">{b.name}</span>{' '}
              <span className="text-muted">{scopeText(b)}</span>
              {b.description && <span className="block text-muted">{b.description}</span>}
              <Use budget={b} />
            </div>
            {!b.enabled && <Badge>disabled</Badge>}
            <Badge>{b.on_limit === 'approve' ? 'asks a person' : 'stops'}</Badge>
            <span className="flex">
              <IconButton
                icon="edit"
                name={`Edit ${b.name}`}
                onClick={() => setOpen({ what: 'edit', budget: b })}
              />
              <IconButton
                icon="trash"
                name={`Delete ${b.name}`}
                onClick={() => setOpen({ what: 'delete', budget: b })}
              />
            </span>
          </div>
        )}
      />
      {open?.what === 'edit' && <BudgetDialog budget={open.budget} onClose={close} />}
      {open?.what === 'delete' && (
        <ConfirmDialog
          title={`Delete ${open.budget.name}?`}
          lead="What it counted is forgotten, and nothing is held back by it any more."
          act="Delete"
          done="The budget is deleted"
          spoils={['llm', 'budgets']}
          onDo={() => http.delete(`/llm/budgets/${segment(open.budget.name)}`)}
          onClose={close}
        />
      )}
    </>
  );
}

function scopeText(b: Budget): string {
  const each = b.scope === 'site' ? 'the site' : `each ${b.scope}`;
  const of = b.target ? `${b.scope} ${b.target}` : each;
  return `${of}, ${dollars(b.limit_usd)} ${b.period === 'total' ? 'in all' : `a ${b.period}`}`;
}

const fills = { ok: 'bg-accent', warned: 'bg-wait', over: 'bg-bad' } as const;

function Use({ budget: b }: { budget: Budget }) {
  if (b.use.length === 0) return <span className="block text-faint">Nothing is used of it.</span>;
  return (
    <ul aria-label={`Use of ${b.name}`} className="mt-2 flex flex-col gap-2">
      {b.use.map((u) => (
        <li key={u.subject ?? ''}>
          <Spent budget={b} use={u} />
        </li>
      ))}
    </ul>
  );
}

function Spent({ budget: b, use: u }: { budget: Budget; use: BudgetUse }) {
  const part = Math.round(useOf(b, u) * 100);
  const state = stateOf(b, u);
  return (
    <>
      <div
        role="meter"
        aria-label={`${u.subject ?? b.name}: used`}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.min(part, 100)}
        className="h-2 max-w-md overflow-hidden rounded-full bg-calm-soft"
      >
        <div className={`h-full ${fills[state]}`} style={{ width: `${Math.min(part, 100)}%` }} />
      </div>
      <p className="mt-0.5 text-[0.8125rem] break-words text-muted tabular-nums">
        {u.subject && <span className="font-medium">{u.subject}: </span>}
        {dollars(u.spent_usd)}, {part} %
        {u.reserved_usd > 0 && `, of it ${dollars(u.reserved_usd)} for calls under way`}
        {state !== 'ok' && <span className="text-bad"> · {words(state)}</span>}
      </p>
    </>
  );
}

/** A new budget, or one in place of that. */
export function BudgetDialog({ budget, onClose }: { budget: Budget | null; onClose: () => void }) {
  return (
    <ObjectDialog
      title={budget ? `Edit ${budget.name}` : 'New budget'}
      members={budget ? members.filter((m) => m.name !== 'name') : members}
      initial={(budget ?? { enabled: true }) as unknown as JsonObject}
      act={budget ? 'Save' : 'Create'}
      done={budget ? 'Saved' : 'The budget is there'}
      spoils={['llm', 'budgets']}
      onSend={({ name, ...body }) =>
        http.put(`/llm/budgets/${segment(budget?.name ?? String(name))}`, body)
      }
      onClose={onClose}
    />
  );
}
