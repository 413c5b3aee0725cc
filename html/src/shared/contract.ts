import type { components, paths } from './api.gen';

/** What the API takes and gives, by the names of its OpenAPI document. */
export type Schemas = components['schemas'];

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** `/runs/{run_id}/events` as the texts that it stands for. */
type Filled<P extends string> = P extends `${infer A}{${string}}${infer B}`
  ? `${A}${string}${Filled<B>}`
  : P;

/**
 * The routes that take a method, as seen from `/api`: the others are beside it.  One that the
 * server has and that is refused here is newer than api.gen.d.ts: html/README.md says how to renew
 * it.
 */
export type Route<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, object>
    ? P extends `/api${infer Rest}`
      ? Filled<Rest>
      : Filled<`/..${P}`>
    : never;
}[keyof paths];
