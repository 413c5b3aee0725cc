import type { Member } from '../shared/form/members';
import { http } from '../shared/http';
import type { JsonObject } from '../shared/types';
import { ObjectDialog } from '../shared/ui/ObjectDialog';

const members: Member[] = [
  { name: 'current_password', label: 'The one you have', kind: 'hidden', required: true },
  {
    name: 'password',
    label: 'The new one',
    kind: 'hidden',
    required: true,
    hint: '8 characters or more',
  },
  { name: 'again', label: 'The new one once more', kind: 'hidden', required: true },
];

/** Another password of one's own; all other sessions end with the old one. */
export function PasswordDialog({ onClose }: { onClose: () => void }) {
  return (
    <ObjectDialog
      title="Change the password"
      lead="All other sessions of yours end."
      members={members}
      act="Change it"
      done="The password is changed"
      spoils={['me']}
      onSend={async ({ again, ...body }: JsonObject) => {
        if (again !== body.password) throw new Error('The new one is not the same twice');
        return http.put('/auth/password', body);
      }}
      onClose={onClose}
    />
  );
}
