/** The clients of each surface, as those who use it have them: each asks one question to its end. */
import { Client, StreamableHTTPClientTransport, type Transport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { join } from 'node:path';
import { newRunId } from '../../application/runs/start-run.ts';
import { checkoutFolder } from '../../config/load-config.ts';
import type { Stack } from '../support/stack.ts';
import { type ServeProcess, settingsOfSurface } from './serve-process.ts';

/** Asks one question to its end. @throws for one that has no answer */
export type Ask = (question: string) => Promise<void>;

/** What is asked of; a word stands in every answer. */
export type Asked = { repository: string; repositoryName: string; pipeline: string; word: string };

export function chatClient({ url, key }: ServeProcess, asked: Asked, stream: boolean): Ask {
  return async (question) => {
    const response = await postChat({ url, key }, asked, question, stream);
    expectAnswer(response.status, await response.text(), asked);
  };
}

export function postChat(
  { url, key }: Pick<ServeProcess, 'url' | 'key'>,
  { pipeline, repositoryName }: Asked,
  question: string,
  stream: boolean,
): Promise<Response> {
  const model = `switchyard/${pipeline}@${repositoryName}`;
  return fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, stream, messages: [{ role: 'user', content: question }] }),
  });
}

export type McpClient = AsyncDisposable & { ask: Ask };

/** Over `/mcp`; it stays connected, as an editor does. */
export function mcpOverHttp({ url, key }: ServeProcess, asked: Asked): Promise<McpClient> {
  const requestInit = { headers: { authorization: `Bearer ${key}` } };
  return mcpClient(new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit }), asked);
}

/** Over a `switchyard mcp` of its own. */
export function mcpOverStdio(stack: Stack, asked: Asked): Promise<McpClient> {
  const args = [join(checkoutFolder, 'client/bin.js'), 'mcp', '--repo', asked.repository];
  const env = Object.fromEntries(
    Object.entries({ ...process.env, ...settingsOfSurface(stack) }).filter((entry): entry is [string, string] =>
      Boolean(entry[1]),
    ),
  );
  return mcpClient(new StdioClientTransport({ command: process.execPath, args, env, stderr: 'inherit' }), asked);
}

async function mcpClient(transport: Transport, asked: Asked): Promise<McpClient> {
  const client = new Client({ name: 'bench', version: '1' });
  await client.connect(transport);
  return {
    ask: async (question) => {
      const given = { name: 'ask', arguments: { question, pipeline: asked.pipeline } };
      const result = await client.callTool(given, { timeout: 600_000, onprogress: () => {} });
      expectAnswer(result.isError === true ? 500 : 200, JSON.stringify(result), asked);
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

/** What a browser asks for: the form is sent, the run's page opened, and its events followed to the answer. */
export async function pageClient({ url, key }: ServeProcess, asked: Asked): Promise<Ask> {
  const signedIn = await fetch(`${url}/login`, {
    ...{ method: 'POST', redirect: 'manual', headers: { origin: url }, body: new URLSearchParams({ key, next: '/' }) },
  });
  const [cookie = ''] = signedIn.headers.getSetCookie();
  const headers = { cookie: cookie.split(';', 1)[0] ?? '', accept: 'text/html', origin: url };
  const text = async (path: string): Promise<[number, string]> => {
    const response = await fetch(url + path, { headers });
    return [response.status, await response.text()];
  };
  return async (question) => {
    const { repositoryName, pipeline } = asked;
    const body = new URLSearchParams({ id: newRunId(), question, repository: repositoryName, pipeline });
    const sent = await fetch(`${url}/ask`, { method: 'POST', redirect: 'manual', headers, body });
    const run = sent.headers.get('location');
    if (run === null) throw new Error(`${sent.status}: ${(await sent.text()).slice(0, 300)}`);
    await text(run);
    const [, events] = await text(`${run}/events`);
    const [, end = ''] = events.split('event: end\n');
    expectAnswer(end === '' ? 500 : 200, end, asked);
  };
}

function expectAnswer(status: number, text: string, { word }: Asked): void {
  if (status !== 200 || !text.includes(word)) throw new Error(`${status}: ${text.slice(0, 300)}`);
}
