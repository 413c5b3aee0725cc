import { useMemo, useState } from 'react';
import { SchemaForm } from '../shared/form/SchemaForm';
import { fieldsOfInputSchema, initialTexts } from '../shared/form/schema';
import { readForm } from '../shared/form/validate';
import { useKeys } from '../shared/hooks';
import { problemOf } from '../shared/problem';
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
  const [texts, setTexts] = useState(() => initialTexts(fields));
  const [comment, setComment] = useState('');
  const [tried, setTried] = useState(false);
  const ways = waysOf(approval);
  const { values, errors } = readForm(fields, texts);

  const take = (way: Way | undefined) => {
    if (!way || busy || !approval.can_decide) return;
    setTried(true);
    const wrong = way.kind === 'no' ? undefined : fields.find((f) => errors[f.name] !== undefined);
    if (wrong) document.getElementsByName(wrong.name)[0]?.focus();
    else {
      const { shown_hash } = approval;
      const said = decisionOf(way, comment, asks ? values : null);
      onDecide(shown_hash ? { ...said, shown_hash } : said);
    }
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
      {fields.length > 0 && <SchemaForm
        fields={fields}
        texts={texts}
        onChange={setTexts}
        showAll={tried}
        refused={error === null ? {} : problemOf(error).fields}
      />}
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
