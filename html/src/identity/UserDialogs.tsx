import type { Member } from '../shared/form/members';
import { keys } from '../shared/query';
import type { JsonObject } from '../shared/types';
import { ConfirmDialog } from '../shared/ui/ConfirmDialog';
import { ObjectDialog } from '../shared/ui/ObjectDialog';
import { changeUser, deleteUser, makeUser, useProjects } from './api';
import { changesOf, chosenOf, scoped, scopeMember } from './logic';
import { roles, type Me, type User } from './types';

export type OpenUser = { what: 'new' } | { what: 'edit' | 'delete'; user: User };

const role: Member = {
  name: 'role',
  label: 'Role',
  kind: 'choice',
  choices: roles,
  required: true,
  hint: 'Each includes those before it; a site can keep approving apart',
};

const fullName: Member = { name: 'full_name', label: 'Full name' };
const email: Member = { name: 'email', label: 'Email', required: true };

const fresh: Member[] = [
  { name: 'username', label: 'Name', required: true, hint: 'To sign in with; it stays' },
  fullName,
  email,
  role,
  {
    name: 'password',
    label: 'Password',
    kind: 'hidden',
    required: true,
    hint: '8 characters or more',
  },
];

/** An address can be changed and not taken away; the first administrator has none. */
const again = (user: User): Member[] => [
  fullName,
  { ...email, required: user.email !== null },
  role,
  {
    name: 'password',
    label: 'New password',
    kind: 'hidden',
    hint: 'Empty: it stays as it is',
  },
  {
    name: 'is_active',
    label: 'Switched on',
    kind: 'check',
    hint: 'Off: no session and no token of that name counts',
  },
];

interface UserDialogsProps {
  open: OpenUser;
  me: Me | null | undefined;
  onClose: () => void;
}

export function UserDialogs({ open, me, onClose }: UserDialogsProps) {
  const spoils = keys.identity;
  const limit = open.what === 'new' ? null : open.user.projects;
  const scope = scopeMember(useProjects(), true, limit);
  if (open.what === 'new') {
    return (
      <ObjectDialog
        title="New user"
        members={[...fresh, scope]}
        initial={{ projects: chosenOf(null) }}
        act="Create"
        done="The user is there"
        spoils={spoils}
        onSend={(body) => makeUser(scoped(body))}
        onClose={onClose}
      />
    );
  }
  const { user } = open;
  const own = user.username === me?.identity;
  if (open.what === 'edit') {
    const { full_name, is_active } = user;
    const before: JsonObject = {
      full_name,
      email: user.email,
      role: user.role,
      is_active,
      projects: chosenOf(user.projects),
    };
    return (
      <ObjectDialog
        title={`Change ${user.username}`}
        lead={own ? 'This is you: what you take from yourself is gone at once.' : undefined}
        members={[...again(user), scope]}
        initial={before}
        act="Save"
        done="Saved"
        spoils={spoils}
        onSend={(body) => changeUser(user.user_id, scoped(changesOf(before, body)))}
        onClose={onClose}
      />
    );
  }
  return (
    <ConfirmDialog
      title={`Delete ${user.username}?`}
      lead={
        own
          ? 'This is you: your sessions and tokens end with it.'
          : 'Sessions and tokens of that name end with it. What was done under it stays.'
      }
      act="Delete"
      done="The user is deleted"
      spoils={spoils}
      onDo={() => deleteUser(user.user_id)}
      onClose={onClose}
    />
  );
}
