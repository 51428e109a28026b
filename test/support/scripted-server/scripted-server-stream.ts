/** A completion as the stream that OpenAI would have sent, in pieces of some characters. */
import type { ScriptedReply } from './scripted-server-reply.ts';

type Fields = Record<string, unknown>;
type Call = { id?: string; type?: string; function: { name: string; arguments: string }; [more: string]: unknown };
type Choice = {
  message: Fields & { content?: unknown; tool_calls?: Call[] };
  logprobs?: unknown;
  finish_reason: unknown;
};

/** The reply as a stream where the request asks for one and the reply is a completion. */
export function asStream(reply: ScriptedReply, asked: Fields): ScriptedReply {
  const { body } = reply;
  const isCompletion = (reply.status ?? 200) === 200 && typeof body === 'object' && body !== null && 'choices' in body;
  if (asked.stream !== true || !isCompletion) return reply;
  const { include_usage: withUsage = false } = (asked.stream_options ?? {}) as { include_usage?: boolean };
  const text = eventStreamOf(body as Fields, withUsage);
  return { ...reply, headers: { ...reply.headers, 'content-type': 'text/event-stream' }, body: text };
}

export function eventStreamOf(completion: Fields, withUsage = true): string {
  const chunks = chunksOf(completion, withUsage);
  return [...chunks.map((chunk) => JSON.stringify(chunk)), '[DONE]'].map((data) => `data: ${data}\n\n`).join('');
}

export function chunksOf(completion: Fields, withUsage = true): Fields[] {
  const { choices, usage, ...head } = completion as Fields & { choices: Choice[]; usage?: unknown };
  const base = { ...head, object: 'chat.completion.chunk' };
  const chunk = (delta: Fields, more: Fields = {}) => ({
    ...base,
    choices: [{ index: 0, delta, logprobs: null, finish_reason: null, ...more }],
  });
  const [choice] = choices;
  if (choice === undefined) return [completion];
  const deltas = deltasOf(choice.message);
  return [
    ...deltas.map((delta, at) => chunk(delta, at === deltas.length - 1 ? { logprobs: choice.logprobs ?? null } : {})),
    chunk({}, { finish_reason: choice.finish_reason }),
    ...(withUsage && usage !== undefined ? [{ ...base, choices: [], usage }] : []),
  ];
}

function deltasOf({ tool_calls: calls = [], ...message }: Choice['message']): Fields[] {
  const texts = Object.entries(message).filter(([name, value]) => name !== 'role' && typeof value === 'string');
  const rest = Object.entries(message).filter(([name, value]) => name === 'role' || typeof value !== 'string');
  return [
    Object.fromEntries(rest),
    ...texts.flatMap(([name, value]) => pieces(String(value)).map((piece) => ({ [name]: piece }))),
    ...calls.flatMap(({ function: { name, arguments: given }, ...call }, index) => [
      { tool_calls: [{ index, ...call, function: { name, arguments: '' } }] },
      ...pieces(given).map((piece) => ({ tool_calls: [{ index, function: { arguments: piece } }] })),
    ]),
  ];
}

function pieces(text: string): string[] {
  return text === '' ? [''] : (text.match(/[\s\S]{1,7}/gu) ?? []);
}
