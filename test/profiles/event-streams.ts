/** The forms in which endpoints stream a completion. */
import { chunksOf } from '../support/scripted-server/scripted-server-stream.ts';
import type { Asked, Completion, Fields } from './profile.ts';

export type Chunk = Fields & { choices: (Fields & { delta?: Fields; finish_reason?: unknown })[]; usage?: unknown };

/** Server-sent events; `before` each one, for comments that keep a connection alive. */
export function events(chunks: readonly unknown[], before = ''): string {
  const all = [...chunks.map((chunk) => JSON.stringify(chunk)), '[DONE]'];
  return all.map((data) => `${before}data: ${data}\n\n`).join('');
}

export function wantsUsage({ body }: Asked): boolean {
  return (body.stream_options as { include_usage?: boolean } | undefined)?.include_usage === true;
}

/** OpenAI's own form: small pieces, and usage in a last chunk without choices where it was asked for. */
export const chunks = (completion: Completion, asked: Asked): Chunk[] =>
  chunksOf(completion, wantsUsage(asked)) as Chunk[];

/** Usage beside the last choice, whether asked for or not. */
export function withUsageLast(completion: Completion): Chunk[] {
  const all = chunksOf(completion, false) as Chunk[];
  return all.map((chunk, at) => (at === all.length - 1 ? { ...chunk, usage: completion.usage } : chunk));
}

/** Texts in pieces, but each tool call whole in one chunk. @param call how a call is written */
export function wholeCalls(
  all: readonly Chunk[],
  completion: Completion,
  call: (call: Fields, at: number) => Fields,
): Chunk[] {
  const calls = completion.choices[0].message.tool_calls ?? [];
  if (calls.length === 0) return [...all];
  const isCall = ({ choices: [choice] }: Chunk) => choice?.delta?.tool_calls !== undefined;
  const first = all.findIndex(isCall);
  const others = all.filter((chunk) => !isCall(chunk));
  const whole = calls.map((each, at) => ({
    ...all[first],
    choices: [{ index: 0, delta: { role: 'assistant', tool_calls: [call(each, at)] }, finish_reason: null }],
  })) as Chunk[];
  const end = others.findIndex(({ choices: [choice] }) => choice?.finish_reason != null);
  return [...others.slice(0, end), ...whole, ...others.slice(end)];
}

/** Calls end with `stop`. */
export function endingWithStop(all: readonly Chunk[]): Chunk[] {
  return all.map((chunk) => ({
    ...chunk,
    choices: chunk.choices.map((choice) =>
      choice.finish_reason === 'tool_calls' ? { ...choice, finish_reason: 'stop' } : choice,
    ),
  }));
}
