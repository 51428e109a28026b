/** What OpenAI's clients call: the list of models, and chat completions. */
import { randomUUID } from 'node:crypto';
import type { Route } from '../http/route.ts';
import type { Served } from '../served.ts';
import { AnswerStreams } from './answer-streams.ts';
import { TurnsOfChats } from './ask-turn.ts';
import { type ChatRequest, readChatRequest } from './chat-request.ts';
import { chunk, completion, noUsage, usageChunk } from './completion-shapes.ts';
import { done, eventOf, eventStream } from './event-stream.ts';
import { chatModels, modelNamed, modelObject } from './models.ts';
import { sideTaskReply } from './side-tasks.ts';

export type ChatTimes = {
  /** Between comments of a stream that has nothing to say. */
  beatMs: number;
  /** How long one request follows a run; the run goes on. */
  followMs: number;
};

const usualTimes: ChatTimes = { beatMs: 10_000, followMs: 3_600_000 };

/** @param times of tests */
export function chatRoutes(served: Served, times: ChatTimes = usualTimes): Route[] {
  const models = chatModels(served);
  const created = Math.floor(Date.now() / 1000);
  const turns = new TurnsOfChats(served);
  const answers = new AnswerStreams(served, times);
  return [
    {
      ...{ method: 'GET', path: '/v1/models', access: 'key' },
      handle: async () => Response.json({ object: 'list', data: models.map((model) => modelObject(model, created)) }),
    },
    {
      ...{ method: 'GET', path: '/v1/models/:id', access: 'key' },
      handle: async (_request, { params }) => Response.json(modelObject(modelNamed(models, params.id ?? ''), created)),
    },
    // Ids of models hold a slash, which not every client encodes.
    {
      ...{ method: 'GET', path: '/v1/models/:owner/:id', access: 'key' },
      handle: async (_request, { params }) =>
        Response.json(modelObject(modelNamed(models, `${params.owner}/${params.id}`), created)),
    },
    {
      ...{ method: 'POST', path: '/v1/chat/completions', access: 'key' },
      handle: async (request, context) => {
        const asked = readChatRequest(await request.text());
        const model = modelNamed(models, asked.model);
        const reply = sideTaskReply(asked, request.headers);
        if (reply !== null) return plainReply(reply, asked);
        const turn = await turns.ask(asked, model, request.headers, context.caller);
        return asked.stream
          ? answers.stream(turn, asked, request, context.signal)
          : answers.whole(turn, asked, request, context.signal);
      },
    },
  ];
}

/** A reply of ours, without a run. */
function plainReply(content: string, { model, stream, includeUsage }: ChatRequest): Response {
  const head = { id: `chatcmpl-${randomUUID()}`, created: Math.floor(Date.now() / 1000), model };
  if (!stream) return Response.json(completion(head, { content }, noUsage));
  const chunks = [
    chunk(head, { role: 'assistant', content }, { includeUsage }),
    chunk(head, {}, { finish: 'stop', includeUsage }),
    ...(includeUsage ? [usageChunk(head, noUsage)] : []),
  ];
  return eventStream(textsOf([...chunks.map(eventOf), done]), {});
}

async function* textsOf(texts: readonly string[]): AsyncGenerator<string, void> {
  yield* texts;
}
