import { useState } from 'react';
import type { Field as FormField } from '../shared/form/schema';
import { Button, IconButton } from '../shared/ui/Button';
import { TextInput } from '../shared/ui/Field';
import { forgetSet, keepSet, savedSets } from './inputs';

interface InputSetsProps {
  procedureId: string;
  fields: FormField[];
  texts: Record<string, string>;
  onUse: (texts: Record<string, string>) => void;
}

/** Inputs that were given a name, to start with them again. */
export function InputSets({ procedureId, fields, texts, onUse }: InputSetsProps) {
  const [sets, setSets] = useState(() => savedSets(procedureId));
  const [name, setName] = useState('');
  return (
    <details className="rounded-lg border border-line px-3 py-2">
      <summary className="text-muted">Saved inputs{sets.length > 0 && ` (${sets.length})`}</summary>
      <div className="flex flex-col gap-2 pt-2">
        {sets.length > 0 && (
          <ul aria-label="Saved inputs" className="flex flex-wrap gap-2">
            {sets.map((set) => (
              <li key={set.name} className="flex rounded-lg border border-line">
                <Button
                  size="small"
                  kind="quiet"
                  icon="star"
                  onClick={() => onUse({ ...texts, ...set.texts })}
                >
                  {set.name}
                </Button>
                <IconButton
                  icon="close"
                  name={`Forget the inputs ${set.name}`}
                  className="size-7"
                  onClick={() => setSets(forgetSet(procedureId, set.name))}
                />
              </li>
            ))}
          </ul>
        )}
        <div className="flex gap-2">
          <TextInput
            aria-label="Name for these inputs"
            placeholder="Name for these inputs"
            value={name}
            maxLength={60}
            onChange={(e) => setName(e.target.value)}
          />
          <Button
            disabled={name.trim() === ''}
            onClick={() => {
              setSets(keepSet(procedureId, fields, { name: name.trim(), texts }));
              setName('');
            }}
          >
            Keep
          </Button>
        </div>
      </div>
    </details>
  );
}
