/** A model that writes an answer word by word at a pace, and knows when it has sent each word. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export type WritingModel = AsyncDisposable & {
  url: string;
  /** What it answers, whatever is asked. */
  answer: string;
  /** When each word of the newest reply was sent, by `performance.now()`. */
  sentAtMs: readonly number[];
  /** Requests so far. */
  asked: number;
  /** Resolves when the connection of the newest reply is gone. */
  gone: Promise<void>;
};

export const wordOf = (at: number): string => `w${at}`;

export async function startWritingModel(words: number, paceMs: number): Promise<WritingModel> {
  const answer = Array.from({ length: words }, (_, at) => wordOf(at)).join(' ');
  const server = createServer((request, response) => void write(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  const { port } = server.address() as AddressInfo;
  const model = {
    ...{ url: `http://127.0.0.1:${port}/v1`, answer, asked: 0, sentAtMs: [] as number[] },
    gone: Promise.resolve(),
    [Symbol.asyncDispose]: close,
  };
  async function write(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.resume();
    const sentAtMs: number[] = [];
    model.asked += 1;
    model.sentAtMs = sentAtMs;
    const closed = new Promise<void>((resolve) => response.once('close', resolve));
    model.gone = closed;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const say = (delta: object, more: object = {}) => {
      const choices = [{ index: 0, delta, finish_reason: null, ...more }];
      response.write(`data: ${JSON.stringify({ model: 'writing', choices })}\n\n`);
    };
    say({ role: 'assistant', content: '{"answer": "' });
    const beganMs = performance.now();
    for (let at = 0; at < words && !response.destroyed; at += 1) {
      await pause(Math.max(0, beganMs + at * paceMs - performance.now()));
      say({ content: at === 0 ? wordOf(at) : ` ${wordOf(at)}` });
      sentAtMs.push(performance.now());
    }
    say({ content: '", "citations": [], "confidence": 0.9, "insufficient": false, "gaps": []}' });
    say({}, { finish_reason: 'stop' });
    const usage = { prompt_tokens: 1000, completion_tokens: words, total_tokens: 1000 + words };
    response.end(`data: ${JSON.stringify({ choices: [], usage })}\n\ndata: [DONE]\n\n`);
  }
  return model;
}
