/** Writes a chat request as an endpoint takes it. */
import type {
  ChatCompletionCreateParamsNonStreaming,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';
import type { ChatMessage, ChatRequest, ChatToolCall } from '../../contracts/chat.ts';
import type { Capabilities, Effort } from '../../contracts/model/capabilities.ts';
import { inOrder } from './message-order.ts';

export type WireBody = ChatCompletionCreateParamsNonStreaming;

/** A body as it went out, streamed or not. */
export type SentBody = Omit<WireBody, 'stream' | 'stream_options'> & {
  stream?: boolean | null;
  stream_options?: unknown;
};

/**
 * The request as it goes over the wire: only fields that the endpoint takes, and none that the request does not need.
 * @param reasoningTokens added to the visible limit where the model thinks first.
 */
export function chatBody(request: ChatRequest, model: string, takes: Capabilities, reasoningTokens: number): WireBody {
  const effort = effortFor(request, takes);
  const thinks = takes.thinks === 'always' || (takes.thinks !== 'never' && effort !== 'none');
  const wanted = Math.max(takes.leastOutputTokens, request.maxOutputTokens + (thinks ? reasoningTokens : 0));
  return {
    model,
    messages: ended(wireMessages(request.messages, takes), takes),
    [takes.limitField]: Math.min(wanted, takes.mostOutputTokens ?? wanted),
    ...(request.temperature === null || !takes.temperature ? {} : { temperature: request.temperature }),
    ...(effort === null ? {} : { reasoning_effort: effort }),
    ...logprobFields(request, takes, effort),
    ...toolFields(request, takes),
    ...formatField(request, takes),
  };
}

/** The conversation in the order and with the roles that the endpoint takes. */
export function wireMessages(messages: readonly ChatMessage[], takes: Capabilities): ChatCompletionMessageParam[] {
  return inOrder(messages, takes).map((message) => {
    const wire = wireMessage(message, takes);
    return wire.role === 'system' && takes.instructionsRole === 'developer' ? { ...wire, role: 'developer' } : wire;
  });
}

/** Said in the user's name behind the results of tools, where those may not be the end. */
const goOn = 'Go on.';

function ended(messages: ChatCompletionMessageParam[], { lastMessage }: Capabilities): ChatCompletionMessageParam[] {
  const isMissing = lastMessage === 'user' && messages.at(-1)?.role === 'tool';
  return isMissing ? [...messages, { role: 'user', content: goOn }] : messages;
}

/** How the reply is asked for. @param wanted whether streams are, where the endpoint leaves the choice */
export function streamFields({ streaming, streamOptions }: Capabilities, wanted: boolean): object {
  if (streaming === 'refused' || (streaming !== 'only' && !wanted)) return {};
  return { stream: true, ...(streamOptions ? { stream_options: { include_usage: true } } : {}) };
}

/** Only stated where the endpoint would otherwise refuse: its own default thinks as much as its maker found right. */
function effortFor(request: ChatRequest, takes: Capabilities): Effort | null {
  const [lowest = null] = takes.reasoningEffort;
  if (takes.toolsNeedEffort && request.tools.length > 0) return lowest;
  const forLogprobs = takes.logprobsNeedEffort && request.topLogprobs > 0 && takes.logprobs;
  return forLogprobs && lowest === 'none' ? lowest : null;
}

function logprobFields(request: ChatRequest, takes: Capabilities, effort: Effort | null): Partial<WireBody> {
  if (request.topLogprobs === 0 || !takes.logprobs) return {};
  if (takes.logprobsNeedEffort && effort !== 'none') return {};
  return { logprobs: true, top_logprobs: Math.min(request.topLogprobs, takes.mostTopLogprobs) };
}

/** llama-cpp-python takes a schema only beside `json_object`; without the field the prompt alone asks for JSON. */
function formatField({ responseFormat }: ChatRequest, takes: Capabilities): Partial<WireBody> {
  if (responseFormat === null || takes.responseFormat === 'none') return {};
  if (takes.responseFormat === 'json_schema')
    return { response_format: { type: 'json_schema', json_schema: { ...responseFormat, strict: true } } };
  const withSchema = takes.responseFormat === 'json_object_with_schema' ? { schema: responseFormat.schema } : {};
  return { response_format: { type: 'json_object' as const, ...withSchema } };
}

/** Where `tool_choice` none is not taken, the tools themselves are left out of a request that must be answered now. */
function toolFields(request: ChatRequest, takes: Capabilities): Partial<WireBody> {
  const answerNow = request.toolChoice === 'none';
  if (request.tools.length === 0 || (answerNow && !takes.toolChoice.includes('none'))) return {};
  const tools = request.tools.map(({ parameters, ...tool }) => {
    const schema = takes.toolSchemas === 'plain' ? plainSchema(parameters) : parameters;
    return { type: 'function' as const, function: { ...tool, parameters: schema } };
  });
  if (answerNow) return { tools, tool_choice: 'none' };
  return takes.toolsNeedChoice ? { tools, tool_choice: 'auto' } : { tools };
}

/** Keywords of JSON Schema that every server reads, with what they hold. */
function plainSchema(schema: Record<string, unknown>): Record<string, unknown> {
  const branch = [schema.anyOf, schema.oneOf].find(Array.isArray)?.find(isObject);
  const { type, description, enum: values, required, properties, items } = { ...(branch ?? {}), ...schema };
  const named = isObject(properties)
    ? Object.entries(properties).map(([name, each]) => [name, isObject(each) ? plainSchema(each) : {}])
    : null;
  const plain = { type, description, enum: values, required, items: isObject(items) ? plainSchema(items) : undefined };
  const kept = Object.entries(plain).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(kept), ...(named === null ? {} : { properties: Object.fromEntries(named) }) };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function wireMessage(message: ChatMessage, takes: Capabilities): ChatCompletionMessageParam {
  switch (message.role) {
    case 'system':
    case 'user':
      return { role: message.role, content: message.content };
    case 'tool':
      return { role: 'tool', tool_call_id: message.callId, content: message.content };
    case 'assistant':
      return {
        role: 'assistant',
        // Null only where it is wanted: llama-cpp-python refuses it, and templates of local models join it to text.
        content: message.content === '' ? contentOfNone(message.toolCalls.length > 0, takes) : message.content,
        ...message.giveBack?.fields,
        ...(message.toolCalls.length === 0 ? {} : { tool_calls: message.toolCalls.map(wireCall) }),
      };
  }
}

const noReply = '(no reply)';
const onlyCalls = 'I use a tool.';

/** Mistral and Anthropic refuse a message with nothing in it, Bedrock an empty text beside a call. */
function contentOfNone(hasCalls: boolean, { emptyContent }: Capabilities): string | null {
  if (!hasCalls) return noReply;
  if (emptyContent === 'words') return onlyCalls;
  return emptyContent === 'null' ? null : '';
}

function wireCall({ id, name, argumentsText, giveBack: { function: more = {}, ...fields } = {} }: ChatToolCall) {
  const called = { name, arguments: wireArguments(argumentsText), ...(more as object) };
  return { id, type: 'function' as const, function: called, ...fields };
}

/** llama.cpp and vLLM parse the arguments of earlier calls and fail on text that is no JSON object. */
function wireArguments(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return text;
  } catch {
    // The model has been told that its arguments did not parse; what it wrote stays readable to it.
  }
  return JSON.stringify({ unparsable: text });
}
