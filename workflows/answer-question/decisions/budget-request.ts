/**
 * Asks a person for more of a limit that is reached, where the pipeline says so.
 *
 * 1. One request for each limit is open at a time, however many branches have reached it.
 * 2. Whoever says no to a limit is not asked for it again in that run; a timer always says no.
 * 3. While a person is asked for more time nothing new begins; what is under way goes on to its end.
 */
import type { RaisedLimit } from '../../../contracts/decision.ts';
import { mostModelCalls } from '../../../contracts/pipeline-rules.ts';
import type { BudgetLimit, QuestionInput } from '../../../contracts/run.ts';
import type { RunBudget } from '../limits/budget.ts';
import type { MoreTime } from '../limits/clock.ts';
import { asks, type Decisions } from './decisions.ts';

/** What of a run it needs; `held`: nothing new may begin. */
type Asker = {
  input: Pick<QuestionInput, 'pipeline'>;
  budget: RunBudget;
  decisions: Decisions;
  outages: { held: boolean };
};

const words: Record<RaisedLimit, { what: string; most: number }> = {
  modelCalls: { what: 'model calls', most: mostModelCalls },
  tokens: { what: 'tokens', most: 1_000_000_000 },
  costUsd: { what: 'US dollars', most: 1_000_000 },
  wallClockSeconds: { what: 'seconds of work', most: 30 * 86_400 },
};

const giveUp = { choice: 'give-up', meaning: 'end the run as budget-spent, with the best that it has' };

export class BudgetRequests {
  readonly #run: Asker;
  readonly #open = new Map<RaisedLimit, Promise<number>>();
  readonly #denied = new Set<RaisedLimit>();

  constructor(run: Asker) {
    this.#run = run;
  }

  /** True once a person has raised the limit; null where nobody is asked. */
  moreOf(limit: BudgetLimit): Promise<boolean> | null {
    if (limit === 'history' || limit === 'wallClockSeconds') return null;
    return this.#asked(limit)?.then((amount) => amount > 0) ?? null;
  }

  /** Null where nobody is asked for more time. */
  get moreTime(): MoreTime | null {
    if (!asks(this.#run.input, 'budget')) return null;
    return async () => {
      const { outages } = this.#run;
      outages.held = true;
      try {
        return (await this.#asked('wallClockSeconds')) ?? 0;
      } finally {
        outages.held = false;
      }
    };
  }

  #asked(limit: RaisedLimit): Promise<number> | null {
    if (!asks(this.#run.input, 'budget') || this.#denied.has(limit) || this.#mostOf(limit) <= 0) return null;
    const open = this.#open.get(limit) ?? this.#ask(limit).finally(() => this.#open.delete(limit));
    this.#open.set(limit, open);
    return open;
  }

  async #ask(limit: RaisedLimit): Promise<number> {
    const { budget, decisions } = this.#run;
    const { what } = words[limit];
    const now = budget.limits[limit] ?? 0;
    const { decision, amount = 0 } = await decisions.ask({
      kind: 'budget',
      place: limit,
      asked: `the run needs more than its ${now.toLocaleString('en-US')} ${what}: may it have more?`,
      choices: [{ choice: 'grant', meaning: `raise the limit by so many ${what}`, needs: 'amount' }, giveUp],
      limit,
      most: this.#mostOf(limit),
      proceed: giveUp.choice,
      giveUp: giveUp.choice,
    });
    if (decision !== 'grant') {
      this.#denied.add(limit);
      return 0;
    }
    budget.raise(limit, amount);
    return amount;
  }

  /** By how much a limit can be raised: a history holds only so many model calls. */
  #mostOf(limit: RaisedLimit): number {
    const { most } = words[limit];
    return limit === 'modelCalls' ? most - this.#run.budget.limits.modelCalls : most;
  }
}
