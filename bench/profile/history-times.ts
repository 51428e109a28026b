/** Where the milliseconds of runs went, from their histories: workflow tasks, activities, and what lies around them. */
import type { Client } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import { median, round } from '../support/figures.ts';

type Event = temporal.api.history.v1.IHistoryEvent;

/** Milliseconds. */
export type Step = {
  name: string;
  perQuestion: number;
  /** From being scheduled to being started, median. */
  queueMs: number;
  /** From the start to the completion, median. */
  runMs: number;
  /** Of a question, queue and run of all of them together, median of the questions' sums. */
  sumMs: number;
  inputBytes: number;
  outputBytes: number;
};

export type HistoryTimes = {
  runs: number;
  events: number;
  historyBytes: number;
  /** From the first event to the last. */
  spanMs: number;
  workflowTasks: Step;
  activities: Step[];
  /** How many of each kind of event a question has. */
  eventKinds: Record<string, number>;
};

type Piece = { run: string; name: string; queueMs: number; runMs: number; input: number; output: number };

/** @param ids of runs that have ended */
export async function readHistoryTimes(client: Client, ids: readonly string[]): Promise<HistoryTimes> {
  const [pieces, counts, sizes, spans]: [Piece[], number[], number[], number[]] = [[], [], [], []];
  const kinds = new Map<string, number>();
  for (const id of ids) {
    const handle = client.workflow.getHandle(id);
    const [{ historySize = 0 }, { events }] = [await handle.describe(), await handle.fetchHistory()];
    const all = events ?? [];
    counts.push(all.length);
    sizes.push(historySize);
    spans.push(timeOf(all.at(-1)) - timeOf(all[0]));
    for (const event of all) kinds.set(kindOf(event), (kinds.get(kindOf(event)) ?? 0) + 1);
    pieces.push(...piecesOf(id, all));
  }
  const steps = [...Map.groupBy(pieces, ({ name }) => name)].map(([name, of]) => stepOf(name, of, ids));
  const isTask = ({ name }: Step) => name === workflowTask;
  return {
    runs: ids.length,
    events: median(counts),
    historyBytes: median(sizes),
    spanMs: round(median(spans), 1),
    workflowTasks: steps.find(isTask) ?? stepOf(workflowTask, [], ids),
    activities: steps.filter((step) => !isTask(step)).toSorted((a, b) => b.sumMs - a.sumMs),
    eventKinds: Object.fromEntries([...kinds].map(([kind, count]) => [kind, round(count / ids.length)])),
  };
}

const workflowTask = 'workflow task';

function piecesOf(run: string, events: readonly Event[]): Piece[] {
  const byId = new Map(events.map((event) => [Number(event.eventId), event]));
  const at = (id: unknown): Event | undefined => byId.get(Number(id));
  return events.flatMap((event) => {
    const task = event.workflowTaskCompletedEventAttributes;
    const activity = event.activityTaskCompletedEventAttributes;
    const { scheduledEventId, startedEventId } = task ?? activity ?? {};
    if (!task && !activity) return [];
    const [scheduled, started] = [at(scheduledEventId), at(startedEventId)];
    const asked = scheduled?.activityTaskScheduledEventAttributes;
    return {
      run,
      name: asked?.activityType?.name ?? workflowTask,
      queueMs: timeOf(started) - timeOf(scheduled),
      runMs: timeOf(event) - timeOf(started),
      input: bytesOf(asked?.input),
      output: bytesOf(activity?.result),
    };
  });
}

function stepOf(name: string, pieces: readonly Piece[], ids: readonly string[]): Step {
  const of = (pick: (piece: Piece) => number) => pieces.map(pick);
  const byRun = Map.groupBy(pieces, ({ run }) => run);
  const sums = ids.map((id) => (byRun.get(id) ?? []).reduce((sum, { queueMs, runMs }) => sum + queueMs + runMs, 0));
  return {
    name,
    perQuestion: round(pieces.length / ids.length, 1),
    queueMs: round(median(of(({ queueMs }) => queueMs)), 1),
    runMs: round(median(of(({ runMs }) => runMs)), 1),
    sumMs: round(median(sums), 1),
    inputBytes: Math.round(median(of(({ input }) => input))),
    outputBytes: Math.round(median(of(({ output }) => output))),
  };
}

function timeOf(event: Event | undefined): number {
  return Number(event?.eventTime?.seconds ?? 0) * 1000 + (event?.eventTime?.nanos ?? 0) / 1e6;
}

function kindOf(event: Event): string {
  const field = Object.entries(event).find(([key, value]) => key.endsWith('EventAttributes') && value);
  return field?.[0].replace('EventAttributes', '') ?? 'unknown';
}

function bytesOf(payloads: temporal.api.common.v1.IPayloads | null | undefined): number {
  return (payloads?.payloads ?? []).reduce((sum, { data }) => sum + (data?.length ?? 0), 0);
}
