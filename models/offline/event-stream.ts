/** Writes a chat completion as server-sent events, in the pieces that OpenAI's clients put together again. */
import type { Completion } from './completion.ts';
import { splitTokens } from './tokens.ts';

const tokensInPiece = 8;

function pieces(content: string): string[] {
  const tokens = splitTokens(content);
  const cut: string[] = [];
  for (let from = 0; from < tokens.length; from += tokensInPiece) {
    cut.push(tokens.slice(from, from + tokensInPiece).join(''));
  }
  return cut;
}

/** The whole body of the stream; with `includeUsage` a last chunk without choices tells the usage. */
export function eventStream(completion: Completion, includeUsage: boolean): string {
  const { id, created, model, system_fingerprint } = completion;
  const [{ message, logprobs, finish_reason }] = completion.choices;
  const head = { id, object: 'chat.completion.chunk', created, model, system_fingerprint };
  const rest = includeUsage ? { usage: null } : {};
  const chunk = (delta: object, finish: string | null = null, tokens: object | null = null) => ({
    ...head,
    choices: [{ index: 0, delta, logprobs: tokens, finish_reason: finish }],
    ...rest,
  });
  const calls = message.tool_calls ?? [];
  const spoken = pieces(message.content ?? '').map((content, at) =>
    chunk({ content }, null, at === 0 ? logprobs : null),
  );
  const chunks = [
    chunk({ role: 'assistant', content: message.content === null ? null : '', refusal: null }),
    ...spoken,
    ...calls.map((call, index) => chunk({ tool_calls: [{ index, ...call }] })),
    chunk({}, finish_reason),
    ...(includeUsage ? [{ ...head, choices: [], usage: completion.usage }] : []),
  ];
  return `${chunks.map((one) => `data: ${JSON.stringify(one)}\n\n`).join('')}data: [DONE]\n\n`;
}
