/** Reads a chat completion as servers really send it, leniently in its parts and strictly in its shape. */
import { z } from 'zod';
import { type ChatReply, type ChatToolCall, ownCallId, type TokenLogprob, type Usage } from '../../contracts/chat.ts';
import { slipOfFinish } from '../reading/slips.ts';
import { splitThinking } from '../reading/thinking.ts';
import { type CallPlace, contentFiltered, unusableReply } from './failures.ts';
import { givenWith, givenWithCall, originOf, tellsMore } from './give-back.ts';
import { countUsage, reportsUsage } from './token-usage.ts';

const Text = z.string().nullish().catch(null);
const Part = z.object({ text: z.string() });
/** Mistral's, and Anthropic's behind gateways: the text itself, or parts of it. */
const ThinkingPart = z.object({
  type: z.enum(['thinking', 'reasoning']),
  thinking: z.union([z.string(), z.array(z.unknown())]).optional(),
  text: z.string().optional(),
});
const ToolCall = z.looseObject({
  id: Text,
  function: z.looseObject({
    name: z.string(),
    arguments: z.union([z.string(), z.record(z.string(), z.unknown())]).nullish(),
  }),
});
const Message = z.looseObject({
  content: z.union([z.string(), z.array(z.unknown())]).nullish(),
  refusal: Text,
  /** vLLM, llama.cpp and DeepSeek; OpenRouter and Ollama say `reasoning`. */
  reasoning_content: Text,
  reasoning: Text,
  tool_calls: z.array(z.unknown()).nullish().catch(null),
  /** Before there were tool calls; some servers still answer so. */
  function_call: ToolCall.shape.function.nullish().catch(null),
});
/** Some gateways give a whole reply in the form of a chunk, with `delta`. */
const Choice = z.object({
  message: Message.nullish(),
  delta: Message.nullish(),
  finish_reason: Text,
  logprobs: z.unknown().optional(),
});
const Completion = z.object({
  model: Text,
  choices: z.array(Choice).min(1),
  usage: z.unknown().optional(),
});
type Message = z.infer<typeof Message>;

/** In the words of OpenAI, Zhipu, Google and Bedrock, where a gateway leaves them as they are. */
const filtered = /^(content[_-]?filter(ed)?|sensitive|safety|prohibited_content|guardrail_intervened)$/i;

/** What is kept of a reply's text, and of one tool call's arguments: far more than any model is asked for. */
const maxText = 1_000_000;
/** Of thinking, for people. */
const maxThinking = 20_000;
const maxArguments = 100_000;

/**
 * `starved`: all the tokens went into thinking, none was left for the answer. `reported`: the usage is the endpoint's own
 * count, not an estimate.
 */
export type ReadReply = { reply: ChatReply; starved: boolean; reported: boolean };

/**
 * @param completion the parsed body of a 2xx response that holds no error.
 * @param sentCharacters for usage where the endpoint reports none that can be right.
 * @throws ModelFailure when it is no completion, or a content filter withheld the reply.
 */
export function readCompletion(completion: unknown, sentCharacters: number, place: CallPlace): ReadReply {
  const read = Completion.safeParse(completion);
  const choice = read.data?.choices[0];
  const message = choice?.message ?? choice?.delta;
  if (!read.success || choice === undefined || !message)
    throw unusableReply('the reply is no chat completion', place, reportedUsage(completion, place));
  const reason = choice.finish_reason;
  const calls = callsIn(message);
  const toolCalls = calls.map(toolCall);
  const content = contentOf(message);
  const characters = content.whole.length + content.apart.length;
  const received = characters + toolCalls.reduce((sum, call) => sum + call.argumentsText.length, 0);
  const sizes = { sent: sentCharacters, received };
  const usage = countUsage(read.data.usage, place.price, sizes);
  if (filtered.test(reason ?? '')) throw contentFiltered(place, usage);
  if (/^(network_)?error$/i.test(reason ?? ''))
    throw unusableReply('the reply ended with finish_reason error', place, usage);
  const { text, thinking } = content;
  const finishReason = text.length > maxText ? 'length' : finish(reason ?? null, toolCalls.length > 0);
  const silent = text === '' && toolCalls.length === 0 && finishReason === 'length';
  const slip = slipOfFinish(reason ?? null);
  const asObjects = calls.filter(({ function: { arguments: given } }) => typeof given === 'object' && given !== null);
  return {
    reply: {
      text: text.slice(0, maxText),
      toolCalls: toolCalls.map((call) => ({ ...call, argumentsText: call.argumentsText.slice(0, maxArguments) })),
      finishReason,
      logprobs: ofText(readLogprobs(choice.logprobs), content),
      model: read.data.model || place.model,
      usage,
      ...(thinking === '' ? {} : { thinking: thinking.slice(0, maxThinking) }),
      ...(asObjects.length === 0 ? {} : { repairs: asObjects.slice(0, 100).map(() => 'arguments-as-object' as const) }),
      ...(slip === null ? {} : { slip }),
      ...givenWith(message, toolCalls, originOf(place)),
    },
    starved: silent && (usage.reasoningTokens > 0 || thinking !== ''),
    reported: reportsUsage(read.data.usage, sizes),
  };
}

/** What was paid for something that is no usable completion, where it says so. */
export function reportedUsage(completion: unknown, place: CallPlace): Usage | null {
  const { usage } = (completion ?? {}) as { usage?: unknown };
  return reportsUsage(usage) ? countUsage(usage, place.price, { sent: 0, received: 0 }) : null;
}

/** `whole`: the content as it came; `apart`: what the endpoint itself gave apart from it as thinking. */
type Content = { whole: string; apart: string; text: string; thinking: string; from: number | null };

function contentOf(message: Message): Content {
  const { content, refusal, reasoning_content: reasoningContent, reasoning } = message;
  const parts = Array.isArray(content) ? content : [];
  const said = typeof content === 'string' ? content : textOf(parts);
  const whole = said || (refusal ?? '');
  const apart = [reasoningContent || reasoning || '', thinkingOf(parts)].filter((each) => each !== '').join('\n\n');
  const { text, thinking, from } = splitThinking(whole);
  return { whole, apart, text, from, thinking: [apart, thinking].filter((each) => each !== '').join('\n\n') };
}

function textOf(parts: readonly unknown[]): string {
  return parts
    .filter((part) => !ThinkingPart.safeParse(part).success)
    .map((part) => Part.safeParse(part).data?.text ?? '')
    .join('');
}

function thinkingOf(parts: readonly unknown[]): string {
  return parts
    .map((part) => {
      const { thinking, text = '' } = ThinkingPart.safeParse(part).data ?? {};
      return Array.isArray(thinking) ? textOf(thinking) : (thinking ?? text);
    })
    .join('');
}

/**
 * The log probabilities of the text alone: of a text that thinking stood before, those behind it; null where the tokens do
 * not tell which they are. vLLM lists those of thinking that it gives apart, too.
 */
function ofText(logprobs: TokenLogprob[] | null, { whole, apart, text, from }: Content): TokenLogprob[] | null {
  const thought = apart !== '' || text !== whole;
  if (logprobs === null || !thought) return logprobs;
  if (text === '') return null;
  const joined = logprobs.map(({ token }) => token).join('');
  const begin = joined.startsWith(whole) ? from : joined.lastIndexOf(text);
  if (begin === null || begin < 0) return null;
  let at = 0;
  const first = logprobs.findIndex(({ token }) => {
    at += token.length;
    return at > begin;
  });
  return first < 0 ? null : logprobs.slice(first);
}

/** What names no tool is no call. */
function callsIn({ tool_calls: calls, function_call: called }: Message): z.infer<typeof ToolCall>[] {
  const older = called === null || called === undefined ? [] : [{ function: called }];
  return (calls?.length ? calls : older).flatMap((each) => ToolCall.safeParse(each).data ?? []);
}

/** Some servers give no id, and arguments as an object; the id only has to be unique within the reply. */
function toolCall(call: z.infer<typeof ToolCall>, at: number): ChatToolCall {
  const given = call.function.arguments ?? '{}';
  const id = call.id || ownCallId(at);
  return {
    id: tellsMore(id) ? ownCallId(at) : id,
    name: call.function.name,
    argumentsText: typeof given === 'string' ? given : JSON.stringify(given),
    ...givenWithCall(call, id),
  };
}

/** Mistral says `model_length`; others keep the words of the provider behind them: Anthropic's, Google's. */
const cut = /^(model_)?length$|^max_(output_)?tokens$/i;

function finish(reason: string | null, callsTools: boolean): ChatReply['finishReason'] {
  if (reason !== null && cut.test(reason)) return 'length';
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
