/** Counts what a run has spent against its budget, retries and fan-out included. */
import type { SpanRecord } from '../contracts/span.ts';
import type { BudgetLimit } from '../contracts/outcome.ts';
import type { Budget } from '../contracts/pipeline-spec.ts';
import type { Usage } from '../contracts/usage.ts';
import { addUsage, noUsage } from '../contracts/usage-sum.ts';

/** Thrown before a call that the budget does not allow. */
export class BudgetSpent extends Error {
  readonly limit: BudgetLimit;
  constructor(limit: BudgetLimit) {
    super(`the budget's ${limit} is spent`);
    this.limit = limit;
  }
}

/** From this share of the tokens or the money on, specialists are told to answer with what they have. */
const lastStretch = 0.85;

export class Ledger {
  readonly budget: Budget;
  usage: Usage = noUsage;
  /** Calls begun, whether or not they came back. */
  #begun = 0;

  constructor(budget: Budget) {
    this.budget = budget;
  }

  /** Reserves one model call and returns its number, from 1. @throws BudgetSpent when a limit is reached. */
  reserve(): number {
    if (this.#begun >= this.budget.modelCalls) throw new BudgetSpent('modelCalls');
    if (this.#tokens() >= this.budget.tokens) throw new BudgetSpent('tokens');
    if (this.budget.costUsd !== null && (this.usage.costUsd ?? 0) >= this.budget.costUsd)
      throw new BudgetSpent('costUsd');
    this.#begun += 1;
    return this.#begun;
  }

  /** Adds what a finished call cost, and what its failed attempts did. */
  settle(usage: Usage | null, spans: readonly SpanRecord[]): void {
    const failed = spans.filter((span) => span.level === 'ERROR').flatMap((span) => span.usage ?? []);
    for (const spent of [...(usage === null ? [] : [usage]), ...failed]) this.usage = addUsage(this.usage, spent);
  }

  /** True when the next call should be the last of its kind: `calls` model calls must remain for the rest of the run. */
  nearlySpent(calls: number): boolean {
    if (this.budget.modelCalls - this.#begun <= calls) return true;
    if (this.#tokens() >= lastStretch * this.budget.tokens) return true;
    return this.budget.costUsd !== null && (this.usage.costUsd ?? 0) >= lastStretch * this.budget.costUsd;
  }

  #tokens(): number {
    return this.usage.inputTokens + this.usage.outputTokens;
  }
}
