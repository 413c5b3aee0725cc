import type { Schemas } from '../shared/contract';
/* Who asks, with what, and who may: as the API has it (api.md 15). */

/** From the least to the most. */
export const roles = ['viewer', 'approver', 'operator', 'manager', 'admin'] as const;

export type Role = (typeof roles)[number];

/** api.md 15.2 */
export type Me = Schemas['Me'];

/** api.md 15.4; the token itself is in the answer to its making and nowhere else */
export type Token = Schemas['Token'];

export interface MadeToken extends Omit<Token, 'last_used_at'> {
  token: string;
}

/** api.md 15.5 */
export type User = Schemas['User'];

/** What somebody can be limited to. */
export type Project = Pick<Schemas['Project'], 'project_id' | 'name'>;
