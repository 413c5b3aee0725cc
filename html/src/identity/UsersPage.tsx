import { useQuery } from '@tanstack/react-query';
import { useOpen } from '../shared/hooks';
import { problemOf } from '../shared/problem';
import { keys } from '../shared/query';
import { Badge } from '../shared/ui/Badge';
import { Button, IconButton } from '../shared/ui/Button';
import { EmptyState } from '../shared/ui/Notes';
import { Page } from '../shared/ui/Page';
import { Resource } from '../shared/ui/Resource';
import { Time } from '../shared/ui/Time';
import { listUsers, useMe, useProjects } from './api';
import { governs, scopeText } from './logic';
import type { User } from './types';
import { UserDialogs, type OpenUser } from './UserDialogs';

export function UsersPage() {
  const [open, setOpen] = useOpen<OpenUser>({ new: { what: 'new' } });
  const me = useMe();
  const admin = governs(me.data);
  const projects = useProjects();
  const list = useQuery({ queryKey: [...keys.identity, 'users'], queryFn: listUsers });
  const refused = list.isError && problemOf(list.error).status === 403;
  return (
    <Page
      title="Users"
      lead="Those who sign in with a password, or came by single sign-on."
      actions={
        admin && (
          <Button kind="primary" icon="plus" onClick={() => setOpen({ what: 'new' })}>
            New user
          </Button>
        )
      }
    >
      {refused ? (
        <div className="card">
          <EmptyState icon="lock" title="This list is not for everybody">
            Managers see it, and administrators change it. What you are is under Account.
          </EmptyState>
        </div>
      ) : (
        <Resource
          query={list}
          name="Users"
          icon="users"
          none={{
            title: 'No users yet',
            text: (
              <>
                A site that names people by itself needs none. The first administrator comes from
                the configuration: <code>langorch_admin</code>.
              </>
            ),
          }}
          keyOf={(u) => u.user_id}
          row={(u) => (
            <UserRow
              user={u}
              scope={u.projects ? scopeText(u.projects, projects) : null}
              own={u.username === me.data?.identity}
              onOpen={admin ? setOpen : null}
            />
          )}
        />
      )}
      {open && <UserDialogs open={open} me={me.data} onClose={() => setOpen(null)} />}
    </Page>
  );
}

interface UserRowProps {
  user: User;
  /** null: the whole site. */
  scope: string | null;
  own: boolean;
  /** null: one may look. */
  onOpen: ((open: OpenUser) => void) | null;
}

function UserRow({ user: u, scope, own, onOpen }: UserRowProps) {
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
      <span className="min-w-0 flex-1 basis-48">
        <span className="flex flex-wrap items-center gap-2">
          <span className="font-medium break-all">{u.username}</span>
          {own && <Badge tone="busy">you</Badge>}
        </span>
        <span className="block break-words text-muted">
          {[u.full_name, u.email].filter(Boolean).join(', ')}
        </span>
      </span>
      <Badge>{u.role}</Badge>
      {scope && <Badge>{scope}</Badge>}
      {!u.is_active && <Badge tone="wait">switched off</Badge>}
      {u.sso_provider && <Badge>single sign-on</Badge>}
      <span className="text-muted">
        made <Time at={u.created_at} />
      </span>
      {onOpen && (
        <span className="ml-auto flex">
          <IconButton
            icon="edit"
            name={`Change ${u.username}`}
            onClick={() => onOpen({ what: 'edit', user: u })}
          />
          <IconButton
            icon="trash"
            name={`Delete ${u.username}`}
            onClick={() => onOpen({ what: 'delete', user: u })}
          />
        </span>
      )}
    </div>
  );
}
