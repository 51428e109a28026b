/** What a profile is: an endpoint as clients meet it, each rule with the public place where it was seen. */
import { createHash } from 'node:crypto';
import type { ScriptedReply } from '../support/scripted-server/scripted-server-reply.ts';
import type { RecordedRequest } from '../support/scripted-server/scripted-server.ts';

export type Fields = Record<string, unknown>;
export type WireCall = {
  id: string;
  type: string;
  function: { name: string; arguments: string };
  [more: string]: unknown;
};
export type Message = Fields & { role: string; content?: unknown; tool_calls?: WireCall[]; tool_call_id?: string };
export type Choice = Fields & { message: Message; finish_reason: unknown; logprobs?: unknown };
export type Completion = Fields & { choices: [Choice]; usage: Fields };

/** A request, with its messages at hand. */
export type Asked = Pick<RecordedRequest, 'body' | 'headers' | 'path'> & { messages: readonly Message[] };

/** What the endpoint refuses, in its own words and with its own status. */
export type Rule = { seen: string; refuses: (asked: Asked) => ScriptedReply | null };

export type Profile = {
  name: string;
  model: string;
  /** Path and query of the base URL, `/v1` unless given. */
  base?: string;
  rules: readonly Rule[];
  /** Where its form of replies was seen. */
  seen: readonly string[];
  /** Gives the offline model's reply the endpoint's own form; may keep what it wants back. */
  answers?: (completion: Completion, asked: Asked) => Completion;
  /** The same as a stream; OpenAI's form unless given. */
  streams?: (completion: Completion, asked: Asked) => string;
  /** What it sends around a reply in one piece. */
  body?: (completion: Completion) => string;
  /** Values that the endpoint wants back, and that nobody else may see. */
  secrets?: () => readonly string[];
};

export const refusal = (status: number, body: unknown): ScriptedReply => ({ status, body });

/** An error in the form that most endpoints share. */
export const saying = (message: string, fields: Fields = {}, status = 400): ScriptedReply =>
  refusal(status, { error: { message, type: 'invalid_request_error', param: null, code: null, ...fields } });

/** The first of these fields that the body has. */
export const sentOf = ({ body }: Asked, names: readonly string[]): string | undefined =>
  names.find((name) => body[name] !== undefined && body[name] !== null);

export function withMessage(completion: Completion, change: (message: Message) => Fields): Completion {
  const [choice] = completion.choices;
  const message = { ...choice.message, ...change(choice.message) };
  return { ...completion, choices: [{ ...choice, message }] };
}

export function withChoice(completion: Completion, change: Fields): Completion {
  return { ...completion, choices: [{ ...completion.choices[0], ...change }] };
}

/** Other ids, made from those of the offline model, which are unique in a conversation. */
export function withCalls(completion: Completion, change: (call: WireCall, at: number) => Fields): Completion {
  return withMessage(completion, ({ tool_calls: calls }) =>
    calls === undefined ? {} : { tool_calls: calls.map((call, at) => ({ ...call, ...change(call, at) })) },
  );
}

/** Text without a space in it, as signatures and encrypted thinking are. */
export const opaque = (kind: string, key: string): string =>
  `${kind}${createHash('sha512').update(`${kind} ${key}`).digest('base64url').repeat(2)}`;

/** Thinking that is paid from the limit of output tokens; a limit that it uses up leaves no words. */
export function afterThinking(completion: Completion, { body }: Asked, tokens: number): Completion {
  const limit = Number(body.max_completion_tokens ?? body.max_tokens ?? Number.POSITIVE_INFINITY);
  const starved = limit <= tokens;
  const thought = Math.min(limit, tokens);
  const written = thought + (starved ? 0 : Number(completion.usage.completion_tokens));
  const usage = {
    ...completion.usage,
    completion_tokens: written,
    total_tokens: Number(completion.usage.prompt_tokens) + written,
    completion_tokens_details: { reasoning_tokens: thought },
  };
  const silent = { message: { role: 'assistant', content: '' }, finish_reason: 'length', logprobs: null };
  return { ...(starved ? withChoice(completion, silent) : completion), usage };
}

/** Messages of the assistant that call tools, since the user last spoke, and where they stand. */
export function callsOfTurn(messages: readonly Message[]): { message: Message; at: number }[] {
  const from = messages.findLastIndex(({ role }) => role === 'user');
  return messages
    .map((message, at) => ({ message, at }))
    .filter(({ message, at }) => at > from && (message.tool_calls?.length ?? 0) > 0);
}

/** The first role that follows another against this rule. */
export function outOfOrder(messages: readonly Message[], first: string, second: string): boolean {
  return messages.some(({ role }, at) => role === second && messages[at - 1]?.role === first);
}
