/** One run of the making of questions: what is done, what it waits for, and when it must go on in a new run. */
import {
  condition,
  defineQuery,
  defineSignal,
  setCurrentDetails,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { defaultPersonWaitSeconds, queries, signals } from '../../contracts/names.ts';
import type {
  FoundCandidates,
  MakeQuestionsInput,
  MakingProgress,
} from '../../contracts/evaluation/question-making.ts';
import type { RunFailure } from '../../contracts/run.ts';
import type { ContentId } from '../../contracts/snapshot.ts';
import { inertMarkdown } from '../../lib/printable.ts';
import { RunBudget } from '../answer-question/limits/budget.ts';
import { OpenWaits } from '../answer-question/limits/waits.ts';
import { Unavailable } from '../answer-question/failures.ts';
import { inWorkflow } from '../answer-question/paid-call.ts';
import { activitiesWithin } from '../answer-question/proxies.ts';
import type { CallerOfActivities } from '../answer-question/calls.ts';

const progressQuery = defineQuery<MakingProgress>(queries.progress);
const resumeSignal = defineSignal(signals.resume);

/** Where the input sets no limit. */
const defaultTokens = 2_000_000;
/** No limit of its own: the pool bounds it. */
const mostCalls = 10_000;
/** Events that one call in flight may still add. */
const eventsOfOne = 12;

export class Making {
  readonly input: MakeQuestionsInput;
  readonly caller: CallerOfActivities;
  found: FoundCandidates | null;
  next: number;
  phrasings: ContentId[];
  unusable: Record<string, number>;
  running = 0;
  /** A slot has failed: no other begins anything. */
  broken = false;
  /** Why no more is phrased; null while more is. */
  cut: string | null = null;
  #begun = 0;
  #resumes = 0;
  #stage: MakingProgress['stage'] = 'finding';
  #note: string | null = null;

  constructor(input: MakeQuestionsInput) {
    const { carried } = input;
    this.input = input;
    this.found = carried?.found ?? null;
    this.next = carried?.next ?? 0;
    this.phrasings = [...(carried?.phrasings ?? [])];
    this.unusable = { ...carried?.unusable };
    const { limits } = input;
    const outages = {
      pause: (milliseconds: number, why: string) => this.#during(why, sleep(milliseconds)),
      waitForPerson: (failure: RunFailure) => this.#waitForPerson(failure),
    };
    const budget = new RunBudget(budgetOf(input));
    budget.settle(carried?.usage ?? null, []);
    const waits = new OpenWaits(() => Date.now());
    const activities = activitiesWithin(limits);
    this.caller = { limits, activities, budget, waits, outages, ...inWorkflow, onSettled: () => this.say() };
    setHandler(progressQuery, () => this.progress());
    setHandler(resumeSignal, () => {
      this.#resumes += 1;
    });
  }

  get usage() {
    return this.caller.budget.usage;
  }

  say(stage: MakingProgress['stage'] = this.#stage): void {
    this.#stage = stage;
    const { done, total, note } = this.progress();
    const rows = [`**${stage}**: ${done} of ${total}`, ...(note === null ? [] : [inertMarkdown(note)])];
    setCurrentDetails(rows.join('\n\n'));
  }

  begin(): number {
    this.running += 1;
    this.#begun += 1;
    this.next += 1;
    return this.next - 1;
  }

  end(): void {
    this.running -= 1;
    this.say();
  }

  /** Never before this run has asked anything. */
  isLong(): boolean {
    const { historyLength, continueAsNewSuggested } = workflowInfo();
    const reserved = (this.running + 1) * eventsOfOne;
    return this.#begun > 0 && (historyLength + reserved >= this.input.eventLimit || continueAsNewSuggested);
  }

  carry(found: FoundCandidates): MakeQuestionsInput {
    const { next, phrasings, unusable, usage } = this;
    return { ...this.input, carried: { found, next, phrasings, unusable, usage } };
  }

  progress(): MakingProgress {
    const total = this.found?.phrase ?? 0;
    return { stage: this.#stage, note: this.#note, done: this.next - this.running, total, usage: this.usage };
  }

  async #waitForPerson(failure: RunFailure): Promise<void> {
    const before = this.#resumes;
    const seconds = this.input.limits.personWaitSeconds ?? defaultPersonWaitSeconds;
    const why = `${failure.message}; run the command again once that is mended`;
    const came = await this.#during(
      why,
      condition(() => this.#resumes > before, seconds * 1000),
    );
    if (!came) throw new Unavailable(failure);
  }

  async #during<Value>(why: string, wait: Promise<Value>): Promise<Value> {
    this.#note = why;
    this.say();
    try {
      return await wait;
    } finally {
      this.#note = null;
      this.say();
    }
  }
}

function budgetOf({ phrasing }: MakeQuestionsInput) {
  const limit = phrasing?.limit ?? null;
  const tokens = limit?.kind === 'tokens' ? limit.most : limit === null ? defaultTokens : Number.MAX_SAFE_INTEGER;
  const costUsd = limit?.kind === 'usd' ? limit.most : null;
  return { modelCalls: mostCalls, tokens, costUsd, wallClockSeconds: Number.MAX_SAFE_INTEGER };
}
