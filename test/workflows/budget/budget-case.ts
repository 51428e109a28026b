import type { Usage } from '../../../contracts/chat.ts';
import { noUsage } from '../../../contracts/usage-sum.ts';
import { BudgetSpent, type Call, type RunBudget } from '../../../workflows/answer-question/limits/budget.ts';

export const used = (tokens: number, costUsd: number | null = 0): Usage => ({
  ...noUsage,
  modelCalls: 1,
  inputTokens: Math.floor(tokens / 2),
  outputTokens: Math.ceil(tokens / 2),
  costUsd,
});

export const spentOf = (limit: string) => (error: unknown) => error instanceof BudgetSpent && error.limit === limit;

export function begun(budget: RunBudget, call: Call = budget.call(null)): Call {
  budget.begin(call);
  return call;
}
