import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useTitle } from '../shared/hooks';
import { sessionBegan } from '../shared/stream';
import { Brand } from '../shared/ui/Brand';
import { Dialog } from '../shared/ui/Dialog';
import { Loading } from '../shared/ui/Notes';
import { useMe } from './api';
import { SignInForm } from './SignInForm';
import type { Me } from './types';

/**
 * Asks for a name where the site wants one, at the address where one is: the page comes with the
 * session.  A session that ends later is begun again in front of the page, which stays as it is.
 */
export function Gate({ children }: { children: ReactNode }) {
  const me = useMe();
  const [known, setKnown] = useState<Me | null>(null);
  if (me.data && me.data !== known) setKnown(me.data);

  const begin = useBegin(known);
  if (me.isPending) return <Loading />;
  if (me.data === null && !known) return <SignInPage onDone={begin} />;
  return (
    <>
      {children}
      {me.data === null && known && <SignInDialog name={known.identity} onDone={begin} />}
    </>
  );
}

/** With another name nothing that was read before counts any more. */
function useBegin(known: Me | null): (identity: string) => void {
  const client = useQueryClient();
  return (identity) => {
    if (known && known.identity !== identity) {
      window.location.reload();
      return;
    }
    void client.invalidateQueries();
    sessionBegan();
  };
}

function SignInPage({ onDone }: { onDone: (identity: string) => void }) {
  useTitle('Sign in');
  return (
    <main className="grid min-h-dvh place-items-center px-4 py-10">
      <div className="flex w-full max-w-sm flex-col gap-6">
        <div className="flex items-center justify-center gap-2.5">
          <Brand />
        </div>
        <div className="card flex flex-col gap-5 px-6 py-6">
          <h1 className="text-xl font-semibold tracking-tight">Sign in</h1>
          <SignInForm onDone={onDone} />
        </div>
      </div>
    </main>
  );
}

/** There is no way around it: whatever the page asks for is refused. */
function SignInDialog({ name, onDone }: { name: string; onDone: (identity: string) => void }) {
  return (
    <Dialog
      title="Sign in again"
      lead="Your session ended. What is on this page stays."
      onClose={() => {}}
      closable={false}
    >
      <SignInForm name={name} onDone={onDone} />
    </Dialog>
  );
}
