import { QueryClientProvider, type QueryClient } from '@tanstack/react-query';
import { Suspense } from 'react';
import { Route, Router, Switch, useLocation } from 'wouter';
import { Gate } from '../identity/Gate';
import { mount } from '../shared/mount';
import { ButtonLink } from '../shared/ui/Button';
import { EmptyState, Loading } from '../shared/ui/Notes';
import { Page } from '../shared/ui/Page';
import { ToastProvider } from '../shared/ui/Toast';
import { Guard } from './Guard';
import { routes } from './routes';
import { Shell } from './Shell';

export function App({ client }: { client: QueryClient }) {
  return (
    <QueryClientProvider client={client}>
      <ToastProvider>
        <Router base={mount.base}>
          <Gate>
            <Shell>
              <Pages />
            </Shell>
          </Gate>
        </Router>
      </ToastProvider>
    </QueryClientProvider>
  );
}

function Pages() {
  const [location] = useLocation();
  return (
    <Guard at={location}>
      <Suspense fallback={<Loading />}>
        <Switch>
          {routes.map(({ path, page }) => (
            <Route key={path} path={path} component={page} />
          ))}
          <Route>
            <NotFound />
          </Route>
        </Switch>
      </Suspense>
    </Guard>
  );
}

function NotFound() {
  return (
    <Page title="Not found">
      <div className="card">
        <EmptyState
          icon="search"
          title="There is no page at this address"
          action={
            <ButtonLink href="/" kind="primary">
              To the dashboard
            </ButtonLink>
          }
        >
          It may belong to a part of LangOrch that this server does not have.
        </EmptyState>
      </div>
    </Page>
  );
}
