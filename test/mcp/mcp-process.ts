/** `switchyard mcp` as a client starts it, over a scene: its worker and its scripted model. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { Client, type ClientCapabilities, type ElicitResult } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { inheritedSettings, mainFile } from '../client/run-command.ts';
import type { Scene } from '../support/scene.ts';
import { RawMcp } from './raw-mcp.ts';

export type Era = 'legacy' | 'modern';
export const eras: readonly Era[] = ['legacy', 'modern'];

export type Place = Pick<Scene, 'address' | 'dataDirectory' | 'taskQueue'>;

/** Settings by which a process uses the server, the worker and the index of a scene. */
export function settingsOf({ address, dataDirectory, taskQueue }: Place): Record<string, string> {
  return { SWITCHYARD_HOME: dataDirectory, SWITCHYARD_TASK_QUEUE: taskQueue, TEMPORAL_ADDRESS: address };
}

/** Connected. */
export async function openMcpProcess(scene: Place, args: readonly string[] = []) {
  const env = cleanEnvironment(settingsOf(scene));
  const given = [mainFile, 'mcp', '--repo', join(scene.dataDirectory, 'repository'), ...args];
  const client = clientOf('legacy');
  await client.connect(new StdioClientTransport({ command: process.execPath, args: given, env, stderr: 'ignore' }));
  return { client, [Symbol.asyncDispose]: () => client.close() };
}

/** A client of the SDK, not yet connected. */
export function clientOf(era: Era, onForm?: (message: string) => ElicitResult): Client {
  const capabilities: ClientCapabilities = onForm === undefined ? {} : { elicitation: {} };
  const client = new Client(
    { name: 'test-client', version: '7' },
    { capabilities, ...(era === 'modern' && { versionNegotiation: { mode: 'auto' } }) },
  );
  if (onForm !== undefined) client.setRequestHandler('elicitation/create', ({ params }) => onForm(params.message));
  return client;
}

function cleanEnvironment(settings: Record<string, string>): Record<string, string> {
  const inherited = Object.entries(inheritedSettings()).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return { ...Object.fromEntries(inherited), ...settings };
}

/** The same without an SDK. */
export function rawMcpProcess(scene: Place): RawMcp {
  const given = [mainFile, 'mcp', '--repo', join(scene.dataDirectory, 'repository')];
  const env = cleanEnvironment(settingsOf(scene));
  const child = spawn(process.execPath, given, { env, stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return new RawMcp({ input: child.stdin, output: child.stdout, ended });
}
