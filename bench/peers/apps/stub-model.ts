/**
 * The stub model: an OpenAI-compatible server that plays the same part for every system, with a latency that can be set.
 * Its reply depends on the messages alone: a route for the router; with tools a search, then lines of a file, then a
 * draft; a verdict for the judge. It notes each request under its run, so that repeated calls can be counted.
 */
import { createServer, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { replyTo, type StubRequest } from './stub-replies.ts';

export type SeenRequest = {
  run: string;
  /** Names the call within all runs, where the caller gives it a name. */
  key: string;
  /** Which of the five calls. */
  call: string;
  atMs: number;
  /** Of the request: four bytes each. */
  inputTokens: number;
  /** When the whole reply was handed over; null: the connection broke before. */
  repliedMs: number | null;
};

let latencyMs = 0;
let seen: SeenRequest[] = [];

function send(response: ServerResponse, value: unknown): void {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(value));
}

function complete(body: string, key: string, response: ServerResponse): void {
  const run = key.split('/')[0] ?? '';
  const reply = replyTo(JSON.parse(body) as StubRequest);
  const tokens = Math.ceil(Buffer.byteLength(body) / 4);
  const entry: SeenRequest = { run, key, call: reply.call, atMs: Date.now(), inputTokens: tokens, repliedMs: null };
  seen.push(entry);
  const answer = () => {
    if (!response.destroyed) entry.repliedMs = Date.now();
    send(response, {
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 1,
      model: 'stub',
      choices: [{ index: 0, message: reply.message, finish_reason: reply.finish, ...reply.extra }],
      usage: { prompt_tokens: tokens, completion_tokens: 40, total_tokens: tokens + 40 },
    });
  };
  if (latencyMs > 0) setTimeout(answer, latencyMs);
  else answer();
}

const server = createServer((request, response) => {
  const { url = '/', headers } = request;
  // A peer names its run; Switchyard's idempotency key begins with the workflow id.
  const key = String(headers['x-run'] ?? headers['idempotency-key'] ?? '');
  void text(request).then((body) => {
    if (url === '/seen') return send(response, seen);
    if (url.endsWith('/models')) return send(response, { object: 'list', data: [{ id: 'stub', object: 'model' }] });
    if (url.endsWith('/chat/completions')) return complete(body, key, response);
    if (url === '/reset') seen = [];
    if (url.startsWith('/latency/')) latencyMs = Number(url.slice('/latency/'.length));
    send(response, { latencyMs });
  });
});
server.keepAliveTimeout = 60_000;
server.listen(Number(process.env.STUB_PORT), '127.0.0.1', () => process.stdout.write('ready\n'));
