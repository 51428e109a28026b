/** The context of an activity without Temporal: nothing cancels it, and its parts are run as they come. */
import type { ActivityContext } from '../../activities/context.ts';
import type { DoneOnTheWay, SpanRecord } from '../../contracts/trace.ts';
import { noUsage } from '../../contracts/usage-sum.ts';

export type TestContext = ActivityContext & { done: DoneOnTheWay; spans: SpanRecord[]; notes: Partial<SpanRecord>[] };

export function activityContext(more: Partial<ActivityContext> = {}): TestContext {
  const [done, spans, notes]: [DoneOnTheWay, SpanRecord[], Partial<SpanRecord>[]] = [{}, [], []];
  const { signal = new AbortController().signal } = more;
  return {
    ...{ done, spans, notes, signal, spent: noUsage, run: { workflowId: 'w', runId: 'r' } },
    attempt: [1, 1],
    earlier: { failures: 0, lost: 0 },
    tell: async () => {},
    note: (known) => void notes.push(known),
    part: async (about, work) => {
      const { value, span: told = {} } = await work(signal);
      const span = { startMs: 0, endMs: 1, attempt: 1, level: 'DEFAULT' as const, ...about, ...told };
      spans.push(span);
      return { value, span };
    },
    keep: (also, others = []) => {
      Object.assign(done, also);
      spans.push(...others.filter(({ key }) => spans.every((there) => there.key !== key)));
    },
    ...more,
  };
}
