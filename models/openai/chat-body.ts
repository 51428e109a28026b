/** Writes a chat request in an endpoint's dialect. */
import type {
  ChatCompletionCreateParamsNonStreaming,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';
import type { ChatMessage, ChatRequest, ChatToolCall } from '../../contracts/chat.ts';
import { type Dialect, type Effort, efforts, otherLimitField } from './dialects.ts';

export type WireBody = ChatCompletionCreateParamsNonStreaming;

/** `top_logprobs` that endpoints with a small maximum still take. */
export const fewLogprobs = 5;

/**
 * The request as it goes over the wire: only fields that the dialect takes, and none that the request does not need.
 * @param reasoningTokens added to the visible limit where the model thinks first.
 */
export function chatBody(request: ChatRequest, model: string, dialect: Dialect, reasoningTokens: number): WireBody {
  const effort = effortFor(request, dialect);
  const refuses = dialect.refused;
  const thinks = dialect.thinks === 'always' || (dialect.thinks !== 'never' && effort !== 'none');
  const limitField = refuses.has(dialect.limitField) ? otherLimitField(dialect.limitField) : dialect.limitField;
  return {
    model,
    messages: request.messages.map(wireMessage),
    [limitField]: request.maxOutputTokens + (thinks ? reasoningTokens : 0),
    ...(request.temperature === null || refuses.has('temperature') ? {} : { temperature: request.temperature }),
    ...(effort === null ? {} : { reasoning_effort: effort }),
    ...logprobFields(request, dialect, effort),
    ...toolFields(request, dialect),
    ...formatField(request, dialect),
  };
}

/** Only stated where the endpoint would otherwise refuse: its own default thinks as much as its maker found right. */
function effortFor(request: ChatRequest, dialect: Dialect): Effort | null {
  if (dialect.refused.has('reasoning_effort')) return null;
  const lowest = efforts.find((effort) => !dialect.refused.has(`reasoning_effort=${effort}`)) ?? null;
  if (dialect.toolsNeedEffort && request.tools.length > 0) return lowest;
  const forLogprobs = dialect.logprobsNeedEffort && request.topLogprobs > 0 && !dialect.refused.has('logprobs');
  return forLogprobs && lowest === 'none' ? lowest : null;
}

function logprobFields(request: ChatRequest, dialect: Dialect, effort: Effort | null): Partial<WireBody> {
  if (request.topLogprobs === 0 || dialect.refused.has('logprobs')) return {};
  if (dialect.logprobsNeedEffort && effort !== 'none') return {};
  const most = dialect.refused.has('top_logprobs>5') ? fewLogprobs : 20;
  return { logprobs: true, top_logprobs: Math.min(request.topLogprobs, most) };
}

/** llama-cpp-python takes a schema only beside `json_object`; without the field the prompt alone asks for JSON. */
function formatField({ responseFormat }: ChatRequest, dialect: Dialect): Partial<WireBody> {
  if (responseFormat === null || dialect.refused.has('response_format')) return {};
  if (!dialect.refused.has('response_format=json_schema'))
    return { response_format: { type: 'json_schema', json_schema: { ...responseFormat, strict: true } } };
  const withSchema = { type: 'json_object' as const, schema: responseFormat.schema };
  return { response_format: withSchema };
}

/** Where `tool_choice` is not taken, the tools themselves are left out of a request that must be answered now. */
function toolFields(request: ChatRequest, dialect: Dialect): Partial<WireBody> {
  const answerNow = request.toolChoice === 'none';
  const mayChoose = !dialect.refused.has('tool_choice');
  if (request.tools.length === 0 || (answerNow && !mayChoose)) return {};
  const tools = request.tools.map((tool) => ({ type: 'function' as const, function: { ...tool } }));
  return answerNow ? { tools, tool_choice: 'none' } : { tools };
}

function wireMessage(message: ChatMessage): ChatCompletionMessageParam {
  switch (message.role) {
    case 'system':
    case 'user':
      return { role: message.role, content: message.content };
    case 'tool':
      return { role: 'tool', tool_call_id: message.callId, content: message.content };
    case 'assistant':
      return {
        role: 'assistant',
        // Never null: llama-cpp-python refuses it, and templates of local models join it to text. Mistral and Anthropic
        // refuse a message with nothing in it.
        content: message.content === '' && message.toolCalls.length === 0 ? noReply : message.content,
        ...message.giveBack?.fields,
        ...(message.toolCalls.length === 0 ? {} : { tool_calls: message.toolCalls.map(wireCall) }),
      };
  }
}

const noReply = '(no reply)';

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
