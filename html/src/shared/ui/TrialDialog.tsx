import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { JsonField } from '../form/JsonField';
import { objectOf } from '../form/json';
import { duration } from '../format';
import type { JsonObject } from '../types';
import { ActDialog } from './ActDialog';
import { JsonView } from './JsonView';

/** How a trial ended: `said` is what came back, or what is wrong. */
export interface Trial {
  tone: 'ok' | 'bad' | 'wait';
  sentence: string;
  latency_ms: number;
  said: unknown;
}

interface TrialDialogProps {
  title: string;
  lead: ReactNode;
  /** What the object is called that goes out with it. */
  label: string;
  hint?: string;
  disabled?: boolean;
  onCall: (inputs: JsonObject) => Promise<Trial>;
  onClose: () => void;
  /** What else is asked for, above. */
  children?: ReactNode;
}

const tones = { ok: 'text-ok', bad: 'text-bad', wait: 'text-wait' };

/** Calls something once, as a run would, and shows what comes back. */
export function TrialDialog(props: TrialDialogProps) {
  const { title, lead, label, hint, disabled = false, onCall, onClose, children } = props;
  const [text, setText] = useState('{}');
  const inputs = objectOf(text);
  const send = useMutation({ mutationFn: () => onCall(inputs ?? {}) });
  const trial = send.data;
  return (
    <ActDialog
      wide
      title={title}
      lead={lead}
      act="Call it"
      stay="Close"
      icon="play"
      busy={send.isPending}
      disabled={inputs === null || disabled}
      error={send.error}
      failed="It was not called"
      onDo={() => send.mutate()}
      onClose={onClose}
    >
      {children}
      <JsonField label={label} {...(hint ? { hint } : {})} text={text} onText={setText} />
      {trial && (
        <section aria-label="What came back" className="flex flex-col gap-2">
          <p role="status" className={tones[trial.tone]}>
            {trial.sentence} after {duration(trial.latency_ms)}
          </p>
          <JsonView value={trial.said} name="the answer" className="max-h-72" />
        </section>
      )}
    </ActDialog>
  );
}
