/** Endpoints that Switchyard must get along with, each reduced to what it refuses and how it answers. */
import { openAiError, type ScriptedReply } from './scripted-server-reply.ts';

type Body = Record<string, unknown>;
type Judged = { kind: 'refused'; reply: ScriptedReply } | { kind: 'accepted'; body: Body; translate: Translate };
type Translate = (reply: ScriptedReply) => ScriptedReply;

/** Looks at a chat request; personas may keep count, so make a new one for each server. */
export type Persona = (body: Body) => Judged;

const refused = (reply: ScriptedReply): Judged => ({ kind: 'refused', reply });
const unchanged: Translate = (reply) => reply;

/**
 * OpenAI's newer reasoning models on chat completions. Refusals are worded as seen in tmc/langchaingo#1355,
 * BerriAI/litellm#34569 and BeehiveInnovations/pal-mcp-server#78; thinking is paid from `max_completion_tokens`.
 */
export function openAiReasoning(thinkingTokens = 64): Persona {
  return (body) => {
    const { max_tokens, temperature, logprobs, top_logprobs, reasoning_effort: effort } = body;
    if (max_tokens !== undefined) return unsupported('max_tokens', " Use 'max_completion_tokens' instead.");
    if (logprobs !== undefined) return unsupported('logprobs');
    if (top_logprobs !== undefined) return unsupported('top_logprobs');
    if (temperature !== undefined && temperature !== 1) {
      const message = `Unsupported value: 'temperature' does not support ${String(temperature)} with this model. Only the default (1) value is supported.`;
      return refused(openAiError(400, message, { param: 'temperature', code: 'unsupported_value' }));
    }
    const calm = effort === 'none' || effort === 'minimal';
    if (Array.isArray(body.tools) && body.tools.length > 0 && !calm) {
      const message = `Function tools with reasoning_effort are not supported for ${String(body.model)} in /v1/chat/completions. To use function tools, use /v1/responses or set reasoning_effort to 'none'.`;
      return refused(openAiError(400, message, { param: 'reasoning_effort' }));
    }
    return { kind: 'accepted', body, translate: calm ? unchanged : afterThinking(thinkingTokens, body) };
  };
}

/**
 * A llama.cpp server: error bodies without `param`, unknown fields ignored, logprobs only for its own `n_probs`, and a
 * JSON schema that it forgets every second time.
 */
export function llamaCpp(contextTokens = 1_000_000): Persona {
  let schemas = 0;
  return (body) => {
    const promptTokens = Math.ceil(JSON.stringify(body.messages ?? []).length / 4);
    if (promptTokens > contextTokens) {
      const message = `request (${promptTokens} tokens) exceeds the available context size (${contextTokens} tokens), try increasing it`;
      const error = { code: 400, message, type: 'exceed_context_size_error', n_ctx: contextTokens };
      return refused({ status: 400, body: { error } });
    }
    if (body.response_format !== undefined) schemas += 1;
    const dropped = new Set(['logprobs', 'top_logprobs', 'max_completion_tokens', 'reasoning_effort']);
    if (schemas % 2 === 0) dropped.add('response_format');
    const known = Object.fromEntries(Object.entries(body).filter(([name]) => !dropped.has(name)));
    return { kind: 'accepted', body: known, translate: asLlamaCpp };
  };
}

/** A gateway with a short list of fields, that names the one it does not know in words only, as older OpenAI did. */
export function strictGateway(): Persona {
  const allowed = new Set(['model', 'messages', 'max_tokens', 'tools', 'stream']);
  return (body) => {
    const stranger = Object.keys(body).find((name) => !allowed.has(name));
    if (stranger !== undefined) {
      const message = `Unrecognized request argument supplied: ${stranger}`;
      return refused({ status: 400, body: { error: { message, type: 'invalid_request_error' } } });
    }
    if (body.max_tokens === undefined) return refused({ status: 422, body: { detail: 'max_tokens: field required' } });
    return { kind: 'accepted', body, translate: unchanged };
  };
}

function unsupported(field: string, advice = ''): Judged {
  const message = `Unsupported parameter: '${field}' is not supported with this model.${advice}`;
  return refused(openAiError(400, message, { param: field, code: 'unsupported_parameter' }));
}

type Choice = { message: Body; finish_reason: unknown };
type Completion = Body & { choices: Choice[]; usage?: Record<string, unknown> };

/** Garbage from behind goes through as it is. */
function isCompletion(body: unknown): body is Completion {
  return typeof body === 'object' && body !== null && 'choices' in body && Array.isArray(body.choices);
}

/** Adds what thinking cost; a limit that it uses up leaves no words. */
function afterThinking(thinkingTokens: number, request: Body): Translate {
  return (reply) => {
    if (!isCompletion(reply.body)) return reply;
    const { body } = reply;
    const limit = Number(request.max_completion_tokens ?? Number.POSITIVE_INFINITY);
    const thought = Math.min(thinkingTokens, limit);
    const starved = limit <= thinkingTokens;
    const written = starved ? 0 : Number(body.usage?.completion_tokens ?? 0);
    const input = Number(body.usage?.prompt_tokens ?? 0);
    const silent = { message: { role: 'assistant', content: '' }, finish_reason: 'length', index: 0, logprobs: null };
    const usage = {
      prompt_tokens: input,
      completion_tokens: thought + written,
      total_tokens: input + thought + written,
      completion_tokens_details: { reasoning_tokens: thought },
    };
    return { ...reply, body: { ...body, usage, ...(starved ? { choices: [silent] } : {}) } };
  };
}

function asLlamaCpp(reply: ScriptedReply): ScriptedReply {
  if (!isCompletion(reply.body)) return reply;
  const { body } = reply;
  const choices = body.choices.map(({ message, finish_reason }, index) => ({ index, message, finish_reason }));
  return { ...reply, body: { ...body, choices, timings: { predicted_per_second: 40 } } };
}
