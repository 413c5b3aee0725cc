import { useQuery } from '@tanstack/react-query';
import type { Member } from '../shared/form/members';
import { useOpen } from '../shared/hooks';
import { http, segment } from '../shared/http';
import type { JsonObject } from '../shared/types';
import { Badge, Dot } from '../shared/ui/Badge';
import { Button, IconButton } from '../shared/ui/Button';
import { ConfirmDialog } from '../shared/ui/ConfirmDialog';
import { ObjectDialog } from '../shared/ui/ObjectDialog';
import { Page, Panel } from '../shared/ui/Page';
import { Resource } from '../shared/ui/Resource';
import { Time } from '../shared/ui/Time';
import { keeperInWords, type Provider } from './logic';

/** api.md 12: a value never leaves the server */
interface Secret {
  name: string;
  description: string | null;
  provider_hint: string;
  tags: string[];
  updated_at: string;
  version: number;
  last_used_at: string | null;
  used_by: string[];
}

const common: Member[] = [
  { name: 'description', label: 'Description' },
  {
    name: 'provider_hint',
    label: 'Where the value is',
    kind: 'choice',
    choices: ['db', 'env', 'vault', 'aws', 'azure'],
    hint: 'db: kept here, sealed; env: in the environment; others: a keeper of the site',
  },
  { name: 'tags', label: 'Tags', kind: 'list', hint: 'One a line' },
];

const fresh: Member[] = [
  { name: 'name', label: 'Name', required: true },
  { name: 'value', label: 'Value', kind: 'hidden', hint: 'It is never shown again' },
  ...common,
];

const again: Member[] = [
  { name: 'value', label: 'New value', kind: 'hidden', hint: 'Empty: it stays as it is' },
  ...common,
];

type Open = { what: 'new' } | { what: 'edit' | 'delete'; secret: Secret };

export function SecretsPage() {
  const [open, setOpen] = useOpen<Open>({ new: { what: 'new' } });
  const list = useQuery({
    queryKey: ['secrets'],
    queryFn: () => http.get<Secret[]>('/secrets'),
  });
  return (
    <Page
      title="Secrets"
      lead="Names and where they are used. Values are written here and never read."
      actions={
        <Button kind="primary" icon="plus" onClick={() => setOpen({ what: 'new' })}>
          New secret
        </Button>
      }
    >
      <Resource
        query={list}
        name="Secrets"
        icon="lock"
        none={{
          title: 'No secrets yet',
          text: (
            <>
              Procedures read them as <code>{'{{secrets.NAME}}'}</code>; no event, log or page shows
              a value.
            </>
          ),
        }}
        keyOf={(s) => s.name}
        row={(s) => (
          <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
            <span className="min-w-0 flex-1 basis-48">
              <code className="font-medium break-all">{s.name}</code>
              {s.description && <span className="block text-muted">{s.description}</span>}
              {s.used_by?.length > 0 && (
                <span className="block break-words text-faint">used by {s.used_by.join(', ')}</span>
              )}
            </span>
            <Badge>{s.provider_hint}</Badge>
            <span className="text-muted">
              version {s.version}, <Time at={s.updated_at} />
            </span>
            <span className="flex">
              <IconButton
                icon="edit"
                name={`Change ${s.name}`}
                onClick={() => setOpen({ what: 'edit', secret: s })}
              />
              <IconButton
                icon="trash"
                name={`Delete ${s.name}`}
                onClick={() => setOpen({ what: 'delete', secret: s })}
              />
            </span>
          </div>
        )}
      />
      <Providers />
      {open && <Dialogs open={open} onClose={() => setOpen(null)} />}
    </Page>
  );
}

function Dialogs({ open, onClose }: { open: Open; onClose: () => void }) {
  const spoils = ['secrets'];
  if (open.what === 'new') {
    return (
      <ObjectDialog
        title="New secret"
        members={fresh}
        initial={{ provider_hint: 'db' }}
        act="Keep it"
        done="The secret is kept"
        spoils={spoils}
        onSend={(body) => http.post('/secrets', body)}
        onClose={onClose}
      />
    );
  }
  const { secret } = open;
  const path = `/secrets/${segment(secret.name)}` as const;
  if (open.what === 'edit') {
    const { description, provider_hint, tags } = secret;
    return (
      <ObjectDialog
        title={`Change ${secret.name}`}
        lead="Runs that ask from now on get the new value."
        members={again}
        initial={{ description, provider_hint, tags } as JsonObject}
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
      title={`Delete ${secret.name}?`}
      lead="Runs that need it fail from then on."
      act="Delete"
      done="The secret is deleted"
      spoils={spoils}
      onDo={() => http.delete(path)}
      onClose={onClose}
    />
  );
}

function Providers() {
  const list = useQuery({
    queryKey: ['secrets', 'providers'],
    queryFn: () => http.get<Provider[]>('/secrets/providers'),
  });
  if (!list.data) return null;
  return (
    <Panel title="Where values can come from">
      <ul className="divide-y divide-line">
        {list.data.map((p) => (
          <li key={p.provider} className="flex flex-wrap items-center gap-2.5 px-4 py-2.5">
            <Dot tone={keeperInWords(p).tone} />
            <span className="w-16 font-medium">{p.provider}</span>
            <span className="min-w-0 flex-1 text-muted">{keeperInWords(p).words}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
