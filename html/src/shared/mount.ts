/** Where the console was mounted, and where the API is from there. */
export interface Mount {
  /** Path of the console's top, without the last slash: `""`, `/ui`, `/x/ui`. */
  base: string;
  /** Path of the API, without the last slash: `/api`, `/x/api`. */
  api: string;
}

/**
 * The mount, from the address of a built module, which lies in `<mount>/assets/`.
 *
 * The address of the page would not do: index.html is answered at every depth, so that alone
 * does not say which part of it is the mount.
 */
export function mountOf(moduleUrl: string): Mount {
  const top = new URL('../', moduleUrl);
  return {
    base: top.pathname.replace(/\/$/, ''),
    api: new URL('../api', top).pathname,
  };
}

/** The mount of this page.  The development server has no `assets/` and serves at the root. */
export const mount: Mount = import.meta.env.PROD
  ? mountOf(import.meta.url)
  : { base: '', api: '/api' };

/** `/runs/1` → the full path of that page, for links that leave the router (copy, new tab). */
export function pageHref(path: string, at: Mount = mount): string {
  return `${at.base}${path}`;
}

/** `/runs` → the full path of that route of the API. */
export function apiHref(path: string, at: Mount = mount): string {
  return `${at.api}${path}`;
}
