/** Reads a chat completion as servers really send it, leniently in its parts and strictly in its shape. */
import { z } from 'zod';
import type { ChatReply, ChatToolCall, TokenLogprob, Usage } from '../../contracts/chat.ts';
import { readErrorBody } from './error-body.ts';
import { type CallPlace, contentFiltered, statusFailure, unusableReply } from './failures.ts';
import { countUsage, reportsUsage } from './token-usage.ts';

const Text = z.string().nullish().catch(null);
const Part = z.object({ text: z.string() });
const ToolCall = z.object({
  id: Text,
  function: z.object({
    name: z.string(),
    arguments: z.union([z.string(), z.record(z.string(), z.unknown())]).nullish(),
  }),
});
const Message = z.object({
  content: z.union([z.string(), z.array(z.unknown())]).nullish(),
  refusal: Text,
  /** vLLM, llama.cpp and DeepSeek; OpenRouter and Ollama say `reasoning`. */
  reasoning_content: Text,
  reasoning: Text,
  tool_calls: z.array(ToolCall).nullish(),
});
const Completion = z.object({
  model: Text,
  choices: z.array(z.object({ message: Message, finish_reason: Text, logprobs: z.unknown().optional() })).min(1),
  usage: z.unknown().optional(),
});
type Message = z.infer<typeof Message>;

/** What is kept of a reply's text, and of one tool call's arguments: far more than any model is asked for. */
const maxText = 1_000_000;
const maxArguments = 100_000;

/**
 * `starved`: all the tokens went into thinking, none was left for the answer. `reported`: the usage is the endpoint's own
 * count, not an estimate.
 */
export type ReadReply = { reply: ChatReply; starved: boolean; reported: boolean };

/**
 * @param completion the parsed body of a 2xx response.
 * @param sentCharacters for usage where the endpoint reports none.
 * @throws ModelFailure when it is no completion, holds an error, or a content filter withheld the reply.
 */
export function readCompletion(completion: unknown, sentCharacters: number, place: CallPlace): ReadReply {
  throwEmbeddedError(completion, place);
  const read = Completion.safeParse(completion);
  const choice = read.data?.choices[0];
  if (!read.success || choice === undefined)
    throw unusableReply('the reply is no chat completion', place, reportedUsage(completion, place));
  const { message } = choice;
  const text = textOf(message.content) || (message.refusal ?? '');
  const thought = message.reasoning_content ?? message.reasoning ?? '';
  const toolCalls = (message.tool_calls ?? []).map(toolCall);
  const received = text.length + thought.length + toolCalls.reduce((sum, call) => sum + call.argumentsText.length, 0);
  const usage = countUsage(read.data.usage, place.price, { sent: sentCharacters, received });
  if (choice.finish_reason === 'content_filter') throw contentFiltered(place, usage);
  if (choice.finish_reason === 'error') throw unusableReply('the reply ended with finish_reason error', place, usage);
  const finishReason = text.length > maxText ? 'length' : finish(choice.finish_reason ?? null, toolCalls.length > 0);
  const silent = text === '' && toolCalls.length === 0 && finishReason === 'length';
  return {
    reply: {
      text: text.slice(0, maxText),
      toolCalls: toolCalls.map((call) => ({ ...call, argumentsText: call.argumentsText.slice(0, maxArguments) })),
      finishReason,
      logprobs: readLogprobs(choice.logprobs),
      model: read.data.model || place.model,
      usage,
    },
    starved: silent && (usage.reasoningTokens > 0 || thought !== ''),
    reported: reportsUsage(read.data.usage),
  };
}

/** What was paid for something that is no completion, where it says so. */
function reportedUsage(completion: unknown, place: CallPlace): Usage | null {
  const { usage } = (completion ?? {}) as { usage?: unknown };
  return reportsUsage(usage) ? countUsage(usage, place.price, { sent: 0, received: 0 }) : null;
}

/** OpenRouter and LM Studio send errors with status 200. */
function throwEmbeddedError(completion: unknown, place: CallPlace): void {
  if (typeof completion !== 'object' || completion === null || Object.hasOwn(completion, 'choices')) return;
  if (!('error' in completion) || completion.error === null) return;
  const body = readErrorBody(JSON.stringify(completion));
  const code = Number(body.code);
  throw statusFailure(code >= 400 && code <= 599 ? code : 500, new Headers(), body, place);
}

function textOf(content: Message['content']): string {
  if (typeof content === 'string') return content;
  return (content ?? []).map((part) => Part.safeParse(part).data?.text ?? '').join('');
}

/** Some servers give no id, and arguments as an object; the id only has to be unique within the reply. */
function toolCall(call: z.infer<typeof ToolCall>, at: number): ChatToolCall {
  const given = call.function.arguments ?? '{}';
  return {
    id: call.id || `call_${at}`,
    name: call.function.name,
    argumentsText: typeof given === 'string' ? given : JSON.stringify(given),
  };
}

function finish(reason: string | null, callsTools: boolean): ChatReply['finishReason'] {
  if (reason === 'length') return 'length';
  if (callsTools) return 'tool_calls';
  return reason === 'stop' ? 'stop' : 'unknown';
}

// Reads log probabilities in the chat form and in the older completions form that llama-cpp-python still gives.

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
function readLogprobs(value: unknown): TokenLogprob[] | null {
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
