import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { http, segment } from '../shared/http';
import { Badge } from '../shared/ui/Badge';
import { Button } from '../shared/ui/Button';
import { Field, TextInput } from '../shared/ui/Field';
import { useToast } from '../shared/ui/Toast';

interface Label {
  label: string;
  version: number;
}

/** Words for versions of a prompt; the one that is looked at can be given one. */
export function PromptLabels({ name, version }: { name: string; version: number }) {
  const [label, setLabel] = useState('');
  const client = useQueryClient();
  const toast = useToast();
  const path = `/prompts/${segment(name)}/labels` as const;
  const found = useQuery({
    queryKey: ['llm', 'prompts', name, 'labels'],
    queryFn: () => http.get<Label[]>(path),
  });
  const move = useMutation({
    mutationFn: () => http.put(`${path}/${segment(label.trim())}`, { version }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['llm'] });
      toast.say(`${name}@${label.trim()} is version ${version} from now on`);
      setLabel('');
    },
    onError: (error) => toast.fail('The label was not moved', error),
  });
  return (
    <div className="flex flex-col gap-2">
      {(found.data ?? []).length > 0 && (
        <div className="flex flex-wrap gap-2">
          {(found.data ?? []).map((l) => (
            <Badge key={l.label} tone={l.version === version ? 'busy' : 'calm'}>
              {l.label}: version {l.version}
            </Badge>
          ))}
        </div>
      )}
      <Field label="A label" hint={`Of the one that is shown; procedures name it as ${name}@label`}>
        {(tie) => (
          <span className="flex gap-2">
            <TextInput {...tie} value={label} onChange={(e) => setLabel(e.target.value)} />
            <Button
              disabled={label.trim() === ''}
              busy={move.isPending}
              onClick={() => move.mutate()}
            >
              Label it
            </Button>
          </span>
        )}
      </Field>
    </div>
  );
}
