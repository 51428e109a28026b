/** Reads log probabilities in the chat form and in the older completions form that llama-cpp-python still gives. */
import { z } from 'zod';
import type { TokenLogprob } from '../contracts/chat.ts';

const Entry = z.object({ token: z.string(), logprob: z.number() });
const ChatForm = z.object({
  content: z.array(Entry.extend({ top_logprobs: z.array(z.unknown()).nullish() })),
});
const CompletionsForm = z.object({
  tokens: z.array(z.string()),
  token_logprobs: z.array(z.number()),
  top_logprobs: z.array(z.record(z.string(), z.unknown()).nullable()).nullish(),
});

/** Null where there are none, or none that can be read: a caller then goes by the text. */
export function readLogprobs(value: unknown): TokenLogprob[] | null {
  const chat = ChatForm.safeParse(value);
  if (chat.success) {
    const tokens = chat.data.content.map(({ token, logprob, top_logprobs }) => ({
      token,
      logprob,
      // A server writes null for minus infinity: an alternative that cannot come.
      top: (top_logprobs ?? []).flatMap((entry) => {
        const read = Entry.safeParse(entry);
        return read.success ? [read.data] : [];
      }),
    }));
    return tokens.length === 0 ? null : tokens;
  }
  const older = CompletionsForm.safeParse(value);
  return older.success ? fromCompletions(older.data) : null;
}

function fromCompletions({ tokens, token_logprobs, top_logprobs }: z.infer<typeof CompletionsForm>) {
  const read = tokens.flatMap((token, at): TokenLogprob[] => {
    const logprob = token_logprobs[at];
    const top = Object.entries(top_logprobs?.[at] ?? {}).flatMap(([name, value]) =>
      typeof value === 'number' ? [{ token: name, logprob: value }] : [],
    );
    return logprob === undefined ? [] : [{ token, logprob, top }];
  });
  return read.length === 0 ? null : read;
}
