import * as Radix from '@radix-ui/react-toast';
import { createContext, useCallback, useContext, useMemo, useState, type ReactNode } from 'react';
import { problemOf } from '../problem';
import { Dot, type Tone } from './Badge';
import { IconButton } from './Button';

interface Note {
  id: number;
  tone: Tone;
  title: string;
  detail: string | null;
}

interface Toasts {
  say: (title: string, tone?: Tone, detail?: string | null) => void;
  /** Tells a failure with the problem's sentence and request id. */
  fail: (title: string, error: unknown) => void;
}

const ToastContext = createContext<Toasts>({ say: () => {}, fail: () => {} });

export function useToast(): Toasts {
  return useContext(ToastContext);
}

let lastId = 0;

/** Short notices at the corner; read out, and reached with F8. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const [notes, setNotes] = useState<Note[]>([]);

  const say = useCallback<Toasts['say']>((title, tone = 'ok', detail = null) => {
    setNotes((all) => [...all.slice(-3), { id: ++lastId, tone, title, detail }]);
  }, []);

  const fail = useCallback<Toasts['fail']>(
    (title, error) => {
      const { sentence, requestId } = problemOf(error);
      say(title, 'bad', requestId ? `${sentence} (request ${requestId})` : sentence);
    },
    [say],
  );

  const value = useMemo(() => ({ say, fail }), [say, fail]);

  return (
    <ToastContext value={value}>
      <Radix.Provider duration={5000}>
        {children}
        {notes.map((note) => (
          <ToastNote
            key={note.id}
            note={note}
            onGone={() => setNotes((all) => all.filter((n) => n.id !== note.id))}
          />
        ))}
        <Radix.Viewport className="
          fixed right-0 bottom-14 z-50 flex w-full max-w-sm flex-col gap-2 p-4 outline-none
          md:bottom-0
        " />
      </Radix.Provider>
    </ToastContext>
  );
}

function ToastNote({ note, onGone }: { note: Note; onGone: () => void }) {
  return (
    <Radix.Root
      duration={note.tone === 'bad' ? 12_000 : 5000}
      onOpenChange={(open) => !open && onGone()}
      className="card flex items-start gap-3 py-2.5 pr-2 pl-4 shadow-float"
    >
      <span className="flex h-9 items-center">
        <Dot tone={note.tone} />
      </span>
      <div className="min-w-0 flex-1 py-1.5">
        <Radix.Title className="font-medium">{note.title}</Radix.Title>
        {note.detail && (
          <Radix.Description className="break-words text-muted">{note.detail}</Radix.Description>
        )}
      </div>
      <Radix.Close asChild>
        <IconButton icon="close" name="Dismiss" />
      </Radix.Close>
    </Radix.Root>
  );
}
