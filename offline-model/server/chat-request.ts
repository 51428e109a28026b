/** The part of OpenAI's chat request that the offline model understands; other fields are accepted and ignored. */
import { z } from 'zod';

const ContentPart = z.looseObject({ type: z.string(), text: z.string().optional() });

/** Text content; parts are joined, parts without text are left out. */
const Content = z
  .union([z.string(), z.array(ContentPart), z.null()])
  .optional()
  .transform((content) => {
    if (content === undefined || content === null) return '';
    return typeof content === 'string' ? content : content.map((part) => part.text ?? '').join('\n');
  });

const WireToolCall = z.looseObject({
  id: z.string(),
  function: z.looseObject({ name: z.string(), arguments: z.string() }),
});

export const WireMessage = z.looseObject({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
  content: Content,
  tool_calls: z.array(WireToolCall).nullish(),
  tool_call_id: z.string().optional(),
});
export type WireMessage = z.infer<typeof WireMessage>;

export const WireTool = z.looseObject({
  type: z.literal('function'),
  function: z.looseObject({
    name: z.string().min(1).max(64),
    description: z.string().default(''),
    parameters: z.record(z.string(), z.unknown()).default({}),
  }),
});
export type WireTool = z.infer<typeof WireTool>;

const ToolChoice = z.union([
  z.enum(['none', 'auto', 'required']),
  z.looseObject({ type: z.literal('function'), function: z.looseObject({ name: z.string() }) }),
]);

const ResponseFormat = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('text') }),
  z.looseObject({ type: z.literal('json_object') }),
  z.looseObject({
    type: z.literal('json_schema'),
    json_schema: z.looseObject({ name: z.string(), schema: z.record(z.string(), z.unknown()).default({}) }),
  }),
]);

export const ChatBody = z.looseObject({
  model: z.string().min(1),
  messages: z.array(WireMessage).min(1),
  tools: z.array(WireTool).optional(),
  tool_choice: ToolChoice.optional(),
  response_format: ResponseFormat.optional(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  max_tokens: z.int().positive().nullish(),
  max_completion_tokens: z.int().positive().nullish(),
  n: z.literal(1, 'only n=1 is served').nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullish(),
});
export type ChatBody = z.infer<typeof ChatBody>;

export const EmbeddingsBody = z.looseObject({
  model: z.string().min(1),
  input: z.union([z.string().min(1), z.array(z.string().min(1)).min(1).max(2048)]),
  dimensions: z.int().min(1).max(4096).nullish(),
  encoding_format: z.enum(['float', 'base64']).nullish(),
});
export type EmbeddingsBody = z.infer<typeof EmbeddingsBody>;
