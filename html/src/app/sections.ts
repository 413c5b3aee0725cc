/**
 * The first path segment of every address of the console, below its mount.
 *
 * The build puts a copy of the boot files into a folder of each name, which is what makes
 * `/any/prefix/ui/runs/<id>` find its assets (see README.md, "Mounted anywhere").  So every
 * page is addressed by one segment of this list and at most one more.  Those that have no page
 * yet are here because the API already redirects to some of them: they show "Not found".
 */
export const sections = [
  'procedures',
  'builder',
  'runs',
  'approvals',
  'agents',
  'triggers',
  'workflows',
  'orders',
  'projects',
  'leases',
  'secrets',
  'llm',
  'mcp',
  'audit',
  'users',
  'tokens',
  'login',
  'settings',
] as const;

export type Section = (typeof sections)[number];
