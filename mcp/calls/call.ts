/** One request as tools see it, in either era of the protocol. */
import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  type ClientCapabilities,
  type Implementation,
  type McpServer,
  type Notification,
  type ProgressToken,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { cut, printableLine } from '../../lib/printable.ts';

export const tasksExtension = 'io.modelcontextprotocol/tasks';

export type Call = {
  /** Aborted where the client cancels, or is gone. */
  signal: AbortSignal;
  /** Aborted where a call has to end, since its client hears no progress and would give up; null: none has to. */
  limit: AbortSignal | null;
  /** Absent: the client hears no progress. */
  progressToken: ProgressToken | undefined;
  notify(notification: Notification): Promise<void>;
  /** Whether the client can ask its person something. */
  canElicit: boolean;
  /** Whether the client takes a task in place of a result. */
  takesTasks: boolean;
  /** Who asks, where the server that mounts this one has checked it. */
  caller: string | null;
  /** The client's name and version; null where it tells none. */
  client: string | null;
  /** Of a request that is made again: what a person has answered, by the keys of what was asked. Nobody has checked it. */
  answers: Record<string, unknown> | undefined;
  /** What a server gave the client to bring along; to be checked, too. */
  state: string | undefined;
};

/** As the SDK has checked it; its type says nothing of it. */
type Envelope = {
  [CLIENT_CAPABILITIES_META_KEY]?: ClientCapabilities;
  [CLIENT_INFO_META_KEY]?: Implementation;
};

/** @param waitSeconds how long a call may take whose client hears no progress; from now on */
export function callOf({ server }: McpServer, { mcpReq, http }: ServerContext, waitSeconds: number): Call {
  const { signal, inputResponses } = mcpReq;
  const progressToken = mcpReq._meta?.progressToken;
  const envelope: Envelope | undefined = mcpReq.envelope;
  // The older era tells its abilities once a connection, the newer one with each request.
  const abilities = envelope === undefined ? server.getClientCapabilities() : envelope[CLIENT_CAPABILITIES_META_KEY];
  const client = envelope === undefined ? server.getClientVersion() : envelope[CLIENT_INFO_META_KEY];
  const state = mcpReq.requestState();
  return {
    signal,
    limit: progressToken === undefined ? AbortSignal.timeout(waitSeconds * 1000) : null,
    progressToken,
    notify: mcpReq.notify,
    canElicit: hasForms(abilities),
    takesTasks: envelope !== undefined && abilities?.extensions?.[tasksExtension] !== undefined,
    caller: http?.authInfo?.clientId ?? null,
    client: client === undefined ? null : cut(printableLine(`${client.name} ${client.version}`), 100),
    answers: inputResponses,
    state: typeof state === 'string' ? state : undefined,
  };
}

/** A client that names no mode has forms: the other mode is younger. */
function hasForms(abilities: ClientCapabilities | undefined): boolean {
  const { elicitation } = abilities ?? {};
  return elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined);
}
