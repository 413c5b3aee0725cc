import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { count, exactTime } from '../shared/format';
import { problemOf } from '../shared/problem';
import { keys } from '../shared/query';
import { StatusBadge } from '../shared/ui/Badge';
import { Icon } from '../shared/ui/Icon';
import { JsonView } from '../shared/ui/JsonView';
import { Facts } from '../shared/ui/Page';
import { pageOf, TextLink } from '../shared/ui/TextLink';
import { Time } from '../shared/ui/Time';
import { useToast } from '../shared/ui/Toast';
import { decide } from './api';
import { AnswerLink } from './AnswerLink';
import { DecisionForm } from './DecisionForm';
import { isPending } from './logic';
import type { Approval, Decision } from './types';

/* a question is a heading, a page of text is not */
const short = 'text-lg font-semibold tracking-tight';
const long = 'font-medium';

/** One approval: what is asked, what is known, and either the decision or the way to it. */
export function ApprovalCard({ approval: a, backHref }: { approval: Approval; backHref: string }) {
  const client = useQueryClient();
  const toast = useToast();
  const send = useMutation({
    mutationFn: (decision: Decision) => decide(a.approval_id, decision),
    onSuccess: () => toast.say('Decided; the run goes on'),
    onError: (error) => {
      if (problemOf(error).code === 'already_decided') toast.fail('Somebody was quicker', error);
    },
    onSettled: () => {
      void client.invalidateQueries({ queryKey: keys.approvals });
      void client.invalidateQueries({ queryKey: keys.runs });
    },
  });

  const asked = a.prompt ?? '';
  const needed = a.required_approvals ?? 1;
  const escalated = a.escalation_count ?? 0;
  return (
    <article aria-label="Approval" className="card overflow-hidden">
      <header className="flex flex-col gap-2 border-b border-line px-4 py-4">
        <Link
          href={backHref}
          className="
            inline-flex w-fit items-center gap-1 rounded text-muted hover:text-ink lg:hidden
          "
        >
          <Icon name="back" className="size-4" /> All approvals
        </Link>
        <h2 className={`${asked.length > 140 ? long : short} break-words whitespace-pre-wrap`}>
          {asked}
        </h2>
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-muted">
          <StatusBadge status={a.status} />
          <span>
            asked <Time at={a.created_at} />
          </span>
          {isPending(a) && a.expires_at && (
            <span className="text-wait" title={exactTime(a.expires_at)}>
              expires <Time at={a.expires_at} />
            </span>
          )}
        </p>
      </header>
      <Facts
        facts={known([
          [
            'Run',
            <TextLink href={pageOf('runs', a.run_id)}>
              {a.procedure_id && `${a.procedure_id} `}
              <code className="break-all">{a.run_id}</code>
            </TextLink>,
          ],
          [
            'Node',
            a.node_name && a.node_name !== a.node_id ? `${a.node_name} (${a.node_id})` : a.node_id,
          ],
          ['Level', a.approval_level],
          ['May decide', a.approvers && a.approvers.length > 0 ? a.approvers.join(', ') : null],
          [
            'Needed',
            needed > 1
              ? `${a.votes?.length ?? 0} of ${needed} persons so far`
              : null,
          ],
          [
            'Escalated',
            escalated > 0
              ? [count(escalated, 'time'), a.escalation_contact].filter(Boolean).join(', ')
              : null,
          ],
        ])}
      />
      {a.context_data !== null && a.context_data !== undefined && (
        <div className="px-4 pb-4">
          <h3 className="mb-1.5 font-medium">Context</h3>
          <JsonView value={a.context_data} name="the context" className="max-h-72" />
        </div>
      )}
      {(a.votes?.length ?? 0) > 0 && needed > 1 && <Votes approval={a} />}
      {isPending(a) && <AnswerLink approval={a} />}
      {isPending(a) ? (
        <DecisionForm
          approval={a}
          busy={send.isPending}
          error={send.error}
          onDecide={send.mutate}
        />
      ) : (
        <Outcome approval={a} />
      )}
    </article>
  );
}

/** What is not known takes no line. */
function known(facts: [string, ReactNode][]): [string, ReactNode][] {
  return facts.filter(([, value]) => value !== null && value !== undefined);
}

function Outcome({ approval: a }: { approval: Approval }) {
  return (
    <div className="border-t border-line bg-ground">
      <Facts
        facts={[
          ['Decided', a.decided_at && exactTime(a.decided_at)],
          ['By', a.decided_by],
          ['Comment', a.comment],
        ]}
      />
      {a.decision_payload && (
        <div className="px-4 pb-4">
          <JsonView value={a.decision_payload} name="the decision" />
        </div>
      )}
    </div>
  );
}

function Votes({ approval: a }: { approval: Approval }) {
  return (
    <ul aria-label="Answers so far" className="flex flex-col gap-1 px-4 pb-4">
      {(a.votes ?? []).map((v, i) => (
        <li key={i} className="text-muted">
          {v.decided_by}
          {v.deputy_of && `, for ${v.deputy_of}`}: {v.decision}
          {v.comment && `, “${v.comment}”`}
        </li>
      ))}
    </ul>
  );
}
