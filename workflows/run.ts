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
import type { ActivityResult } from '../contracts/activity-result.ts';
import type { Payment } from '../contracts/agent-calls.ts';
import type { AnswerOutcome, AnswerState, RunFailure } from '../contracts/outcome.ts';
import type { QuestionInput, RunProgress } from '../contracts/question.ts';
import type { SnapshotRef } from '../contracts/snapshot.ts';
import type { SpanScope } from '../contracts/span.ts';
import { answeredAtOnce, callsWithin, untilAnswered, type Waits } from './calls.ts';
import { noUsage } from '../contracts/usage-sum.ts';
import { Unavailable } from './failure-reading.ts';
import { BudgetSpent, Ledger } from './ledger.ts';
import { detailsOf } from './story.ts';

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
  readonly ledger: Ledger;
  readonly calls: ReturnType<typeof callsWithin>;
  /** What the server takes; known once the repository is open. */
  searchAttributes: readonly string[] = [];
  #stage: Stage = 'opening';
  #doing = 'opening the repository';
  #waitingFor: RunFailure | null = null;
  #retries = 0;
  readonly #waits: Waits;
  /** Time that the clock does not count: waiting for a person. */
  freeMs = 0;
  lastProgressMs = Date.now();

  constructor(input: QuestionInput) {
    this.input = input;
    this.ledger = new Ledger(input.pipeline.budget);
    this.calls = callsWithin(input.limits, input.activityQueue);
    this.state = beginning(input);
    this.#waits = {
      settle: (usage, spans) => {
        this.ledger.settle(usage, spans);
        this.state.usage = this.ledger.usage;
        this.lastProgressMs = Date.now();
        for (const { model, name } of spans)
          if (model !== undefined) this.state.models[name.replace(/-llm$/, '')] = model;
        this.say(this.#stage, this.#doing);
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

  /** A model call: reserved in the budget before it is made. @throws BudgetSpent, Unavailable */
  async paid<Result>(
    scope: SpanScope,
    call: (payment: Payment) => Promise<ActivityResult<Result>>,
    answered: typeof untilAnswered = untilAnswered,
  ): Promise<Result> {
    const key = `call-${this.ledger.reserve()}`;
    const payment = { key, requirePrice: this.input.pipeline.budget.costUsd !== null, scope };
    return answered(this.#waits, () => call(payment));
  }

  /** A model call that the run can do without: where it fails, or the budget is spent, `why` says so at once. */
  async paidOrNot<Result>(
    scope: SpanScope,
    call: (payment: Payment) => Promise<ActivityResult<Result>>,
  ): Promise<{ result: Result } | { result: null; why: string }> {
    try {
      return { result: await this.paid(scope, call, answeredAtOnce) };
    } catch (error) {
      if (error instanceof BudgetSpent) return { result: null, why: error.message };
      if (error instanceof Unavailable) return { result: null, why: `${error.failure.kind}: ${error.message}` };
      throw error;
    }
  }

  /** Any other activity. @throws Unavailable */
  async unpaid<Result>(call: () => Promise<ActivityResult<Result>>): Promise<Result> {
    return untilAnswered(this.#waits, call);
  }

  /** Says what the run does now: to the `state` query and to the Web UI. */
  say(stage: Stage, doing: string): void {
    this.#stage = stage;
    this.#doing = doing;
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
    return { stage: this.#stage, doing: this.#doing, waitingFor: this.#waitingFor, state: this.state };
  }

  async #pause(milliseconds: number, why: string): Promise<void> {
    const before = this.progress();
    this.say('waiting', `the provider asks to wait ${Math.ceil(milliseconds / 1000)} s: ${why}`);
    await sleep(milliseconds, { summary: 'as long as the provider asks' });
    this.say(before.stage, before.doing);
  }

  async #waitForPerson(failure: RunFailure): Promise<void> {
    const before = this.progress();
    const [sinceMs, retries] = [Date.now(), this.#retries];
    this.#waitingFor = failure;
    this.say('waiting', `${failure.message}; once that is mended: switchyard runs retry`);
    this.note({ SwitchyardOutcome: 'waiting' });
    await condition(() => this.#retries > retries);
    this.#waitingFor = null;
    this.freeMs += Date.now() - sinceMs;
    this.note({ SwitchyardOutcome: 'running' });
    this.say(before.stage, before.doing);
  }

  get waiting(): boolean {
    return this.#waitingFor !== null;
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
