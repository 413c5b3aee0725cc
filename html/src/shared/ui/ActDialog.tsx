import { useId, type ReactNode } from 'react';
import { Button } from './Button';
import { Dialog } from './Dialog';
import type { IconName } from './Icon';
import { ErrorNote } from './Notes';

export interface ActDialogProps {
  title: string;
  lead?: ReactNode;
  wide?: boolean;
  /** What the button says that does it, and the one that does not. */
  act: string;
  stay?: string;
  icon?: IconName;
  kind?: 'primary' | 'danger';
  busy: boolean;
  disabled?: boolean;
  /** Why it was not done; null: that is not so, or it is told at the fields. */
  error: unknown;
  failed?: string;
  onDo: () => void;
  onClose: () => void;
  children?: ReactNode;
}

/** Asks for what something needs, does it, and says why when that was not possible. */
export function ActDialog(props: ActDialogProps) {
  const { title, lead, wide = false, act, stay = 'Not now', icon, kind = 'primary' } = props;
  const { busy, disabled = false, error, failed, onDo, onClose, children } = props;
  const form = useId();
  return (
    <Dialog
      title={title}
      lead={lead}
      wide={wide}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{stay}</Button>
          <Button
            kind={kind}
            type="submit"
            form={form}
            busy={busy}
            disabled={disabled}
            {...(icon ? { icon } : {})}
          >
            {act}
          </Button>
        </>
      }
    >
      <form
        id={form}
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy && !disabled) onDo();
        }}
      >
        {error !== null && error !== undefined && (
          <ErrorNote error={error} {...(failed ? { title: failed } : {})} />
        )}
        {children}
      </form>
    </Dialog>
  );
}
