import { useEffect, useId, useRef, type ReactNode } from 'react';
import { IconButton } from './Button';

/**
 * Where the focus goes: to what one came to fill in, and not to the way out.  What has `data-first`
 * goes before, as the password where the name is there already.
 */
const firstField = 'input[type="text"], input[type="password"], textarea, select';

function show(dialog: HTMLDialogElement): void {
  if (!dialog.open) dialog.showModal();
  const first = dialog.querySelector<HTMLElement>('[data-first]');
  (first ?? dialog.querySelector<HTMLElement>(firstField))?.focus();
}

interface DialogProps {
  title: string;
  /** One sentence under the title. */
  lead?: ReactNode;
  onClose: () => void;
  children: ReactNode;
  /** The buttons; the last is the one that does it. */
  actions?: ReactNode;
  wide?: boolean;
  /** false: there is no way out but the one inside. */
  closable?: boolean;
}

/**
 * A modal dialog: the browser's own, which keeps the focus, hides the rest and closes at Escape
 * without a `<style>` of its own, so the content security policy stays strict.
 */
export function Dialog(props: DialogProps) {
  const { title, lead, onClose, children, actions, wide = false, closable = true } = props;
  const box = useRef<HTMLDialogElement>(null);
  const id = useId();

  useEffect(() => {
    const dialog = box.current;
    if (dialog) show(dialog);
    return () => dialog?.close();
  }, []);

  return (
    <dialog
      ref={box}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      /* a second Escape is not asked about */
      onClose={() => {
        if (!closable && box.current) show(box.current);
      }}
      className={`
        max-h-[calc(100dvh-2rem)] w-[calc(100vw-2rem)] overflow-hidden rounded-2xl border
        border-line bg-surface p-0 shadow-float ${wide ? 'max-w-3xl' : 'max-w-lg'}
      `}
    >
      <div className="flex max-h-[calc(100dvh-2rem)] flex-col">
        <header className="flex items-start gap-3 px-5 pt-4 pb-3">
          <div className="min-w-0 flex-1 pt-1">
            <h2 id={id} className="text-lg font-semibold tracking-tight">
              {title}
            </h2>
            {lead && <p className="mt-0.5 text-muted">{lead}</p>}
          </div>
          {closable && (
            <IconButton icon="close" name="Close" onClick={onClose} className="-mr-2" />
          )}
        </header>
        <div className="min-h-0 flex-1 overflow-y-auto px-5 pb-5">{children}</div>
        {actions && (
          <footer className="
            flex flex-wrap justify-end gap-2 border-t border-line bg-ground px-5 py-3
          ">
            {actions}
          </footer>
        )}
      </div>
    </dialog>
  );
}
