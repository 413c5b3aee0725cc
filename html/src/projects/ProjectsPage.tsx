import { useQuery } from '@tanstack/react-query';
import type { Member } from '../shared/form/members';
import { useOpen, useQueryState } from '../shared/hooks';
import { http, segment } from '../shared/http';
import type { JsonObject } from '../shared/types';
import { Button, IconButton } from '../shared/ui/Button';
import { ConfirmDialog } from '../shared/ui/ConfirmDialog';
import { ObjectDialog } from '../shared/ui/ObjectDialog';
import { Page } from '../shared/ui/Page';
import { Resource } from '../shared/ui/Resource';
import { Segments } from '../shared/ui/Segments';
import { TextLink } from '../shared/ui/TextLink';

/** api.md 10 */
interface Project {
  project_id: string;
  name: string;
  description: string | null;
}

interface Costs {
  run_count: number;
  total_prompt_tokens: number;
  total_completion_tokens: number;
  estimated_cost_usd: number;
}

const members: Member[] = [
  { name: 'name', label: 'Name', required: true },
  { name: 'description', label: 'Description', kind: 'long' },
];

const periods = [
  { value: '7', name: '7 days' },
  { value: '30', name: '30 days' },
  { value: '365', name: 'A year' },
] as const;

type Open = { what: 'new' } | { what: 'edit' | 'delete'; project: Project };

export function ProjectsPage() {
  const [open, setOpen] = useOpen<Open>({ new: { what: 'new' } });
  const [days, setDays] = useQueryState('days', '30');
  const list = useQuery({
    queryKey: ['projects'],
    queryFn: () => http.get<Project[]>('/projects', { query: { limit: 1000 } }),
  });
  const close = () => setOpen(null);
  const period = periods.find((p) => p.value === days)?.value ?? '30';
  return (
    <Page
      title="Projects"
      lead="What procedures and runs belong to, and what that costs."
      actions={
        <>
          <Segments name="Period" options={periods} value={period} onChange={setDays} />
          <Button kind="primary" icon="plus" onClick={() => setOpen({ what: 'new' })}>
            New project
          </Button>
        </>
      }
    >
      <Resource
        query={list}
        name="Projects"
        icon="folder"
        none={{
          title: 'No projects yet',
          text: 'A project puts procedures and runs together, and sums up what they cost.',
        }}
        keyOf={(p) => p.project_id}
        row={(p) => (
          <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
            <span className="min-w-0 flex-1 basis-48">
              <span className="block font-medium break-words">{p.name}</span>
              {p.description && (
                <span className="block break-words text-muted">{p.description}</span>
              )}
              <TextLink href={`/runs?project_id=${encodeURIComponent(p.project_id)}`}>
                Runs
              </TextLink>
              {' · '}
              <TextLink href={`/procedures?project_id=${encodeURIComponent(p.project_id)}`}>
                Procedures
              </TextLink>
            </span>
            <Cost id={p.project_id} days={period} />
            <span className="flex">
              <IconButton
                icon="edit"
                name={`Edit ${p.name}`}
                onClick={() => setOpen({ what: 'edit', project: p })}
              />
              <IconButton
                icon="trash"
                name={`Delete ${p.name}`}
                onClick={() => setOpen({ what: 'delete', project: p })}
              />
            </span>
          </div>
        )}
      />
      {open && <Dialogs open={open} onClose={close} />}
    </Page>
  );
}

function Dialogs({ open, onClose }: { open: Open; onClose: () => void }) {
  const spoils = ['projects'];
  if (open.what === 'new') {
    return (
      <ObjectDialog
        title="New project"
        members={members}
        act="Create"
        done="The project is there"
        spoils={spoils}
        onSend={(body) => http.post('/projects', body)}
        onClose={onClose}
      />
    );
  }
  const { project } = open;
  const path = `/projects/${segment(project.project_id)}` as const;
  if (open.what === 'edit') {
    return (
      <ObjectDialog
        title={`Edit ${project.name}`}
        members={members}
        initial={project as unknown as JsonObject}
        act="Save"
        done="Saved"
        spoils={spoils}
        onSend={(body) => http.put(path, body)}
        onClose={onClose}
      />
    );
  }
  return (
    <ConfirmDialog
      title={`Delete ${project.name}?`}
      lead="Its procedures and runs stay, in no project."
      act="Delete"
      done="The project is deleted"
      spoils={spoils}
      onDo={() => http.delete(path)}
      onClose={onClose}
    />
  );
}

function Cost({ id, days }: { id: string; days: string }) {
  const costs = useQuery({
    queryKey: ['costs', id, days],
    queryFn: () =>
      http.get<Costs>(`/projects/${segment(id)}/cost-summary`, { query: { period_days: days } }),
  });
  if (!costs.data) return null;
  const { run_count, total_prompt_tokens, total_completion_tokens } = costs.data;
  const tokens = total_prompt_tokens + total_completion_tokens;
  return (
    <span className="flex gap-5 text-right tabular-nums">
      <Figure name="runs" value={run_count.toLocaleString('en')} />
      <Figure name="tokens" value={tokens.toLocaleString('en')} />
      <Figure name="cost" value={`$${costs.data.estimated_cost_usd.toFixed(2)}`} />
    </span>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <span>
      <span className="block font-medium">{value}</span>
      <span className="block text-xs text-faint">{name}</span>
    </span>
  );
}
