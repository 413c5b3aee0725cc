import type { Schemas } from '../shared/contract';

export type Option = string | { value: string; label?: string };

/** api.md 7 */
export type Approval = Omit<Schemas['Approval'], 'options'> & { options: Option[] | null };

/** One answer of those that are needed. */
export type Vote = Schemas['Vote'];

/** The body of a decision. */
export type Decision = Schemas['Decision'];
