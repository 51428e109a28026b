/**
 * The tools of all foreign servers that the configuration names: what a server says of them, and calls of them. One
 * connection to each server for a worker process, made when it is first needed.
 */
import type { Tool } from '@modelcontextprotocol/client';
import { foreignSecrets, type ForeignServers } from '../contracts/foreign/servers.ts';
import { foreignNameOf } from '../contracts/foreign/names.ts';
import type { Network } from '../lib/http-request.ts';
import type { ServerConnection } from './connection.ts';
import { describeTool, type ForeignDescription } from './definition.ts';
import { ForeignProblem } from './failures.ts';
import { type ForeignText, textOfResult } from './result-text.ts';

/** With what the configuration says of its server. */
export type ForeignOffer = ForeignDescription & { policy: 'ask' | 'allow' | 'refuse'; timeoutSeconds: number };

export type ForeignToolCall = {
  /** As a pipeline names the tool. */
  name: string;
  /** Of its definition; where the server says something else of it now, it is not called. */
  hash: string;
  given: Record<string, unknown>;
  timeoutSeconds: number;
  /** Called just before the request is sent: from then on it may have its effects. */
  onSent: () => void;
};

export type ForeignTools = AsyncDisposable & {
  /** @throws ForeignProblem; the signal's reason */
  describe(name: string, signal: AbortSignal): Promise<ForeignOffer>;
  /** Every tool of a server that the configuration allows. @throws ForeignProblem; the signal's reason */
  list(server: string, signal: AbortSignal): Promise<ForeignOffer[]>;
  /** @throws ForeignProblem; the signal's reason */
  call(call: ForeignToolCall, signal: AbortSignal): Promise<ForeignText & { isError: boolean }>;
};

/** Connects to nothing by itself. */
export function createForeignTools(servers: ForeignServers, network: Network): ForeignTools {
  const connections = new Map<string, Promise<ServerConnection>>();
  const secrets = foreignSecrets(servers);
  // The client is loaded by those alone who use it.
  const connectionOf = (name: string) => {
    const server = serverOf(servers, name);
    const known = connections.get(name);
    const made =
      known ?? import('./connection.ts').then((of) => new of.ServerConnection({ name, server, network, secrets }));
    connections.set(name, made);
    return made;
  };
  const listed = async (server: string, signal: AbortSignal) => {
    const connection = await connectionOf(server);
    const { timeout: seconds, allow } = serverOf(servers, server);
    const tools = await connection.tools({ seconds, signal });
    return { connection, tools: tools.filter(({ name }) => allow?.includes(name) ?? true) };
  };
  const offer = (server: string, tool: Tool): ForeignOffer => {
    const { policy, timeout: timeoutSeconds } = serverOf(servers, server);
    return { ...describeTool(`mcp:${server}/${tool.name}`, tool), policy, timeoutSeconds };
  };
  return {
    async describe(name, signal) {
      const { server, tool } = expectAllowed(servers, name);
      const found = (await listed(server, signal)).tools.find((each) => each.name === tool);
      if (found !== undefined) return offer(server, found);
      throw new ForeignProblem('ForeignToolUnfit', `the server "${server}" lists no tool "${tool}"`);
    },
    async list(server, signal) {
      const { tools } = await listed(server, signal);
      return tools.map((tool) => offer(server, tool));
    },
    async call({ name, hash, given, timeoutSeconds, onSent }, signal) {
      const { server, tool } = expectAllowed(servers, name);
      const { connection, tools } = await listed(server, signal);
      const found = expectUnchanged(
        { name, server, hash },
        tools.find((each) => each.name === tool),
      );
      const result = await connection.call(found, given, { seconds: timeoutSeconds, signal, onSent });
      const { text, cut } = textOfResult(result.content ?? [], result.structuredContent);
      return { text: withoutSecrets(text, secrets), cut, isError: result.isError === true };
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled([...connections.values()].map(async (made) => (await made).close()));
    },
  };
}

/** The tool as it was pinned. @throws ForeignProblem as `ForeignToolChanged` */
function expectUnchanged(pinned: { name: string; server: string; hash: string }, now: Tool | undefined): Tool {
  const { name, server, hash } = pinned;
  if (now !== undefined && describeTool(name, now).hash === hash) return now;
  const what = now === undefined ? `lists ${name} no more` : `says something else of ${name} than it did`;
  throw new ForeignProblem('ForeignToolChanged', `the server "${server}" ${what}`);
}

function serverOf(servers: ForeignServers, name: string) {
  const server = Object.hasOwn(servers, name) ? servers[name] : undefined;
  if (server !== undefined) return server;
  throw new ForeignProblem(
    'ForeignServerUnavailable',
    `the configuration of this worker names no server "${name}" (SWITCHYARD_MCP_SERVERS)`,
  );
}

function expectAllowed(servers: ForeignServers, name: string) {
  const parts = foreignNameOf(name);
  if (parts === null) throw new ForeignProblem('ForeignToolUnfit', `"${name}" is no name of a foreign tool`);
  const { allow } = serverOf(servers, parts.server);
  if (allow !== undefined && !allow.includes(parts.tool))
    throw new ForeignProblem(
      'ForeignToolUnfit',
      `the configuration of "${parts.server}" does not allow "${parts.tool}"`,
    );
  return parts;
}

/** What a server was given must not come back to a model. */
function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .toSorted((one, other) => other.length - one.length)
    .reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text);
}
