/** A scene with its surfaces on an HTTP server, and what is logged there. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before } from 'node:test';
import OpenAI from 'openai';
import { pino } from 'pino';
import { LastingSession } from '../../application/session/lasting-session.ts';
import { type ChatTimes, chatRoutes } from '../../serve/chat/chat-routes.ts';
import { startHttpServer } from '../../serve/http/server.ts';
import type { Served } from '../../serve/served.ts';
import { sessionOf } from '../application/session.ts';
import { openScene, pipeline, type SceneOptions } from '../support/scene.ts';
import type { RecordedRequest, ScriptedServer } from '../support/scripted-server/scripted-server.ts';
import { changingTeam, startTeam, type Team } from '../support/team.ts';
import { key, noOrigins, otherKey } from './http/a-server.ts';

export const model = 'switchyard/test@kettle';

export type ServedOptions = {
  team: ScriptedServer;
  /** Fields of the pipeline that differ from the scene's usual one. */
  spec?: Record<string, unknown>;
  times?: Partial<ChatTimes>;
  scene?: Partial<SceneOptions>;
};

/** With one pipeline and one repository; `ana` and `ben` are clients with a key each. */
export async function openServedScene({ team, spec = {}, times = {}, scene: more = {} }: ServedOptions) {
  const scene = await openScene({ modelUrl: team.url, ...more });
  const file = join(scene.dataDirectory, 'test.json');
  writeFileSync(file, JSON.stringify(pipeline(spec)));
  const lines: string[] = [];
  const session = new LastingSession(() => sessionOf(scene));
  const served: Served = {
    ...{ settings: scene.config, session, budget: {}, memory: true, publicUrl: null },
    repositories: [{ name: 'kettle', given: join(scene.dataDirectory, 'repository') }],
    pipelines: [{ name: 'test', given: file }],
    log: pino({ level: 'info' }, { write: (line: string) => void lines.push(line) }),
  };
  const start = (other: Partial<ChatTimes> = {}) =>
    startHttpServer({
      ...{ host: '127.0.0.1', port: 0, log: served.log, origins: noOrigins },
      keys: [
        { name: 'ana', key },
        { name: 'ben', key: otherKey },
      ],
      routes: chatRoutes(served, { beatMs: 10_000, followMs: 60_000, ...times, ...other }),
      limits: { requestsPerMinute: 10_000, concurrentRequests: 200 },
    });
  const server = await start();
  const clientFor = (apiKey: string, url = server.url) =>
    new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0, timeout: 60_000 });
  return {
    ...{ scene, served, server, lines, session, clientFor, start },
    ana: clientFor(key),
    ben: clientFor(otherKey),
    post: (body: unknown, headers: Record<string, string> = {}, signal?: AbortSignal) =>
      post(server.url, body, headers, signal),
    async [Symbol.asyncDispose]() {
      await server.stop();
      await session[Symbol.asyncDispose]();
      await scene[Symbol.asyncDispose]();
    },
  };
}

export type ServedScene = Awaited<ReturnType<typeof openServedScene>>;

export type ServedSceneOfFile = {
  readonly chat: ServedScene;
  play(parts?: Partial<Team>): void;
  /** What the model was asked since `play`. */
  readonly asked: readonly RecordedRequest[];
};

/**
 * One for all tests of a file, whose model plays what the test at hand says. A conversation that was there before goes on:
 * each test has questions of its own.
 */
export function servedSceneOfFile(options: Omit<ServedOptions, 'team'> = {}): ServedSceneOfFile {
  const parts = changingTeam();
  let opened: { team: ScriptedServer; chat: ServedScene } | null = null;
  const there = () => opened ?? assert.fail('the scene of a file is open in its tests alone');
  let played = 0;
  before(async () => {
    const team = await startTeam(parts.parts);
    opened = { team, chat: await openServedScene({ team, ...options }) };
  });
  after(async () => {
    await opened?.chat[Symbol.asyncDispose]();
    await opened?.team[Symbol.asyncDispose]();
  });
  return {
    get chat() {
      return there().chat;
    },
    play(given = {}) {
      played = there().team.requests.length;
      parts.play(given);
    },
    get asked() {
      return there().team.requests.slice(played);
    },
  };
}

/** The request of ana as it goes over the wire. */
export function post(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<Response> {
  return fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
}

type ChatMessage = OpenAI.Chat.ChatCompletionMessageParam;

/** A conversation as chat clients resend it: questions and answers in turn, a question last. */
export function said(...texts: string[]): ChatMessage[] {
  return texts.map((content, at) => ({ role: at % 2 === 0 ? 'user' : 'assistant', content }));
}

export type RunHeaders = { run: string; content: string };

/** One answer, and the run that gave it. */
export async function answered(
  client: OpenAI,
  messages: ChatMessage[],
  headers: Record<string, string> = {},
): Promise<RunHeaders> {
  const { data, response } = await client.chat.completions.create({ model, messages }, { headers }).withResponse();
  return { run: response.headers.get('x-switchyard-run') ?? '', content: data.choices[0]?.message.content ?? '' };
}
