import { useParams } from 'wouter';

/** An id that stands in the address of the page; undefined on a page without one. */
export function usePathId(name: string): string | undefined {
  const id = useParams<Record<string, string | undefined>>()[name];
  return id === undefined ? undefined : decoded(id);
}

/* the router decodes only what is no delimiter, so that `:`, `@` and `+` of an id are left over */
export function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}
