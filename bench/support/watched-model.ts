/** Stands in front of a model server and keeps what it is asked, as it goes over the wire. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ModelInput } from '../answers/input-sources.ts';

export type WatchedModel = AsyncDisposable & {
  /** Takes the place of the server's own base URL. */
  url: string;
  /** Requests for a completion, in the order in which they came; those that failed too. */
  asked: readonly ModelInput[];
  /** When each of them came, by `performance.now()`. */
  askedAtMs: readonly number[];
};

/** @param target base URL of the server */
export async function watchModel(target: string): Promise<WatchedModel> {
  const asked: ModelInput[] = [];
  const askedAtMs: number[] = [];
  const base = new URL(target);
  const server = createServer(async (request, response) => {
    try {
      const body = request.method === 'POST' ? await bodyOf(request) : null;
      if (body !== null && request.url?.endsWith('/chat/completions')) {
        asked.push(JSON.parse(body) as ModelInput);
        askedAtMs.push(performance.now());
      }
      const headers = new Headers();
      for (const name of ['content-type', 'idempotency-key', 'authorization', 'accept']) {
        const value = request.headers[name];
        if (typeof value === 'string') headers.set(name, value);
      }
      const answer = await fetch(new URL(request.url ?? '/', base), { method: request.method ?? 'GET', headers, body });
      const kept = ['content-type', 'x-request-id', 'openai-model', 'retry-after'];
      const given = kept.flatMap((name) => (answer.headers.has(name) ? [[name, answer.headers.get(name) ?? '']] : []));
      response.writeHead(answer.status, Object.fromEntries(given) as Record<string, string>);
      response.end(Buffer.from(await answer.arrayBuffer()));
    } catch {
      response.destroy();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${port}${base.pathname}`, asked, askedAtMs, [Symbol.asyncDispose]: close };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
