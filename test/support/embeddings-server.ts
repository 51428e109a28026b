/** An OpenAI-compatible embeddings endpoint that a test can break: refuses long texts, fails, or hangs on demand. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { embed } from '../../offline-model/server/embeddings.ts';

export type EmbeddingsServer = {
  url: string;
  /** Every text that was answered with a vector, in order. */
  embedded: string[];
  requests: number;
  /** Longer texts are refused with the words of OpenAI. */
  longest: number;
  dimensions: number;
  /** What the next requests get in place of an answer. */
  fault: { status: number } | 'hang' | null;
};

export async function embeddingsServer(t: TestContext): Promise<EmbeddingsServer> {
  const state: EmbeddingsServer = { url: '', embedded: [], requests: 0, longest: 1e6, dimensions: 32, fault: null };
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      state.requests += 1;
      if (state.fault === 'hang') return;
      const { status, reply } = answer(state, body);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(reply));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  return state;
}

function answer(state: EmbeddingsServer, body: string): { status: number; reply: unknown } {
  if (state.fault !== null && state.fault !== 'hang')
    return { status: state.fault.status, reply: { error: { message: 'broken' } } };
  const { input } = JSON.parse(body) as { input: string[] };
  if (input.some((text) => text.length > state.longest)) {
    const message = "This model's maximum context length is 8192 tokens, however you requested more";
    return { status: 400, reply: { error: { message, code: 'context_length_exceeded' } } };
  }
  state.embedded.push(...input);
  const data = input.map((text, index) => ({ index, embedding: [...embed(text, state.dimensions)] }));
  return { status: 200, reply: { data } };
}
