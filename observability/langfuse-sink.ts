/**
 * Sends traces to Langfuse 4. Its store is append-only, so each span goes out once, complete, with an id and times that
 * never change; only the root is marked as root of the application.
 */
import { type LangfuseSettings, postScore, projectLink } from './langfuse-api.ts';
import type { TraceSink } from './trace-sink.ts';

/** Spans in one request: with fields of 16 kB each it stays below what servers take. */
const spansInRequest = 100;

export function createLangfuseSink(settings: LangfuseSettings): TraceSink {
  let link: Promise<string | null> | null = null;
  return {
    kind: 'langfuse',
    async send(trace, { signal, sent, onSent }) {
      // Loaded with the first trace: a worker that sends none starts sooner without.
      const { sendSpans } = await import('./langfuse-spans.ts');
      const { spans } = trace;
      for (let from = sent; from < spans.length; from += spansInRequest) {
        signal.throwIfAborted();
        await sendSpans(settings, trace, spans.slice(from, from + spansInRequest));
        onSent(Math.min(spans.length, from + spansInRequest));
      }
      const rootId = spans.find((span) => span.parentId === null)?.id ?? null;
      for (const score of trace.scores) await postScore(settings, { ...score, traceId: trace.traceId, rootId }, signal);
    },
    linkTemplate() {
      link ??= projectLink(settings);
      return link;
    },
  };
}
