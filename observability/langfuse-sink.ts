/**
 * Sends traces to Langfuse 4. Its store is append-only, so each span goes out once, complete, with an id and times that
 * never change; only the root is marked as root of the application.
 */
import type { SentTrace } from '../contracts/trace.ts';
import { LangfuseError, type LangfuseSettings, postScore, projectLink, projectOf } from './langfuse-api.ts';
import { spanIdOf } from './trace-ids.ts';
import { type SendOptions, TraceRefused, type TraceSink } from './trace-sink.ts';

/** Spans in one request: with fields of 16 kB each it stays below what servers take. */
const spansInRequest = 100;

/** Statuses that say that the request itself is wrong; a key that is refused or a path that is not there is the deployment's. */
const refusals = new Set([400, 413, 415, 422]);

/** Before, Langfuse may not show yet what it was sent, and the exporter knows by itself what it has sent lately. */
const shownWithinMs = 60_000;

/** After an answer that did not name the project. Between two questions links are general, and nobody waits for them. */
const askAgainMs = 30_000;

/** @param again milliseconds until Langfuse is asked anew for its project, after an answer that did not name it */
export function createLangfuseSink(settings: LangfuseSettings, again = askAgainMs): TraceSink {
  const project = askedUntilKnown(() => projectOf(settings), again);
  return {
    kind: 'langfuse',
    async send(trace, options) {
      try {
        await sendAll(settings, trace, options);
      } catch (error) {
        if (error instanceof LangfuseError && refusals.has(error.status)) throw new TraceRefused(error.message);
        throw error;
      }
    },
    async holds({ traceId, endMs }, signal) {
      if (Date.now() - endMs < shownWithinMs) return false;
      const { readObservations } = await import('./langfuse-readback.ts');
      try {
        const found = await readObservations(settings, traceId, signal);
        return found.some(({ id }) => id === spanIdOf(traceId, 'root'));
      } catch (error) {
        // Before version 4 there is nothing to ask.
        if (error instanceof LangfuseError && error.status === 404) return false;
        throw error;
      }
    },
    linkTemplate: async () => projectLink(settings, await project()),
  };
}

async function sendAll(settings: LangfuseSettings, trace: SentTrace, { signal, sent, onSent }: SendOptions) {
  // Loaded with the first trace: a worker that sends none starts sooner without.
  const { sendSpans } = await import('./langfuse-spans.ts');
  const { spans } = trace;
  for (let from = sent; from < spans.length; from += spansInRequest) {
    signal.throwIfAborted();
    await sendSpans(settings, trace, spans.slice(from, from + spansInRequest));
    onSent(Math.min(spans.length, from + spansInRequest));
  }
  const rootId = spans.find((span) => span.parentId === null)?.id ?? null;
  const { traceId, environment } = trace;
  for (const score of trace.scores) await postScore(settings, { ...score, traceId, rootId, environment }, signal);
}

/** The first answer is waited for; where it is null, the question is put again now and then, which nobody waits for. */
function askedUntilKnown(ask: () => Promise<string | null>, againMs: number): () => Promise<string | null> {
  let [known, asking, answeredMs]: [string | null, Promise<void> | null, number | null] = [null, null, null];
  const begin = async () => {
    known = await ask();
    [asking, answeredMs] = [null, performance.now()];
  };
  return async () => {
    const due = answeredMs === null || performance.now() - answeredMs >= againMs;
    if (known === null && due) asking ??= begin();
    if (answeredMs === null) await asking;
    return known;
  };
}
