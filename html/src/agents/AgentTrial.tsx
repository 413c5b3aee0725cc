import { useState } from 'react';
import type { JsonObject } from '../shared/types';
import { Field, TextInput } from '../shared/ui/Field';
import { TrialDialog, type Trial } from '../shared/ui/TrialDialog';
import { tryAgent } from './api';
import { trialInWords } from './logic';
import type { Agent } from './types';

/** One call of an agent that belongs to no run. */
export function AgentTrial({ agent, onClose }: { agent: Agent; onClose: () => void }) {
  const offers = agent.capabilities.filter((c) => c.name !== '*');
  const [action, setAction] = useState(offers[0]?.name ?? '');
  const [seconds, setSeconds] = useState('30');
  const ms = Math.round(Number(seconds) * 1000);
  const wrong = ms >= 100 && ms <= 50_000 ? null : 'From 0.1 to 50 seconds';
  const call = async (params: JsonObject): Promise<Trial> => {
    const found = await tryAgent(agent.agent_id, { action, params, timeout_ms: ms });
    return {
      ...trialInWords(found),
      latency_ms: found.latency_ms,
      said: found.outcome === 'success' ? found.result : found.error,
    };
  };
  const about = offers.find((c) => c.name === action)?.description;
  return (
    <TrialDialog
      title={`Try ${agent.name}`}
      lead="It is really called, outside of any run, and that is noted in the audit trail."
      label="Params"
      hint="They go out as they are: secrets are not filled in"
      disabled={action.trim() === '' || wrong !== null}
      onCall={call}
      onClose={onClose}
    >
      <div className="grid gap-4 sm:grid-cols-[1fr_8rem]">
        <Field label="Action" required hint={about ?? undefined}>
          {(tie) => (
            <TextInput
              {...tie}
              value={action}
              list="agent-offers"
              maxLength={256}
              onChange={(e) => setAction(e.target.value)}
              className="font-mono text-[0.8125rem]"
            />
          )}
        </Field>
        <Field label="Seconds" error={wrong}>
          {(tie) => (
            <TextInput
              {...tie}
              inputMode="decimal"
              value={seconds}
              onChange={(e) => setSeconds(e.target.value)}
            />
          )}
        </Field>
      </div>
      <datalist id="agent-offers">
        {offers.map((c) => (
          <option key={c.name} value={c.name} />
        ))}
      </datalist>
    </TrialDialog>
  );
}
