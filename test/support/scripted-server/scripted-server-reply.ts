/** Replies of the scripted server: what they look like, and how they go out over a socket. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

/** A request as it came over the wire. */
export type RecordedRequest = {
  method: string;
  /** With the query, as sent: `/v1/chat/completions`. */
  path: string;
  headers: IncomingMessage['headers'];
  text: string;
  /** The parsed JSON object; empty where the body is none. */
  body: Record<string, unknown>;
  /** How the exchange ended: `aborted` when the socket closed before a whole reply was out. */
  ended: Promise<'replied' | 'aborted'>;
};

/** `body` text and bytes go out as they are, anything else as JSON. `fault` wins over sending the body whole. */
export type ScriptedReply = {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
  delayMs?: number;
  /**
   * hang: nothing, until the client leaves; stall: half of the body, then nothing; cut: half of the body, then the socket
   * dies; disconnect: it dies at once.
   */
  fault?: 'hang' | 'stall' | 'cut' | 'disconnect';
};

/** The parts of a completion that a scene cares about. */
export type CompletionParts = {
  text?: string;
  toolCalls?: { id: string; name: string; arguments: string }[];
  finish?: string;
  model?: string;
  logprobs?: unknown;
  /** Undefined: a small one; null: the server reports none. */
  usage?: unknown;
};

/** A chat completion as OpenAI sends it. */
export function completion(parts: CompletionParts = {}): Record<string, unknown> {
  const calls = parts.toolCalls?.map(({ id, name, arguments: text }) => {
    return { id, type: 'function', function: { name, arguments: text } };
  });
  const message = {
    role: 'assistant',
    content: parts.text ?? (calls ? null : 'hello'),
    ...(calls ? { tool_calls: calls } : {}),
  };
  const usage = parts.usage === undefined ? { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 } : parts.usage;
  return {
    id: 'chatcmpl-scripted',
    object: 'chat.completion',
    created: 0,
    model: parts.model ?? 'scripted',
    choices: [
      {
        index: 0,
        message,
        finish_reason: parts.finish ?? (calls ? 'tool_calls' : 'stop'),
        logprobs: parts.logprobs ?? null,
      },
    ],
    ...(usage === null ? {} : { usage }),
  };
}

/** An error in OpenAI's form. */
export function openAiError(
  status: number,
  message: string,
  fields: { code?: string | null; param?: string | null; type?: string } = {},
): ScriptedReply {
  const { code = null, param = null, type = 'invalid_request_error' } = fields;
  return { status, body: { error: { message, type, param, code } } };
}

/** Plays one reply. Resolves when it is out, or when the client has left. */
export async function playReply(reply: ScriptedReply, response: ServerResponse, signal: AbortSignal): Promise<void> {
  if (reply.delayMs !== undefined) await pause(reply.delayMs, undefined, { signal }).catch(() => undefined);
  if (signal.aborted || response.destroyed) return;
  if (reply.fault === 'hang') return;
  if (reply.fault === 'disconnect') {
    response.destroy();
    return;
  }
  const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? completion());
  const bytes = Buffer.isBuffer(reply.body) ? reply.body : Buffer.from(text);
  response.writeHead(reply.status ?? 200, {
    'content-type': 'application/json',
    'content-length': bytes.length,
    ...reply.headers,
  });
  if (reply.fault === 'cut' || reply.fault === 'stall') {
    response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => {
      if (reply.fault === 'cut') response.destroy();
    });
    return;
  }
  response.end(bytes);
}
