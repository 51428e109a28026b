/** One run: its state, its budget, its clock, and what the outside sees of it while it goes on. */
import { defineSearchAttributeKey } from '@temporalio/common';
import {
  condition,
  defineQuery,
  defineSignal,
  metricMeter,
  setCurrentDetails,
  setHandler,
  sleep,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { ActivityResult, SpanScope } from '../../contracts/trace.ts';
import type { Payment } from '../../contracts/agent-calls.ts';
import type { AnswerOutcome, AnswerState, QuestionInput, RunFailure, RunProgress } from '../../contracts/run.ts';
import type { SnapshotRef } from '../../contracts/snapshot.ts';
import type { Branch } from './branch.ts';
import { defaultPersonWaitSeconds } from '../../contracts/names.ts';
import { callsWithin, untilAnswered, type Waits } from './calls.ts';
import { noUsage } from '../../contracts/usage-sum.ts';
import { givenUp, Unavailable } from './failures.ts';
import { BudgetSpent, RunBudget } from './budget.ts';
import { paidCall, type PaidResult, type Payer } from './paid-call.ts';
import { OpenWaits } from './waits.ts';
import { detailsOf } from './ui.ts';

export const stateQuery = defineQuery<RunProgress>('state');
export const retrySignal = defineSignal('retry');

const attributes = {
  SwitchyardRoute: defineSearchAttributeKey('SwitchyardRoute', 'KEYWORD'),
  SwitchyardOutcome: defineSearchAttributeKey('SwitchyardOutcome', 'KEYWORD'),
};
const retryCountAttribute = defineSearchAttributeKey('SwitchyardRetryCount', 'INT');

type Stage = RunProgress['stage'];

export class Run {
  readonly input: QuestionInput;
  readonly state: AnswerState;
  readonly budget: RunBudget;
  readonly calls: ReturnType<typeof callsWithin>;
  /** What the server takes; known once the repository is open. */
  searchAttributes: readonly string[] = [];
  #stage: Stage = 'opening';
  #doing = 'opening the repository';
  #retries = 0;
  readonly #calling: Waits;
  /** What its branches wait for. */
  readonly waits = new OpenWaits(() => Date.now());

  constructor(input: QuestionInput) {
    this.input = input;
    this.budget = new RunBudget(input.pipeline.budget);
    this.calls = callsWithin(input.limits, input.activityQueue);
    this.state = beginning(input);
    this.#calling = {
      begin: () => this.waits.open({ kind: 'call' }),
      settle: (usage, spans, call) => {
        this.budget.settle(usage, spans, call);
        this.state.usage = this.budget.usage;
        for (const { model, name } of spans)
          if (model !== undefined) this.state.models[name.replace(/-llm$/, '')] = model;
        this.#show();
      },
      pause: (milliseconds, why) => this.#pause(milliseconds, why),
      waitForPerson: (failure) => this.#waitForPerson(failure),
    };
    setHandler(stateQuery, () => this.progress());
    setHandler(retrySignal, () => {
      this.#retries += 1;
    });
  }

  get snapshot(): SnapshotRef {
    if (this.state.snapshot === null) throw new Error('the repository is not open yet');
    const { id, repositoryKey, url } = this.state.snapshot;
    return { id, repositoryKey, url };
  }

  /**
   * A model call: granted what it may use before it is made.
   * @param branch that waits for it as its own; none: the call stands beside the branches that are open
   * @throws BudgetSpent, also when what is left of the budget leaves no room for the call; Unavailable
   */
  async paid<Result>(
    scope: SpanScope,
    call: (payment: Payment) => PaidResult<Result>,
    branch: Branch | null = null,
  ): Promise<Result> {
    return paidCall(this.#payer, { ...this.#about(scope), branch }, call);
  }

  /** A model call that the run can do without: where it fails, or the budget has no room for it, `why` says so at once. */
  async paidOrNot<Result>(
    scope: SpanScope,
    call: (payment: Payment) => PaidResult<Result>,
  ): Promise<{ result: Result } | { result: null; why: string }> {
    try {
      return { result: await paidCall(this.#payer, { ...this.#about(scope), branch: null, optional: true }, call) };
    } catch (error) {
      if (error instanceof BudgetSpent) return { result: null, why: error.message };
      if (error instanceof Unavailable) return { result: null, why: `${error.failure.kind}: ${error.message}` };
      throw error;
    }
  }

  get #payer(): Payer {
    return { budget: this.budget, waits: this.#calling, until: condition };
  }

  #about(scope: SpanScope) {
    return { scope, requirePrice: this.input.pipeline.budget.costUsd !== null };
  }

  /** Any other activity. @throws Unavailable */
  async unpaid<Result>(call: () => Promise<ActivityResult<Result>>): Promise<Result> {
    return untilAnswered(this.#calling, call);
  }

  /** Says what the run does now: to the `state` query and to the Web UI. */
  say(stage: Stage, doing: string): void {
    this.#stage = stage;
    this.#doing = doing;
    this.#show();
  }

  #show(): void {
    setCurrentDetails(detailsOf(this.progress()));
  }

  /** Notes what the run turned out to be in the server's search attributes, as far as the server knows them. */
  note(facts: Partial<Record<keyof typeof attributes, string>>, retryCount?: number): void {
    const known = Object.entries(facts).filter(([name]) => this.searchAttributes.includes(name));
    const pairs = known.map(([name, value]) => ({ key: attributes[name as keyof typeof attributes], value }));
    const count =
      retryCount !== undefined && this.searchAttributes.includes('SwitchyardRetryCount')
        ? [{ key: retryCountAttribute, value: retryCount }]
        : [];
    if (pairs.length + count.length > 0) upsertSearchAttributes([...pairs, ...count]);
  }

  finish(outcome: AnswerOutcome): AnswerOutcome {
    this.say('finished', outcome.kind);
    this.note({ SwitchyardOutcome: outcome.kind }, this.state.retry_count);
    const tags = { pipeline: this.state.pipeline, route: this.state.route ?? 'none' };
    metricMeter.createCounter('switchyard_answers').add(1, { ...tags, outcome: outcome.kind });
    metricMeter.createCounter('switchyard_quality_retries').add(this.state.retry_count, tags);
    return outcome;
  }

  progress(): RunProgress {
    const { message, waitingFor } = this.waits;
    const waits = message !== null && this.#stage !== 'finished';
    const shown = waits ? { stage: 'waiting' as const, doing: message } : { stage: this.#stage, doing: this.#doing };
    return { ...shown, waitingFor, state: this.state };
  }

  async #pause(milliseconds: number, why: string): Promise<void> {
    const message = `the provider asks to wait ${Math.ceil(milliseconds / 1000)} s: ${why}`;
    const close = this.waits.open({ kind: 'provider', message });
    this.#show();
    try {
      await sleep(milliseconds, { summary: 'as long as the provider asks' });
    } finally {
      close();
      this.#show();
    }
  }

  /** @throws Unavailable once the run has waited for people as long as it may */
  async #waitForPerson(failure: RunFailure): Promise<void> {
    const { waits } = this;
    const limitSeconds = this.input.limits.personWaitSeconds ?? defaultPersonWaitSeconds;
    const leftMs = Math.max(1, limitSeconds * 1000 - waits.personMs);
    const retries = this.#retries;
    const first = waits.waitingFor === null;
    const message = `${failure.message}; once that is fixed: switchyard runs retry`;
    const close = waits.open({ kind: 'person', message, failure });
    this.#show();
    if (first) this.note({ SwitchyardOutcome: 'waiting' });
    let resumed: boolean;
    try {
      resumed = await condition(() => this.#retries > retries, leftMs);
    } finally {
      close();
      this.#show();
    }
    if (waits.waitingFor === null) this.note({ SwitchyardOutcome: 'running' });
    if (!resumed) throw new Unavailable(givenUp(failure, limitSeconds));
  }
}

/** The state of a question that nothing has been done for. */
export function beginning(input: QuestionInput): AnswerState {
  return {
    question: input.question,
    pipeline: input.pipeline.name,
    snapshot: null,
    route: null,
    routing: null,
    routes_run: [],
    specialist_output: [],
    evidence: [],
    tools_called: [],
    final_answer: null,
    confidence: null,
    retry_count: 0,
    gaps: [],
    superseded: [],
    usage: noUsage,
    models: {},
    trace_link: null,
  };
}
