import { QueryClient } from '@tanstack/react-query';

/** The keys under which answers are kept, in one place so that one domain can spoil another's. */
export const keys = {
  health: ['health'] as const,
  procedures: ['procedures'] as const,
  runs: ['runs'] as const,
  approvals: ['approvals'] as const,
  agents: ['agents'] as const,
};

/*
 * http.ts tries GETs again itself; a second layer would multiply the waits.  A browser that
 * thinks it is offline may well reach a server on the same machine, so it is always asked.
 */
export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { retry: false, staleTime: 1000, refetchOnWindowFocus: true, networkMode: 'always' },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
}
