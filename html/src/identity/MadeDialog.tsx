import { Button } from '../shared/ui/Button';
import { CopyButton } from '../shared/ui/CopyButton';
import { Dialog } from '../shared/ui/Dialog';
import { Field, TextInput } from '../shared/ui/Field';
import type { MadeToken } from './types';

/** The one time that a token is seen. */
export function MadeDialog({ token, onClose }: { token: MadeToken; onClose: () => void }) {
  return (
    <Dialog
      title={`Token ${token.name}`}
      lead="Copy it now: it is kept nowhere and not shown again."
      onClose={onClose}
      actions={
        <Button kind="primary" onClick={onClose}>
          I have it
        </Button>
      }
    >
      <Field
        label="Token"
        hint={`Sent as Authorization: Bearer …, it is worth ${token.role} of ${token.identity}`}
      >
        {(tie) => (
          <div className="flex gap-1">
            <TextInput
              {...tie}
              readOnly
              value={token.token}
              onFocus={(e) => e.target.select()}
              className="font-mono text-[0.8125rem]"
            />
            <CopyButton text={token.token} name="Copy the token" />
          </div>
        )}
      </Field>
    </Dialog>
  );
}
