/** What an endpoint and model take: one record, which calls learn, files set and `doctor --model` shows. */
import { z } from 'zod';

export const LimitField = z.enum(['max_tokens', 'max_completion_tokens']);
export type LimitField = z.infer<typeof LimitField>;

/** From the least thinking up; names of the wire. */
export const Effort = z.enum(['none', 'minimal', 'low']);
export type Effort = z.infer<typeof Effort>;

/** From the strictest down: a refused one leads to a later one. */
export const responseFormats = ['json_schema', 'json_object_with_schema', 'json_object', 'none'] as const;

/** All that a file may set, and `doctor --model` shows, under these names. */
export const Capabilities = z.strictObject({
  /** The field that limits output tokens. */
  limitField: LimitField,
  /** The most that the limit may be, thinking included; null: no ceiling is known. */
  mostOutputTokens: z.int().positive().nullable(),
  /** The least that the limit may be. */
  leastOutputTokens: z.int().positive(),
  temperature: z.boolean(),
  logprobs: z.boolean(),
  mostTopLogprobs: z.int().positive(),
  /** `json_object_with_schema` is llama-cpp-python's own form; with `none` the prompt alone asks for JSON. */
  responseFormat: z.enum(responseFormats),
  /** The values of `tool_choice` that are taken. Without `none` the tools are left out of a request that must be answered. */
  toolChoice: z.array(z.enum(['auto', 'none', 'required'])),
  /** True: a request with tools has to state its `tool_choice`, also where it is `auto`. */
  toolsNeedChoice: z.boolean(),
  /** `plain`: parameters of tools go without the keywords of JSON Schema that say more than names and types. */
  toolSchemas: z.enum(['whole', 'plain']),
  /** False: earlier calls are written as one call a message. */
  parallelToolCalls: z.boolean(),
  /** `user`: the instructions begin the first user message. */
  instructionsRole: z.enum(['system', 'developer', 'user']),
  /** `assistant`: a user message may not follow tool results, so a short assistant message goes between. */
  afterTool: z.enum(['user', 'assistant']),
  /** `user`: tool results may not be the end of a request, so a short message of the user follows. */
  lastMessage: z.enum(['any', 'user']),
  /** True: messages of the user in a row are written as one. */
  alternatingRoles: z.boolean(),
  /** What stands for the text of a message with tool calls that has none: an empty text, null, or a few words. */
  emptyContent: z.enum(['empty', 'null', 'words']),
  /** `short`: ids of earlier tool calls are written anew, each once, as nine letters and digits. */
  toolCallIds: z.enum(['given', 'short']),
  /** Fields of the assistant's messages that the endpoint wants back with the conversation. */
  giveBack: z.array(z.string()),
  /** Fields of the assistant's messages that it refuses to get back. */
  refusedMessageFields: z.array(z.string()),
  streaming: z.enum(['offered', 'only', 'refused']),
  streamOptions: z.boolean(),
  /** Whether output tokens go into thinking first, so that the limit needs an allowance. */
  thinks: z.enum(['never', 'unless-told-not-to', 'always']),
  /** The values of `reasoning_effort` that are taken; empty: the field is not. */
  reasoningEffort: z.array(Effort),
  /** True: function tools are taken only with a low `reasoning_effort` stated. */
  toolsNeedEffort: z.boolean(),
  /** True: logprobs are given only with `reasoning_effort` none. */
  logprobsNeedEffort: z.boolean(),
});
export type Capabilities = z.infer<typeof Capabilities>;
export type CapabilityName = keyof Capabilities;
export const capabilityNames = Capabilities.keyof().options;

/**
 * The file of SWITCHYARD_MODEL_CAPABILITIES. `*` stands for any text in an address or a name; of entries that fit the same
 * model, what a later one says wins.
 */
export const CapabilityFile = z.strictObject({
  models: z.array(
    z.strictObject({
      baseUrl: z.string().min(1).default('*'),
      model: z.string().min(1).default('*'),
      capabilities: Capabilities.partial(),
    }),
  ),
});
export type CapabilityOverride = z.infer<typeof CapabilityFile>['models'][number];

/** How a value is known. A file wins over what was learned or probed, and that over a guess. */
export const CapabilitySource = z.enum(['default', 'family', 'learned', 'probed', 'file']);
export type CapabilitySource = z.infer<typeof CapabilitySource>;

export const CapabilityRow = z.object({
  name: z.enum(capabilityNames),
  value: z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())]),
  source: CapabilitySource,
});
export type CapabilityRow = z.infer<typeof CapabilityRow>;
