/** One run of a benchmark's workflow: what is counted, what the outside sees of it, and when it must not go on. */
import { defineQuery, defineSignal, setCurrentDetails, setHandler, workflowInfo } from '@temporalio/workflow';
import type {
  BenchmarkVariant,
  BenchmarkEnding,
  BenchmarkInput,
  BenchmarkProgress,
  BenchmarkTally,
  BenchmarkTrial,
  OpenedBenchmark,
  RecordedAnswer,
} from '../../contracts/benchmark.ts';
import { queries, signals } from '../../contracts/names.ts';
import { inertMarkdown } from '../../lib/printable.ts';
import { addUsage, noUsage, paidOf } from '../../contracts/usage-sum.ts';

export const progressQuery = defineQuery<BenchmarkProgress>(queries.progress);
export const pauseSignal = defineSignal(signals.pause);
export const resumeSignal = defineSignal(signals.resume);

/** Events that one run in the window may still add: its child, its record, its score, a task after each. */
const eventsOfOne = 18;
/** Far below the server's 50 MB: every child's input and outcome are in here. */
const mostBytes = 8_000_000;

/** When nothing begins or ends for so long, nobody was at work: no time is counted. */
const awayMs = 1_800_000;

type Recorded = Extract<RecordedAnswer, { kind: 'recorded' }>;

export class BenchmarkRun {
  readonly input: BenchmarkInput;
  readonly id: string;
  dataset = '';
  datasetId: string | null;
  tally: BenchmarkTally = { arms: {}, failed: 0, usage: noUsage, rateLimited: 0 };
  cursor: number;
  paused: boolean;
  running = 0;
  /** Answers whose scores are on their way. */
  scoring = 0;
  resumes = 0;
  /** It was paused, and nobody came: it ends, and can be resumed like one that was cancelled. */
  abandoned = false;
  /** An answer could not be recorded, and nobody came: the next try of the benchmark records it. */
  hasUnrecorded = false;
  #begun = 0;
  #variants = new Map<string, BenchmarkVariant>();
  #total = 0;
  #state: BenchmarkProgress['state'] = 'opening';
  #note: string | null = null;
  #activeMs: number;
  #doneInIt: number;
  #sinceMs = Date.now();

  constructor(input: BenchmarkInput) {
    const { carried } = input;
    this.input = input;
    this.id = input.scheduled ? workflowInfo().workflowId : input.id;
    this.datasetId = carried?.datasetId ?? null;
    this.cursor = carried?.cursor ?? 0;
    this.paused = carried?.paused ?? false;
    this.#activeMs = carried?.activeMs ?? 0;
    this.#doneInIt = carried?.doneInIt ?? 0;
    setHandler(progressQuery, () => this.progress());
    setHandler(pauseSignal, () => this.pause(null));
    setHandler(resumeSignal, () => this.resume());
  }

  opened({ arms, runs, tally, dataset }: OpenedBenchmark): void {
    this.#variants = new Map(arms.map((variant) => [variant.name, variant]));
    this.#total = runs;
    this.tally = this.input.carried?.tally ?? tally;
    this.dataset = dataset;
    this.#say('running');
  }

  variant({ arm: variant }: Pick<BenchmarkTrial, 'arm'>): BenchmarkVariant {
    const found = this.#variants.get(variant);
    if (found === undefined) throw new Error(`the benchmark has no variant ${variant}`);
    return found;
  }

  get done(): number {
    return Object.values(this.tally.arms).reduce((sum, { done }) => sum + done, 0);
  }

  /** Nothing new is asked; what runs goes on. */
  pause(why: string | null): void {
    this.#keepTime();
    this.paused = true;
    this.#note = why;
    this.#say(this.#state);
  }

  resume(): void {
    this.#keepTime();
    this.paused = false;
    this.#note = null;
    this.resumes += 1;
    this.#say(this.#state);
  }

  abandon(): void {
    this.abandoned = true;
    this.#note = 'nobody resumed it in time';
    this.#say(this.#state);
  }

  begin({ at }: BenchmarkTrial): void {
    this.#keepTime();
    this.running += 1;
    this.#begun += 1;
    this.cursor = at + 1;
    this.#say('running');
  }

  count({ arm: variant }: BenchmarkTrial, { right, failed, usage, rateLimited }: Recorded): void {
    const before = this.tally.arms[variant] ?? { done: 0, graded: 0, right: 0 };
    this.tally.arms[variant] = {
      done: before.done + 1,
      graded: before.graded + (right === null ? 0 : 1),
      right: before.right + (right === true ? 1 : 0),
    };
    this.tally.failed += failed ? 1 : 0;
    this.tally.rateLimited += rateLimited;
    if (usage !== null) this.tally.usage = addUsage(this.tally.usage, usage);
    this.#doneInIt += 1;
  }

  end(): void {
    this.#keepTime();
    this.running -= 1;
    this.#say(this.#state);
  }

  /** Whether one more may be begun now: there is room, and its likely cost and that of what runs are within the limit. */
  mayBegin(): boolean {
    if (this.paused || this.running >= this.input.concurrency) return false;
    return this.running === 0 || this.#affordable();
  }

  /** True once even a single run more would likely pass the limit. */
  limitReached(): boolean {
    return this.running === 0 && !this.#affordable();
  }

  /** True once what follows belongs in a new run of this workflow; never before this one has asked anything. */
  isLong(): boolean {
    const { historyLength, historySize, continueAsNewSuggested } = workflowInfo();
    const reserved = (this.running + 1) * eventsOfOne;
    const long = historyLength + reserved >= this.input.eventLimit || historySize > mostBytes;
    return this.#begun > 0 && (long || continueAsNewSuggested);
  }

  finishing(): void {
    this.#say('finishing');
  }

  carry(): BenchmarkInput {
    this.#keepTime();
    const { cursor, tally, paused, datasetId } = this;
    const continuations = (this.input.carried?.continuations ?? 0) + 1;
    const times = { activeMs: this.#activeMs, doneInIt: this.#doneInIt };
    return { ...this.input, carried: { cursor, tally, paused, datasetId, continuations, ...times } };
  }

  ending(kind: BenchmarkEnding['kind']): BenchmarkEnding {
    this.#keepTime();
    this.#say('finished');
    return { kind, progress: this.progress() };
  }

  progress(): BenchmarkProgress {
    const { done, running, tally, paused } = this;
    const activeMs = this.#activeMs + (paused || this.#state === 'finished' ? 0 : Date.now() - this.#sinceMs);
    return {
      state: paused && this.#state === 'running' ? 'paused' : this.#state,
      note: this.#note,
      total: this.#total,
      done,
      running,
      tally,
      limit: this.input.limit,
      activeMs,
      leftMs: this.#doneInIt === 0 ? null : (activeMs / this.#doneInIt) * Math.max(0, this.#total - done),
    };
  }

  /** Before anything is known of a run's cost, one alone is tried. */
  #affordable(): boolean {
    const { limit } = this.input;
    if (limit === null) return true;
    if (this.done === 0) return this.running === 0;
    const { costUsd, tokens } = paidOf(this.tally.usage);
    const spent = limit.kind === 'usd' ? (costUsd ?? Number.POSITIVE_INFINITY) : tokens;
    return spent + (spent / this.done) * (this.running + 1) <= limit.most;
  }

  #keepTime(): void {
    const gapMs = Date.now() - this.#sinceMs;
    if (!this.paused && gapMs < awayMs) this.#activeMs += gapMs;
    this.#sinceMs = Date.now();
  }

  #say(state: BenchmarkProgress['state']): void {
    this.#state = state;
    setCurrentDetails(benchmarkDetails(this.progress()));
  }
}

// A benchmark in words, for people who watch it in the Temporal Web UI.

/** Markdown for the workflow's current details. */
function benchmarkDetails({ state, note, total, done, running, tally, leftMs }: BenchmarkProgress): string {
  const { usage, failed, rateLimited } = tally;
  const { modelCalls, tokens, costUsd } = paidOf(usage);
  const cost = costUsd === null ? 'unknown' : `$${costUsd.toFixed(4)}`;
  const reused = usage.reused === undefined ? '' : `; ${usage.reused.modelCalls} replies of earlier benchmarks`;
  const variants = Object.entries(tally.arms).map(
    ([variant, { graded, right }]) => `${variant} ${right} of ${graded} right`,
  );
  const rows = [
    `**${state}**: ${done} of ${total} done, ${running} running, ${failed} failed${note === null ? '' : `; ${inertMarkdown(note)}`}`,
    variants.length === 0 ? null : `**so far**: ${variants.join(', ')}`,
    `**spent**: ${modelCalls} model calls, ${tokens} tokens, cost ${cost}${reused}`,
    `**429s**: ${rateLimited}`,
    leftMs === null ? null : `**time left**: about ${Math.ceil(leftMs / 60_000)} min`,
  ];
  return rows.filter((row) => row !== null).join('\n\n');
}
