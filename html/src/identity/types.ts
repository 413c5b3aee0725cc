/* Who asks, with what, and who may: as the API has it (api.md 15). */

/** From the least to the most. */
export const roles = ['viewer', 'approver', 'operator', 'manager', 'admin'] as const;

export type Role = (typeof roles)[number];

/** api.md 15.2 */
export interface Me {
  identity: string;
  roles: string[];
  user_id: string | null;
  email: string | null;
  full_name: string | null;
  role: string | null;
  /** `none` when nobody asked who that is. */
  auth_method: string;
  mode: 'off' | 'optional' | 'on';
  /** Approving is apart: operators and managers have it only when they are told to. */
  separation: boolean;
}

/** api.md 15.4; the token itself is in the answer to its making and nowhere else */
export interface Token {
  token_id: string;
  name: string;
  prefix: string;
  role: string;
  identity: string;
  created_at: string;
  expires_at: string;
  last_used_at: string | null;
}

export interface MadeToken extends Omit<Token, 'last_used_at'> {
  token: string;
}

/** api.md 15.5 */
export interface User {
  user_id: string;
  username: string;
  /** null of whom the configuration made, or single sign-on */
  email: string | null;
  full_name: string | null;
  role: string;
  is_active: boolean;
  sso_provider: string | null;
  created_at: string;
  updated_at: string;
}
