/** What an exporter of traces knows: which runs wait, which are being sent, and when the next may be begun. */
import { inertMarkdown } from '../../lib/printable.ts';
import type {
  AsideExport,
  ExporterEnding,
  ExporterInput,
  ExporterState,
  ExportInput,
  WaitingExport,
} from '../../contracts/trace.ts';

/** Why an export has failed. */
export type Trouble = {
  reason: string;
  /** Spans that have arrived all the same. */
  sent: number;
  /** No further try can mend it. */
  forGood: boolean;
  /** What would most likely fail for other runs, too: where traces go does not answer. */
  ofOthers: boolean;
};

/** Batches side by side, and runs of a batch, which are sent one after the other. */
const [atOnce, runsOfBatch] = [8, 20];
/** A batch that is not full is begun so long after the batch before; workers gather, too, what they signal. */
const betweenBatchesMs = 1_000;
/** Tries of one run go on for so long. */
const triesForMs = 7 * 24 * 3600 * 1000;
/** Between tries while where traces go is away: from the first to the longest. */
const away = { firstMs: 15_000, mostMs: 5 * 60_000 };
/** Between tries of one run that failed, and of one that had not ended. */
const ofOneRun = { firstMs: 15_000, mostMs: 10 * 60_000 };
const ofOneThatGoesOn = { ...ofOneRun, firstMs: 1_000 };
/** Ids that are carried to the next execution: some 200 kB. */
const most = { waiting: 1500, lately: 200, aside: 50 };

/** What an exporter lives in. */
export type Surroundings = {
  nowMs(): number;
  /** Whether the history asks to be continued. */
  isLong(): boolean;
  /** Shown in the Web UI, as Markdown. */
  tell(details: string): void;
};

export class TraceExporter {
  readonly #input: ExporterInput;
  readonly #in: Surroundings;
  #waiting: WaitingExport[];
  readonly #sending = new Map<string, WaitingExport>();
  #batches = 0;
  /** Run ids, in the order of their end. */
  readonly #lately: Set<string>;
  #aside: AsideExport[];
  #sent: number;
  #begun = 0;
  #problem: string | null = null;
  /** Failures in a row of what others would meet, too. */
  #failures = 0;
  #awayUntilMs = 0;
  #gatherUntilMs = 0;
  #lastMs: number;

  constructor(input: ExporterInput, surroundings: Surroundings) {
    this.#input = input;
    this.#in = surroundings;
    this.#lastMs = surroundings.nowMs();
    this.#waiting = [...input.waiting];
    this.#lately = new Set(input.lately);
    this.#aside = input.aside;
    this.#sent = input.sent;
  }

  /** Anybody may send a signal; a run that is known is taken once. */
  take(runs: unknown): void {
    for (const run of Array.isArray(runs) ? runs : []) {
      const { workflowId, runId } = (run ?? {}) as Partial<ExportInput>;
      if (!isId(workflowId) || !isId(runId)) continue;
      if (this.#knows(runId)) this.#hurry(runId);
      else this.#waiting.push({ workflowId, runId });
    }
    this.#tell();
  }

  /** The runs whose traces are to be sent now; null where there are none, or no room. */
  next(): WaitingExport[] | null {
    if (!this.mayStart()) return null;
    const room = this.#failures > 0 ? 1 : Math.min(runsOfBatch, this.#input.runsOfExecution - this.#begun);
    const batch = this.#due().slice(0, room);
    this.#waiting = this.#waiting.filter((run) => !batch.includes(run));
    this.#begun += batch.length;
    this.#batches += 1;
    this.#gatherUntilMs = this.#in.nowMs() + betweenBatchesMs;
    for (const run of batch) this.#sending.set(run.runId, run);
    this.#tell();
    return batch;
  }

  /** While where traces go is away, one run at a time finds out whether it is back. */
  mayStart(): boolean {
    const [nowMs, due] = [this.#in.nowMs(), this.#due().length];
    const room = this.#failures > 0 ? 1 : atOnce;
    if (this.#isLong() || this.#batches >= room || nowMs < this.#awayUntilMs) return false;
    return due >= runsOfBatch || (due > 0 && nowMs >= this.#gatherUntilMs);
  }

  /** Milliseconds until something may be begun that only the clock holds up; null: nothing is. */
  msUntilNext(): number | null {
    if (this.#waiting.length === 0 || this.#isLong()) return null;
    const dueMs = this.#waiting.reduce((least, { failed }) => Math.min(least, failed?.nextMs ?? 0), Infinity);
    const waitMs = Math.max(dueMs, this.#awayUntilMs, this.#gatherUntilMs) - this.#in.nowMs();
    return waitMs > 0 ? waitMs : null;
  }

  /** To be called once all runs of a batch are done or have failed. */
  batchOver(): void {
    this.#batches -= 1;
  }

  done({ runId }: WaitingExport): void {
    this.#end(runId);
    this.#sent += 1;
    this.#failures = 0;
    this.#problem = null;
    this.#remember(runId);
    this.#tell();
  }

  failed({ workflowId, runId, failed }: WaitingExport, { reason, ...trouble }: Trouble): 'later' | 'aside' {
    this.#end(runId);
    const nowMs = this.#in.nowMs();
    const [times, sinceMs] = [(failed?.times ?? 0) + 1, failed?.sinceMs ?? nowMs];
    const aside = trouble.forGood || nowMs - sinceMs > triesForMs;
    if (aside) {
      this.#aside = [...this.#aside, { workflowId, runId, reason: reason.slice(0, 300) }].slice(-most.aside);
      this.#remember(runId);
    } else {
      const sent = Math.max(failed?.sent ?? 0, trouble.sent);
      const nextMs = nowMs + delay(trouble.ofOthers ? ofOneRun : ofOneThatGoesOn, times);
      this.#waiting.push({ workflowId, runId, failed: { sent, times, sinceMs, nextMs } });
      if (trouble.ofOthers) this.#rest(reason);
    }
    this.#tell();
    return aside ? 'aside' : 'later';
  }

  idleForLong(): boolean {
    return this.#isIdle() && this.#in.nowMs() >= this.#lastMs + this.#input.idleSeconds * 1000;
  }

  /** At the earliest. */
  msUntilIdleForLong(): number {
    const sinceMs = this.#isIdle() ? this.#lastMs : this.#in.nowMs();
    return Math.max(1, sinceMs + this.#input.idleSeconds * 1000 - this.#in.nowMs());
  }

  /** What is being sent is waited for, so that none of it is sent twice. */
  mustContinue(): boolean {
    return this.#isLong() && this.#batches === 0;
  }

  /** Runs beyond what one execution carries, in parts of that size: the oldest, which have waited longest. */
  surplus(): WaitingExport[][] {
    const parts: WaitingExport[][] = [];
    while (this.#waiting.length > most.waiting) parts.push(this.#waiting.splice(0, most.waiting));
    return parts;
  }

  carry(): ExporterInput {
    const [waiting, aside, sent] = [this.#waiting, this.#aside, this.#sent];
    return { ...this.#input, waiting, lately: [...this.#lately].slice(-most.lately), aside, sent };
  }

  state(): ExporterState {
    const sending = [...this.#sending.values()].map(({ workflowId, runId }) => ({ workflowId, runId }));
    return { sending, waiting: this.#waiting, aside: this.#aside, sent: this.#sent, problem: this.#problem };
  }

  ending(): ExporterEnding {
    return { sent: this.#sent, aside: this.#aside };
  }

  #isIdle = (): boolean => this.#waiting.length === 0 && this.#sending.size === 0;

  #isLong(): boolean {
    return this.#begun >= this.#input.runsOfExecution || this.#in.isLong();
  }

  #knows(runId: string): boolean {
    return (
      this.#lately.has(runId) || this.#sending.has(runId) || this.#waiting.some((waiting) => waiting.runId === runId)
    );
  }

  /** Those that have not failed come first: one that fails alone holds up none of them. */
  #due(): WaitingExport[] {
    const nowMs = this.#in.nowMs();
    const fresh = this.#waiting.filter(({ failed }) => failed === undefined);
    return [...fresh, ...this.#waiting.filter(({ failed }) => failed !== undefined && failed.nextMs <= nowMs)];
  }

  /** A run that is handed over again has ended only now: it was early before, and need not wait. */
  #hurry(runId: string): void {
    const nextMs = this.#in.nowMs();
    this.#waiting = this.#waiting.map((run) =>
      run.runId === runId && run.failed !== undefined ? { ...run, failed: { ...run.failed, nextMs } } : run,
    );
  }

  #end(runId: string): void {
    this.#sending.delete(runId);
    this.#lastMs = this.#in.nowMs();
  }

  #remember(runId: string): void {
    this.#lately.delete(runId);
    this.#lately.add(runId);
  }

  /** Several that were on their way when it went away count once. */
  #rest(reason: string): void {
    this.#problem = reason.slice(0, 300);
    if (this.#in.nowMs() < this.#awayUntilMs) return;
    this.#failures += 1;
    this.#awayUntilMs = this.#in.nowMs() + delay(away, this.#failures);
  }

  #tell(): void {
    const counts = `**sent** ${this.#sent}, **being sent** ${this.#sending.size}, **waiting** ${this.#waiting.length}`;
    const rows = [
      ...[counts, ...(this.#problem === null ? [] : [`**last problem** ${inertMarkdown(this.#problem)}`])],
      ...this.#aside.map((run) => `**put aside** ${inertMarkdown(`${run.workflowId} (${run.runId}): ${run.reason}`)}`),
    ];
    this.#in.tell(rows.join('\n\n'));
  }
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 1000;
}

/** Twice as long each time. */
function delay({ firstMs, mostMs }: { firstMs: number; mostMs: number }, times: number): number {
  return Math.min(mostMs, firstMs * 2 ** Math.min(times - 1, 20));
}
