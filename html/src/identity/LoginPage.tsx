import { useQueryClient } from '@tanstack/react-query';
import { Redirect, useSearchParams } from 'wouter';
import { Page } from '../shared/ui/Page';
import { useMe } from './api';
import { backTo } from './logic';
import { SignInForm } from './SignInForm';

/** For those who may look without a name, and want to be somebody. */
export function LoginPage() {
  const [search] = useSearchParams();
  const client = useQueryClient();
  const me = useMe();
  if (me.data && me.data.auth_method !== 'none') {
    return <Redirect to={backTo(search.get('from'))} replace />;
  }
  return (
    <Page title="Sign in" lead="With the name and password of a user of this site.">
      <div className="card w-full max-w-sm px-6 py-6">
        <SignInForm onDone={() => void client.invalidateQueries()} />
      </div>
    </Page>
  );
}
