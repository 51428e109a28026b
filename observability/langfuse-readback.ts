/** Reads a trace back by Langfuse's public API and says, point by point, whether it is what was sent. */
import { z } from 'zod';
import type { SentSpan, SentTrace } from '../contracts/trace.ts';
import { callLangfuse, type LangfuseSettings } from './langfuse-api.ts';

export type Check = { name: string; ok: boolean; detail: string };

const Observation = z.looseObject({
  id: z.string(),
  parentObservationId: z.string().nullish(),
  isRootObservation: z.boolean().nullish(),
  name: z.string().nullish(),
  startTime: z.string(),
  endTime: z.string().nullish(),
  environment: z.string().nullish(),
  traceName: z.string().nullish(),
  model: z.string().nullish(),
  usageDetails: z.record(z.string(), z.number()).nullish(),
  totalCost: z.number().nullish(),
});
type Observation = z.infer<typeof Observation>;
const Observations = z.looseObject({ data: z.array(Observation) });
const Scores = z.looseObject({ data: z.array(z.looseObject({ name: z.string(), value: z.unknown() })) });

/** @throws Error where the server does not answer, or has no such API: it came with Langfuse 4 */
export async function readObservations(
  settings: LangfuseSettings,
  traceId: string,
  signal?: AbortSignal,
): Promise<Observation[]> {
  const fields = 'core,basic,time,model,usage,trace_context';
  const path = `v2/observations?traceId=${traceId}&limit=100&fields=${fields}`;
  return Observations.parse(await callLangfuse(settings, path, signal === undefined ? {} : { signal })).data;
}

/** Names and values of a trace's scores. */
export async function readScores(settings: LangfuseSettings, traceId: string): Promise<Record<string, unknown>> {
  const { data } = Scores.parse(await callLangfuse(settings, `v3/scores?traceId=${traceId}`));
  return Object.fromEntries(data.map(({ name, value }) => [name, value]));
}

/** What a person wants to know of the rows that came back. */
export function compareObservations(trace: SentTrace, found: readonly Observation[]): Check[] {
  const rows = new Map(found.map((row) => [row.id, row]));
  const each = (name: string, right: (span: SentSpan, row: Observation) => boolean): Check => {
    const read = trace.spans.filter(({ id }) => rows.has(id));
    if (read.length === 0) return { name, ok: false, detail: 'no span could be read' };
    const wrong = read.filter((span) => !right(span, rows.get(span.id) as Observation));
    const detail = wrong.length === 0 ? 'as sent' : `not as sent: ${wrong.map((span) => span.name).join(', ')}`;
    return { name, ok: wrong.length === 0, detail };
  };
  const missing = trace.spans.filter(({ id }) => !rows.has(id)).map(({ name }) => name);
  const roots = found.filter(({ isRootObservation }) => isRootObservation === true);
  return [
    {
      name: 'spans',
      ok: missing.length === 0,
      detail: missing.length === 0 ? `all ${trace.spans.length} are there` : `not there: ${missing.join(', ')}`,
    },
    {
      name: 'one row each',
      ok: found.length > 0 && found.length === rows.size,
      detail: `${found.length} rows of ${rows.size} spans`,
    },
    {
      name: 'one root',
      ok: roots.length === 1 && roots[0]?.id === trace.spans.find((span) => span.parentId === null)?.id,
      detail: `${roots.length} marked as root`,
    },
    each('parents', (span, row) => (row.parentObservationId ?? null) === span.parentId),
    each('times', (span, row) => sameTime(row.startTime, span.startMs) && sameTime(row.endTime, span.endMs)),
    each('trace name', (_span, row) => row.traceName === trace.name),
    each('environment', (_span, row) => row.environment === trace.environment),
    each('model', (span, row) => span.model === null || row.model === span.model),
    each('tokens', ({ usage }, row) => usage === null || row.usageDetails?.total === tokensOf(usage)),
    each('cost', ({ usage }, row) => usage === null || row.totalCost === usage.costUsd),
  ];
}

function sameTime(text: string | null | undefined, milliseconds: number): boolean {
  return text !== null && text !== undefined && Date.parse(text) === milliseconds;
}

function tokensOf({ inputTokens, outputTokens }: { inputTokens: number; outputTokens: number }): number {
  return inputTokens + outputTokens;
}
