import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { apiHref } from '../shared/mount';
import { problemOf } from '../shared/problem';
import { Button } from '../shared/ui/Button';
import { Field, TextInput } from '../shared/ui/Field';
import { ErrorNote } from '../shared/ui/Notes';
import { hasSso, signIn } from './api';

interface SignInFormProps {
  /** Whose session it was, when one ended. */
  name?: string;
  onDone: (identity: string) => void;
}

/** A name and a password, or single sign-on where the site has it. */
export function SignInForm({ name = '', onDone }: SignInFormProps) {
  const [username, setUsername] = useState(name);
  const [password, setPassword] = useState('');
  const [tried, setTried] = useState(false);
  const sso = useQuery({ queryKey: ['identity', 'sso'], queryFn: hasSso });
  const send = useMutation({
    mutationFn: () => signIn(username.trim(), password),
    onSuccess: onDone,
    onError: () => setPassword(''),
    gcTime: 0,
  });
  const refused = send.isError ? problemOf(send.error).fields : {};
  const missing = (text: string) => (tried && text === '' ? 'This is needed' : null);
  return (
    <form
      noValidate
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (username.trim() !== '' && password !== '') send.mutate();
      }}
    >
      {send.isError && <ErrorNote error={send.error} />}
      <Field label="Name" error={refused.username ?? missing(username.trim())}>
        {(tie) => (
          <TextInput
            {...tie}
            autoFocus={name === ''}
            name="username"
            autoComplete="username"
            autoCapitalize="none"
            value={username}
            onChange={(e) => setUsername(e.target.value)}
          />
        )}
      </Field>
      <Field
        label="Password"
        error={refused.password ?? (send.isError ? null : missing(password))}
      >
        {(tie) => (
          <TextInput
            {...tie}
            data-first={name === '' ? undefined : true}
            name="password"
            type="password"
            autoComplete="current-password"
            value={password}
            onChange={(e) => setPassword(e.target.value)}
          />
        )}
      </Field>
      <Button kind="primary" type="submit" busy={send.isPending}>
        Sign in
      </Button>
      {sso.data && (
        <Button icon="external" onClick={() => window.location.assign(ssoHref())}>
          Single sign-on
        </Button>
      )}
    </form>
  );
}

/** Where single sign-on begins; it leads back to this page where the site lets it. */
function ssoHref(): string {
  const { pathname, search } = window.location;
  return apiHref(`/auth/sso/login?from=${encodeURIComponent(pathname + search)}`);
}
