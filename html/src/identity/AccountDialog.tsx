import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { pageHref } from '../shared/mount';
import { Button } from '../shared/ui/Button';
import { Dialog } from '../shared/ui/Dialog';
import { ErrorNote, Loading } from '../shared/ui/Notes';
import { Facts } from '../shared/ui/Page';
import { signOut, useMe, useProjects } from './api';
import { hasSession, methodOf, scopeText } from './logic';
import { PasswordDialog } from './PasswordDialog';

/** Who one is here, and the way out. */
export function AccountDialog({ onClose }: { onClose: () => void }) {
  const me = useMe();
  const projects = useProjects();
  const [location, go] = useLocation();
  const search = useSearch();
  /* nothing that was read stays in this browser's memory */
  const leave = useMutation({
    mutationFn: signOut,
    onSuccess: () => window.location.assign(pageHref('/')),
  });
  const walk = (to: string) => {
    onClose();
    go(to);
  };
  const here = search === '' ? location : `${location}?${search}`;
  const [changing, setChanging] = useState(false);
  const nobody = me.data?.auth_method === 'none';
  if (changing) return <PasswordDialog onClose={onClose} />;
  return (
    <Dialog
      title="Account"
      lead={me.data?.mode === 'off' ? 'This site asks nobody for a name.' : undefined}
      onClose={onClose}
      actions={
        <>
          <Button icon="key" onClick={() => walk('/tokens')}>
            API tokens
          </Button>
          {nobody && me.data?.mode === 'optional' && (
            <Button
              kind="primary"
              onClick={() => walk(`/login?from=${encodeURIComponent(here)}`)}
            >
              Sign in
            </Button>
          )}
          {hasSession(me.data) && me.data?.user_id && (
            <Button onClick={() => setChanging(true)}>Change the password</Button>
          )}
          {hasSession(me.data) && (
            <Button kind="primary" busy={leave.isPending} onClick={() => leave.mutate()}>
              Sign out
            </Button>
          )}
        </>
      }
    >
      <div className="-mx-4 flex flex-col gap-3">
        {leave.isError && <ErrorNote error={leave.error} />}
        {me.isError && <ErrorNote error={me.error} onRetry={() => void me.refetch()} />}
        {me.isPending && <Loading />}
        {me.data && (
          <Facts
            facts={[
              ['Name', me.data.identity],
              ['Full name', me.data.full_name],
              ['Email', me.data.email],
              ['Role', me.data.roles.join(', ')],
              ['Sees', scopeText(me.data.projects, projects)],
              ['Known by', methodOf(me.data)],
            ]}
          />
        )}
      </div>
    </Dialog>
  );
}
