/** api.md, "Budgets of models" */
export interface Budget {
  name: string;
  scope: string;
  target: string | null;
  period: string;
  limit_usd: number;
  warn_at: number;
  on_limit: string;
  stop_usd: number | null;
  description: string | null;
  enabled: boolean;
  use: BudgetUse[];
}

export interface BudgetUse {
  subject: string | null;
  spent_usd: number;
  reserved_usd: number;
}

/** The part that is used; all of a budget of nothing. */
export function useOf(b: Pick<Budget, 'limit_usd'>, u: Pick<BudgetUse, 'spent_usd'>): number {
  return b.limit_usd > 0 ? u.spent_usd / b.limit_usd : 1;
}

export function stateOf(
  b: Pick<Budget, 'limit_usd' | 'warn_at'>,
  u: Pick<BudgetUse, 'spent_usd'>,
): 'ok' | 'warned' | 'over' {
  const used = useOf(b, u);
  if (used >= 1) return 'over';
  return used >= b.warn_at ? 'warned' : 'ok';
}

/** Dollars, with as many digits as small amounts need. */
export function dollars(n: number): string {
  return `$${n.toFixed(n !== 0 && Math.abs(n) < 1 ? 4 : 2)}`;
}
