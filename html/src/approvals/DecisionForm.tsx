import { useEffect, useMemo, useState } from 'react';
import { SchemaForm } from '../shared/form/SchemaForm';
import { fieldsOfInputSchema } from '../shared/form/schema';
import { useSchemaForm } from '../shared/form/useSchemaForm';
import { useKeys } from '../shared/hooks';
import { problemOf } from '../shared/problem';
import type { JsonObject } from '../shared/types';
import { Button, type ButtonKind } from '../shared/ui/Button';
import { Field, TextArea } from '../shared/ui/Field';
import type { IconName } from '../shared/ui/Icon';
import { ErrorNote } from '../shared/ui/Notes';
import { decisionOf, waysOf, type Way } from './logic';
import type { Approval, Decision } from './types';

interface DecisionFormProps {
  approval: Approval;
  busy: boolean;
  error: unknown;
  onDecide: (decision: Decision) => void;
}

export function DecisionForm({ approval, busy, error, onDecide }: DecisionFormProps) {
  const asks = approval.decision_type === 'provide_input';
  const fields = useMemo(
    () => (asks ? fieldsOfInputSchema(approval.input_schema) : []),
    [asks, approval.input_schema],
  );
  const form = useSchemaForm(fields);
  const [comment, setComment] = useState('');
  const ways = waysOf(approval);
  useEffect(() => {
    if (error !== null) form.refuse(problemOf(error).fields);
  }, [error]);

  const take = (way: Way | undefined) => {
    if (!way || busy || !approval.can_decide) return;
    const send = (inputs: JsonObject | null) => {
      const { shown_hash } = approval;
      const said = decisionOf(way, comment, inputs);
      onDecide(shown_hash ? { ...said, shown_hash } : said);
    };
    /* whoever says no need not fill in what yes would have needed */
    if (!asks || way.kind === 'no') send(null);
    else form.submit(send);
  };
  useKeys({
    a: () => take(ways.find((w) => w.kind === 'yes')),
    x: () => take(ways.find((w) => w.kind === 'no')),
    ...Object.fromEntries(ways.map((w, i) => [String(i + 1), () => take(w)])),
  });

  return (
    <form
      onSubmit={(event) => event.preventDefault()}
      className="flex flex-col gap-4 border-t border-line bg-ground px-4 py-4"
    >
      {error !== null && <ErrorNote title="Not decided" error={error} />}
      {!approval.can_decide && (
        <p className="rounded-lg bg-wait-soft px-4 py-3 text-wait">
          You may not decide this
          {approval.approval_level ? `: it needs the level ${approval.approval_level}` : ''}.
        </p>
      )}
      {fields.length > 0 && <SchemaForm state={form} />}
      <Field label="Comment" hint="Kept with the decision">
        {(tie) => (
          <TextArea
            {...tie}
            value={comment}
            onChange={(e) => setComment(e.target.value)}
            className="min-h-16"
          />
        )}
      </Field>
      <div className="flex flex-wrap gap-2">
        {ways.map((way, i) => (
          <Button
            key={way.name}
            kind={looks[way.kind].kind}
            icon={looks[way.kind].icon}
            hint={looks[way.kind].key ?? String(i + 1)}
            busy={busy}
            disabled={!approval.can_decide}
            onClick={() => take(way)}
            className="max-sm:flex-1"
          >
            {way.name}
          </Button>
        ))}
      </div>
    </form>
  );
}

const looks: Record<Way['kind'], { kind: ButtonKind; icon?: IconName; key?: string }> = {
  yes: { kind: 'primary', icon: 'check', key: 'a' },
  no: { kind: 'danger', icon: 'close', key: 'x' },
  choice: { kind: 'plain' },
};
