import { useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import type { Member } from '../shared/form/members';
import { useNow, useOpen, useQueryState } from '../shared/hooks';
import { keys } from '../shared/query';
import { Badge } from '../shared/ui/Badge';
import { Button, IconButton } from '../shared/ui/Button';
import { ConfirmDialog } from '../shared/ui/ConfirmDialog';
import { ObjectDialog } from '../shared/ui/ObjectDialog';
import { Page } from '../shared/ui/Page';
import { Resource } from '../shared/ui/Resource';
import { Segments } from '../shared/ui/Segments';
import { Time } from '../shared/ui/Time';
import { listTokens, makeToken, revokeToken, useMe, useProjects } from './api';
import {
  chosenOf,
  governs,
  rolesUpTo,
  scoped,
  scopeMember,
  scopeText,
  tokenState,
} from './logic';
import { MadeDialog } from './MadeDialog';
import type { MadeToken, Me, Token } from './types';

type Open = { what: 'new' } | { what: 'made'; token: MadeToken } | { what: 'revoke'; token: Token };

const whose = [
  { value: 'mine', name: 'Mine' },
  { value: 'all', name: 'Everybody’s' },
] as const;

export function TokensPage() {
  const [open, setOpen] = useOpen<Open>({ new: { what: 'new' } });
  const [show, setShow] = useQueryState('whose', 'mine');
  const me = useMe();
  const all = governs(me.data);
  const projects = useProjects();
  const list = useQuery({
    queryKey: [...keys.identity, 'tokens'],
    queryFn: listTokens,
    select: (tokens) =>
      show === 'all' ? tokens : tokens.filter((t) => t.identity === me.data?.identity),
  });
  return (
    <Page
      title="API tokens"
      lead="What programs show to be let in. Each is worth no more than its maker."
      actions={
        <>
          {all && (
            <Segments
              name="Whose"
              options={whose}
              value={show === 'all' ? 'all' : 'mine'}
              onChange={setShow}
            />
          )}
          <Button kind="primary" icon="plus" onClick={() => setOpen({ what: 'new' })}>
            New token
          </Button>
        </>
      }
    >
      <Resource
        query={list}
        name="API tokens"
        icon="key"
        none={{
          title: 'No tokens yet',
          text: (
            <>
              A program sends one as <code>Authorization: Bearer lo_…</code>; its text is shown
              once, when it is made.
            </>
          ),
        }}
        keyOf={(t) => t.token_id}
        row={(t) => (
          <TokenRow
            token={t}
            scope={t.projects ? scopeText(t.projects, projects) : null}
            whose={show === 'all'}
            onRevoke={() => setOpen({ what: 'revoke', token: t })}
          />
        )}
      />
      {open && <Dialogs open={open} me={me.data} onOpen={setOpen} />}
    </Page>
  );
}

interface TokenRowProps {
  token: Token;
  /** null: the whole site. */
  scope: string | null;
  whose: boolean;
  onRevoke: () => void;
}

function TokenRow({ token: t, scope, whose, onRevoke }: TokenRowProps) {
  const state = tokenState(t, useNow(60_000));
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
      <span className="min-w-0 flex-1 basis-48">
        <span className="block font-medium break-words">{t.name}</span>
        <span className="block text-muted">
          <code className="break-all">{t.prefix}…</code>
          {whose && <> of {t.identity}</>}
        </span>
      </span>
      <Badge>{t.role}</Badge>
      {scope && <Badge>{scope}</Badge>}
      <span className="text-muted">
        {t.last_used_at ? (
          <>
            last used <Time at={t.last_used_at} />
          </>
        ) : (
          'never used'
        )}
      </span>
      <Badge tone={state === 'valid' ? 'ok' : state === 'soon' ? 'wait' : 'calm'}>
        <span>
          {state === 'over' ? 'ended' : 'ends'} <Time at={t.expires_at} />
        </span>
      </Badge>
      <IconButton
        icon="trash"
        name={`Revoke ${t.name}`}
        onClick={onRevoke}
        className="ml-auto"
      />
    </div>
  );
}

interface DialogsProps {
  open: Open;
  me: Me | null | undefined;
  onOpen: (open: Open | null) => void;
}

function Dialogs({ open, me, onOpen }: DialogsProps) {
  const close = () => onOpen(null);
  if (open.what === 'made') return <MadeDialog token={open.token} onClose={close} />;
  if (open.what === 'new') return <NewDialog me={me} onOpen={onOpen} />;
  const { token } = open;
  return (
    <ConfirmDialog
      title={`Revoke ${token.name}?`}
      lead="Whoever shows it is refused from then on."
      act="Revoke"
      done="The token is revoked"
      spoils={keys.identity}
      onDo={() => revokeToken(token.token_id)}
      onClose={close}
    />
  );
}

/** The token itself is for the dialog that follows, and in no cache. */
function NewDialog({ me, onOpen }: Omit<DialogsProps, 'open'>) {
  const made = useRef<MadeToken | null>(null);
  const projects = useProjects();
  return (
    <ObjectDialog
      title="New token"
      members={[...membersFor(me), scopeMember(projects, !me?.projects, me?.projects)]}
      initial={{ expires_in_days: 90, projects: chosenOf(me?.projects) }}
      act="Make it"
      done="The token is made"
      spoils={keys.identity}
      onSend={async (body) => {
        made.current = await makeToken(scoped(body));
      }}
      onClose={() => onOpen(made.current && { what: 'made', token: made.current })}
    />
  );
}

function membersFor(me: Me | null | undefined): Member[] {
  const members: Member[] = [
    { name: 'name', label: 'Name', required: true, hint: 'What it is for' },
    {
      name: 'role',
      label: 'Role',
      kind: 'choice',
      choices: rolesUpTo(me),
      required: true,
      hint: 'The least that is enough',
    },
    {
      name: 'expires_in_days',
      label: 'Days until it ends',
      kind: 'number',
      required: true,
      hint: '1 to 365',
    },
  ];
  if (!governs(me)) return members;
  return [
    ...members,
    { name: 'identity', label: 'Whose', hint: 'A user or a program; empty: yours' },
  ];
}
