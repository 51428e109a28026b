/** One request to a chat model and its reply, free of any provider's form. */
import { z } from 'zod';

// What work cost: counted per model call, added up over a run.

/** Tokens are as the provider counts them; `inputTokens` includes the cached ones, `outputTokens` the reasoning ones. */
export const Usage = z.object({
  modelCalls: z.int().nonnegative(),
  inputTokens: z.int().nonnegative(),
  cachedInputTokens: z.int().nonnegative(),
  outputTokens: z.int().nonnegative(),
  reasoningTokens: z.int().nonnegative(),
  /** US dollars; null when a model without a known price took part, never 0 for "unknown". */
  costUsd: z.number().nonnegative().nullable(),
  /** True: at least one endpoint reported no usage, or one that cannot be right, and characters were counted instead. */
  estimated: z.literal(true).exactOptional(),
  /** The part of all this that was not paid now: replies of earlier benchmarks that were used again. */
  reused: z
    .object({
      modelCalls: z.int().positive(),
      inputTokens: z.int().nonnegative(),
      outputTokens: z.int().nonnegative(),
      costUsd: z.number().nonnegative().nullable(),
    })
    .exactOptional(),
});
export type Usage = z.infer<typeof Usage>;

/**
 * Fields that an endpoint wants back as it gave them: thinking, thought signatures, encrypted reasoning. Nobody reads them,
 * and beside the stored turn they are kept and shown nowhere.
 */
const GivenFields = z.record(z.string(), z.unknown());
export type GivenFields = z.infer<typeof GivenFields>;

/** A tool call as the model wrote it: the arguments are JSON text that may not parse. */
export const ChatToolCall = z.object({
  id: z.string(),
  name: z.string(),
  argumentsText: z.string(),
  giveBack: GivenFields.exactOptional(),
});
export type ChatToolCall = z.infer<typeof ChatToolCall>;

/**
 * The id of a call that came without one that can be used, unique within its reply: Mistral takes nothing but nine letters
 * and digits (editor-code-assistant/eca#233), nor do templates of its models elsewhere (ml-explore/mlx-lm#1375).
 */
export const ownCallId = (at: number): string => `call${String(at).padStart(5, '0')}`;

/** Of a whole message; `origin` names the endpoint and the model that gave the fields, those of its tool calls too. */
export const GiveBack = z.object({ origin: z.string(), fields: GivenFields });
export type GiveBack = z.infer<typeof GiveBack>;

export const ChatMessage = z.discriminatedUnion('role', [
  z.object({ role: z.literal('system'), content: z.string() }),
  z.object({ role: z.literal('user'), content: z.string() }),
  z.object({
    role: z.literal('assistant'),
    content: z.string(),
    toolCalls: z.array(ChatToolCall),
    giveBack: GiveBack.exactOptional(),
  }),
  z.object({ role: z.literal('tool'), callId: z.string(), content: z.string() }),
]);
export type ChatMessage = z.infer<typeof ChatMessage>;

/** `parameters` is a JSON schema of an object. */
export type ToolDefinition = { name: string; description: string; parameters: Record<string, unknown> };

export type ModelRole = 'router' | 'specialist' | 'judge' | 'synthesizer';

export type ChatRequest = {
  role: ModelRole;
  /** Null: the model that the settings name for the role. */
  model: string | null;
  messages: ChatMessage[];
  tools: ToolDefinition[];
  /** `none` with tools offered: the model must answer now. */
  toolChoice: 'auto' | 'none';
  /** The reply must be JSON of this schema; dropped where the endpoint does not take it. */
  responseFormat: { name: string; schema: Record<string, unknown> } | null;
  /** Tokens that may be seen; what a reasoning model thinks first is allowed on top (a setting). */
  maxOutputTokens: number;
  temperature: number | null;
  /** How many alternatives to ask for at each token; 0 asks for none. */
  topLogprobs: number;
};

export const TokenLogprob = z.object({
  token: z.string(),
  logprob: z.number(),
  top: z.array(z.object({ token: z.string(), logprob: z.number() })),
});
export type TokenLogprob = z.infer<typeof TokenLogprob>;

/** How a reply was made usable by reading alone. */
export const ReplyRepair = z.enum([
  'tool-call-as-text',
  'tool-name',
  'arguments-as-object',
  'arguments-encoded-twice',
  'arguments-of-other-type',
]);
export type ReplyRepair = z.infer<typeof ReplyRepair>;

export const ChatReply = z.object({
  /** Without the thinking that a model wrote before it. */
  text: z.string(),
  toolCalls: z.array(ChatToolCall),
  finishReason: z.enum(['stop', 'length', 'tool_calls', 'content_filter', 'unknown']),
  /** Null where the endpoint gives none. */
  logprobs: z.array(TokenLogprob).nullable(),
  /** The model that answered, as the endpoint names it. */
  model: z.string(),
  usage: Usage,
  /** What the model thought first, as far as the endpoint shows it; cut. */
  thinking: z.string().exactOptional(),
  /** One entry for each repair. */
  repairs: z.array(ReplyRepair).max(100).exactOptional(),
  /** Why a reply that cannot be used cannot: the endpoint itself could not read what its model wrote. */
  slip: z.string().max(300).exactOptional(),
  giveBack: GiveBack.exactOptional(),
});
export type ChatReply = z.infer<typeof ChatReply>;
