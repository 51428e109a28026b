/**
 * Follows a run for a chat client. Stages and drafts are its reasoning; its answer comes once it is verified. A client that
 * goes away ends the following and not the run: the same request finds it again.
 */
import { watchLasting } from '../../application/runs/watch-lasting.ts';
import { headlineOf } from '../../application/words/outcome-words.ts';
import { dataPaths } from '../../config/data-paths.ts';
import type { AnswerOutcome } from '../../contracts/run.ts';
import { HttpError, httpErrorOf } from '../http/http-error.ts';
import { ServerStopping } from '../http/route.ts';
import { linkTo, runPath, sourcePath } from '../links.ts';
import type { Served } from '../served.ts';
import { httpStatusOfFailure } from '../statuses.ts';
import { type AnswerText, answerText } from './answer-text.ts';
import type { AskedTurn } from './ask-turn.ts';
import type { ChatRequest } from './chat-request.ts';
import { chunk, completion, type CompletionHead, usageChunk } from './completion-shapes.ts';
import { done, eventOf, eventStream, keepAlive, withBeats } from './event-stream.ts';
import { Narration } from './narration.ts';

type Times = { beatMs: number; followMs: number };

export class AnswerStreams {
  readonly #served: Served;
  readonly #times: Times;

  constructor(served: Served, times: Times) {
    this.#served = served;
    this.#times = times;
  }

  /** The answer in one piece. @throws HttpError where there is none to give */
  async whole(turn: AskedTurn, { model }: ChatRequest, request: Request, gone: AbortSignal): Promise<Response> {
    const narration = new Narration(turn.tries, turn.repository);
    let reasoning = narration.begin(turn.workflowId, turn.joined);
    let outcome: AnswerOutcome | null = null;
    const signal = AbortSignal.any([gone, AbortSignal.timeout(this.#times.followMs)]);
    for await (const event of watchLasting(this.#served.session, turn, { streams: null, signal })) {
      if (event.kind === 'finished') outcome = event.outcome;
      else reasoning += narration.take(event);
    }
    if (outcome === null) throw unfinished(turn, gone);
    const answer = this.#answer(turn, outcome, request);
    if (!gone.aborted) turn.delivered(answer.content);
    const { usage } = outcome.state;
    const body = completion(
      headOf(turn, model),
      { ...answer, reasoning: reasoning + this.#lastWords(turn, narration, request) },
      usage,
    );
    return Response.json(body, { headers: runHeaders(turn) });
  }

  /** The same as it comes. What goes wrong on the way is an event, since the status was sent. */
  stream(turn: AskedTurn, asked: ChatRequest, request: Request, gone: AbortSignal): Response {
    return eventStream(this.#texts(turn, asked, request, gone), runHeaders(turn));
  }

  async *#texts(
    turn: AskedTurn,
    asked: ChatRequest,
    request: Request,
    gone: AbortSignal,
  ): AsyncGenerator<string, void> {
    const { includeUsage } = asked;
    const head = headOf(turn, asked.model);
    const say = (delta: Parameters<typeof chunk>[1]) => eventOf(chunk(head, delta, { includeUsage }));
    const narration = new Narration(turn.tries, turn.repository);
    try {
      yield say({ role: 'assistant', content: '' });
      yield say({ reasoning_content: narration.begin(turn.workflowId, turn.joined) });
      let outcome: AnswerOutcome | null = null;
      for await (const event of this.#events(turn, gone)) {
        const text = event === null || event.kind === 'finished' ? '' : narration.take(event);
        if (event === null) yield keepAlive;
        else if (event.kind === 'finished') outcome = event.outcome;
        else if (text !== '') yield say({ reasoning_content: text });
      }
      if (outcome === null) throw unfinished(turn, gone);
      const { content, annotations } = this.#answer(turn, outcome, request);
      yield say({ reasoning_content: this.#lastWords(turn, narration, request) });
      yield say({ content });
      if (annotations.length > 0) yield say({ annotations });
      yield eventOf(chunk(head, {}, { finish: 'stop', includeUsage }));
      if (includeUsage) yield eventOf(usageChunk(head, outcome.state.usage));
      yield done;
      turn.delivered(content);
    } catch (error) {
      const refused = httpErrorOf(error);
      if (refused.status === 500) this.#served.log.error({ run: turn.workflowId, error: String(error) }, 'failed');
      yield eventOf(refused.body());
    }
  }

  #events(turn: AskedTurn, gone: AbortSignal) {
    const { streams } = dataPaths(this.#served.settings.dataDirectory);
    const signal = AbortSignal.any([gone, AbortSignal.timeout(this.#times.followMs)]);
    return withBeats(watchLasting(this.#served.session, turn, { streams, signal }), this.#times.beatMs);
  }

  /** @throws HttpError for a run that was unavailable and has nothing to show */
  #answer(turn: AskedTurn, outcome: AnswerOutcome, request: Request): AnswerText {
    if (outcome.kind === 'unavailable' && (outcome.state.final_answer ?? '') === '') {
      const { kind } = outcome.failure;
      throw new HttpError(httpStatusOfFailure(kind), headlineOf(outcome) ?? kind, {
        ...{ code: kind, headers: runHeaders(turn) },
      });
    }
    return answerText(outcome, (number) => linkTo(this.#served, request, sourcePath(turn.workflowId, number)));
  }

  #lastWords({ workflowId }: AskedTurn, narration: Narration, request: Request): string {
    return narration.line(`run ${workflowId}: ${linkTo(this.#served, request, runPath(workflowId))}`);
  }
}

const runHeaders = ({ workflowId }: AskedTurn) => ({ 'x-switchyard-run': workflowId });

/** The id of the same run is the same. */
function headOf({ workflowId }: AskedTurn, model: string): CompletionHead {
  return { id: `chatcmpl-${workflowId}`, created: Math.floor(Date.now() / 1000), model };
}

/** A run that goes on when its request ends. */
function unfinished(turn: AskedTurn, gone: AbortSignal): HttpError {
  const isStopping = gone.reason instanceof ServerStopping;
  const why = isStopping ? 'the server stops' : 'nobody waits any longer';
  const message = `${why}; the run ${turn.workflowId} goes on: send the same request again to follow it`;
  return new HttpError(isStopping ? 503 : 504, message, {
    ...{ code: isStopping ? 'server_stopping' : 'run_goes_on', headers: runHeaders(turn) },
  });
}
