/**
 * What a run does while it goes on, as server-sent events, each with one JSON object: `part` replaces the inside of an
 * element, `draft` tells a draft from a place in its text on, `end` has what the page shows from then on, `problem` says why
 * nothing more comes. The stream is the page's alone and no interface: programs have `/v1` and `/mcp`.
 */
import { typedError } from '../../../application/errors.ts';
import { findRun, isOpen } from '../../../application/runs/find-run.ts';
import { type WatchEvent, withDrafts } from '../../../application/runs/watch-drafts.ts';
import { watchRun } from '../../../application/runs/watch-run.ts';
import { draftName, elsewhereText } from '../../../application/words/draft-words.ts';
import { dataPaths } from '../../../config/data-paths.ts';
import type { AnswerOutcome } from '../../../contracts/run.ts';
import type { Html } from '../../../lib/html.ts';
import { versionOf } from '../html/decision-html.ts';
import { requestsHtml, stageHtml } from '../html/run-html.ts';
import { html } from '../../../lib/html.ts';
import type { PageHandler } from '../page-parts.ts';
import { endedRunBody } from './runs.ts';

/** So that nothing between here and the browser takes the connection for dead. */
const beatMs = 15_000;

export const runEvents: PageHandler = async (_request, { params: { id = '' }, signal }, parts) => {
  const session = await parts.session.opened();
  const run = await findRun(session, id);
  const over = new AbortController();
  const watch = watchRun(session, run, AbortSignal.any([signal, over.signal]));
  const { streams } = dataPaths(parts.settings.dataDirectory);
  const names = { workflowId: id, runId: run.runId };
  // Of a run that has ended there is nothing to wait for.
  const events = isOpen(run) ? withDrafts(watch, streams, names) : watch;
  const ended = (outcome: AnswerOutcome) => endedRunBody(session, run, outcome, parts);
  const headers = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' };
  return new Response(
    streamOf(messages(id, events, ended), () => over.abort()),
    { headers },
  );
};

/** What goes over the wire, one message after the other. */
async function* messages(
  workflowId: string,
  events: AsyncGenerator<WatchEvent, void>,
  ended: (outcome: AnswerOutcome) => Promise<Html>,
): AsyncGenerator<string, void> {
  try {
    for await (const event of events)
      if (event.kind === 'finished')
        yield message('end', { title: event.outcome.state.question, html: (await ended(event.outcome)).text });
      else yield* messagesOf(workflowId, event);
  } catch (error) {
    yield message('problem', { text: typedError(error)?.message ?? 'the run can not be watched any more' });
  }
}

function* messagesOf(workflowId: string, event: Exclude<WatchEvent, { kind: 'finished' }>): Generator<string> {
  switch (event.kind) {
    case 'started':
      return;
    case 'progress':
    case 'waiting': {
      const { progress } = event;
      yield part('stage', stageHtml(progress));
      yield part('requests', html`${requestsHtml(workflowId, progress)}`, versionOf(progress.pending ?? []));
      return;
    }
    case 'draft': {
      const { draft, from } = event;
      yield message('draft', { call: draft.call, name: draftName(draft), from, text: draft.text.slice(from) });
      return;
    }
    case 'drafts-elsewhere':
      yield part('problem', html`<p class="soft">${elsewhereText}</p>`);
      return;
    default:
      event satisfies never;
  }
}

/** @param version where it is the one that the element has, the element stays as it is */
function part(id: string, { text }: Html, version?: string): string {
  return message('part', { id, html: text, ...(version === undefined ? {} : { version }) });
}

/** JSON has no line ends of its own. */
function message(event: string, data: Record<string, unknown>): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** The messages as bytes, with a comment now and then; who cancels it ends the watch, never the run. */
function streamOf(source: AsyncGenerator<string, void>, stop: () => void): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let beat: NodeJS.Timeout | null = null;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(encoder.encode('retry: 2000\n\n'));
      beat = setInterval(() => {
        // One that reads slowly shows that it lives when it reads.
        if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(': beat\n\n'));
      }, beatMs);
    },
    async pull(controller) {
      const { done, value } = await source.next();
      if (!done) {
        controller.enqueue(encoder.encode(value));
        return;
      }
      if (beat !== null) clearInterval(beat);
      controller.close();
    },
    async cancel() {
      if (beat !== null) clearInterval(beat);
      stop();
      await source.return();
    },
  });
}
