/** A real HTTP server on loopback that counts and keeps every request, and answers by script, persona or function. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Persona } from './scripted-server-personas.ts';
import { playReply, type RecordedRequest, type ScriptedReply } from './scripted-server-reply.ts';

export type { RecordedRequest } from './scripted-server-reply.ts';
import { asStream } from './scripted-server-stream.ts';
import { forwardTo } from './scripted-server-upstream.ts';

export type ScriptedServerOptions = {
  /** True: completions go out as streams where a request asks for one; else as JSON, which is a reply to it too. */
  streams?: boolean;
  /** Played first, one a request, whatever the persona says. */
  script?: ScriptedReply[];
  /** Refuses, translates and forwards what the script leaves. */
  persona?: Persona;
  /** Answers what is left over from the script and accepted by the persona. */
  reply?: (request: RecordedRequest) => ScriptedReply | Promise<ScriptedReply>;
  /** Instead of `reply`: base URL (with `/v1`) of a server that answers, and the model's name there. */
  upstream?: { baseUrl: string; model?: string };
};

export interface ScriptedServer extends AsyncDisposable {
  /** Base URL, with `/v1`. */
  readonly url: string;
  /** Every request so far, in order of arrival. */
  readonly requests: readonly RecordedRequest[];
  /** Adds to the script. */
  play(...replies: ScriptedReply[]): void;
  /** Resolves with the request of this number (from 0), at once if it has come. */
  request(number: number): Promise<RecordedRequest>;
  /** What a scene left behind: unused replies, and requests that nothing was scripted for. */
  leftovers(): string[];
}

/** Servers that are between two plays, each with the address that it keeps. */
export type IdleServers = Listening[];
type Listening = { server: Server; url: string; stage: Stage };

/** @param idle where one is taken from, if there is one, and where it goes at its end, with its connections; else it is closed */
export async function startScriptedServer(
  options: ScriptedServerOptions = {},
  idle?: IdleServers,
): Promise<ScriptedServer> {
  const stage = new Stage(options);
  const listening = idle?.pop() ?? (await listen(stage));
  listening.stage = stage;
  return {
    url: listening.url,
    requests: stage.requests,
    play: (...replies) => stage.script.push(...replies),
    request: (number) => stage.request(number),
    leftovers: () => [...stage.problems, ...stage.script.map((reply) => `unused reply: ${JSON.stringify(reply)}`)],
    async [Symbol.asyncDispose]() {
      stage.shutdown.abort();
      if (idle === undefined) await closeServer(listening);
      else idle.push(listening);
    },
  };
}

async function listen(stage: Stage): Promise<Listening> {
  const server = createServer((incoming, response) => {
    const { stage: now } = listening;
    now.serve(incoming, response).catch((error: unknown) => {
      now.problems.push(`the server broke: ${String(error)}`);
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const listening: Listening = { server, url: `http://127.0.0.1:${port}/v1`, stage };
  return listening;
}

class Stage {
  readonly requests: RecordedRequest[] = [];
  readonly problems: string[] = [];
  readonly script: ScriptedReply[];
  readonly shutdown = new AbortController();
  readonly #options: ScriptedServerOptions;
  readonly #waiting: { number: number; resolve: (request: RecordedRequest) => void }[] = [];

  constructor(options: ScriptedServerOptions) {
    this.#options = options;
    this.script = [...(options.script ?? [])];
  }

  async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const left = new AbortController();
    const ended = new Promise<'replied' | 'aborted'>((resolve) => {
      response.once('close', () => {
        resolve(response.writableFinished ? 'replied' : 'aborted');
        left.abort();
      });
    });
    const request = await recorded(incoming, ended);
    this.requests.push(request);
    for (const wait of this.#waiting) if (wait.number < this.requests.length) this.#settle(wait);
    const signal = AbortSignal.any([left.signal, this.shutdown.signal]);
    const reply = this.script.shift() ?? (await this.#answer(request, signal));
    await playReply(this.#options.streams === true ? asStream(reply, request.body) : reply, response, signal);
  }

  request(number: number): Promise<RecordedRequest> {
    return new Promise((resolve) => {
      const wait = { number, resolve };
      if (number < this.requests.length) this.#settle(wait);
      else this.#waiting.push(wait);
    });
  }

  #settle({ number, resolve }: { number: number; resolve: (request: RecordedRequest) => void }): void {
    const request = this.requests[number];
    if (request !== undefined) resolve(request);
  }

  async #answer(request: RecordedRequest, signal: AbortSignal): Promise<ScriptedReply> {
    const isChat = request.path.endsWith('/chat/completions');
    const judged = isChat ? this.#options.persona?.(request.body) : undefined;
    if (judged?.kind === 'refused') return judged.reply;
    const accepted = { ...request, body: judged?.body ?? request.body };
    const reply = await this.#plainAnswer(accepted, signal);
    return judged === undefined || (reply.status ?? 200) !== 200 ? reply : judged.translate(reply);
  }

  async #plainAnswer(request: RecordedRequest, signal: AbortSignal): Promise<ScriptedReply> {
    if (this.#options.upstream !== undefined) return forwardTo(this.#options.upstream, request, signal);
    if (this.#options.reply !== undefined) return this.#options.reply(request);
    this.problems.push(`nothing was scripted for ${request.method} ${request.path}`);
    return { status: 500, body: { error: { message: 'the script is over', type: 'server_error' } } };
  }
}

async function recorded(incoming: IncomingMessage, ended: RecordedRequest['ended']): Promise<RecordedRequest> {
  const parts: Buffer[] = [];
  for await (const part of incoming as AsyncIterable<Buffer>) parts.push(part);
  const text = Buffer.concat(parts).toString();
  const body: unknown = text === '' ? {} : JSON.parse(text);
  return {
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    headers: incoming.headers,
    text,
    body: body as Record<string, unknown>,
    ended,
  };
}

export async function closeServer({ server }: Listening): Promise<void> {
  const done = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await done;
}
