import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { problemOf } from './problem';

/** The keys under which answers are kept, in one place so that one domain can spoil another's. */
export const keys = {
  health: ['health'] as const,
  procedures: ['procedures'] as const,
  runs: ['runs'] as const,
  approvals: ['approvals'] as const,
  agents: ['agents'] as const,
  /** Users, tokens, and who the caller is: a change of one can change the others. */
  identity: ['identity'] as const,
  me: ['identity', 'me'] as const,
};

/*
 * http.ts tries GETs again itself; a second layer would multiply the waits.  A browser that
 * thinks it is offline may well reach a server on the same machine, so it is always asked.
 */
export function newQueryClient(): QueryClient {
  /* whoever is refused for want of a name finds out whether the session ended */
  const onError = (error: unknown) => {
    const known = client.getQueryData(keys.me) !== null;
    if (known && problemOf(error).status === 401) {
      void client.invalidateQueries({ queryKey: keys.me });
    }
  };
  const client = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: { retry: false, staleTime: 1000, refetchOnWindowFocus: true, networkMode: 'always' },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
  return client;
}
