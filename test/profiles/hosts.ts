/** Those who serve the models of others: Groq, OpenRouter, LiteLLM's proxy. */
import { chunks, events, withUsageLast } from './event-streams.ts';
import {
  afterThinking,
  callsOfTurn,
  opaque,
  type Profile,
  refusal,
  sentOf,
  withCalls,
  withChoice,
  withMessage,
} from './profile.ts';

const groqMessage = ['role', 'content', 'name', 'tool_calls', 'tool_call_id', 'reasoning'];

export const groq = (): Profile => ({
  name: 'Groq',
  model: 'openai/gpt-oss-120b',
  base: '/openai/v1',
  rules: [
    {
      seen: 'groq/groq-python#25',
      refuses: (asked) =>
        sentOf(asked, ['logprobs', 'top_logprobs']) === undefined
          ? null
          : refusal(400, {
              error: { message: '`logprobs` is not supported with this model', type: 'invalid_request_error' },
            }),
    },
    {
      seen: 'vercel/ai#16540',
      refuses: ({ body }) =>
        body.response_format !== undefined && body.tools !== undefined
          ? refusal(400, {
              error: {
                message: 'json mode cannot be combined with tool/function calling',
                type: 'invalid_request_error',
              },
            })
          : null,
    },
    {
      seen: 'janhq/jan#8136',
      refuses({ messages }) {
        for (const [at, message] of messages.entries()) {
          const field = Object.keys(message).find((name) => !groqMessage.includes(name));
          if (field === undefined) continue;
          const place = `'messages.${at}'`;
          const text = `${place} : for 'role:${message.role}' the following must be satisfied[(${place} : property '${field}' is unsupported)]`;
          return refusal(400, { error: { message: text, type: 'invalid_request_error' } });
        }
        return null;
      },
    },
  ],
  seen: ['Portkey-AI/gateway#1072: usage in x_groq, beside the last choice', 'vercel/ai#8057: thinking in reasoning'],
  answers: (completion, asked) => ({
    ...withMessage(afterThinking(completion, asked, 32), () => ({ reasoning: 'We need to look closely.' })),
    x_groq: { id: 'req_01jt0xby4ffanamrs6m40mv0fy' },
  }),
  streams({ x_groq: _, ...completion }) {
    const id = 'req_01jt0xby4ffanamrs6m40mv0fy';
    const all = withUsageLast(completion as Parameters<typeof withUsageLast>[0]);
    const inGroqForm = all.map(({ usage, ...chunk }, at) => {
      if (at === 0) return { ...chunk, x_groq: { id } };
      return usage === undefined ? chunk : { ...chunk, x_groq: { id, usage } };
    });
    return events(inGroqForm);
  },
});

/** Gemini behind it: encrypted thinking comes in `reasoning_details`, and is wanted back with every call of the turn. */
export function openRouter(): Profile {
  const given = new Map<string, string>();
  return {
    name: 'OpenRouter',
    model: 'google/gemini-3-flash-preview',
    base: '/api/v1',
    rules: [
      {
        seen: 'block/buzz#3018',
        refuses: (asked) =>
          sentOf(asked, ['logprobs', 'top_logprobs']) === undefined
            ? null
            : refusal(404, {
                error: { message: 'No endpoints found that can handle the requested parameters.', code: 404 },
              }),
      },
      {
        seen: 'microsoft/agent-framework#2947',
        refuses({ messages }) {
          const bare = callsOfTurn(messages).find(({ message }) => {
            const details = (message.reasoning_details ?? []) as { data?: string }[];
            return !details.some(({ data }) => data === given.get(message.tool_calls?.[0]?.id ?? ''));
          });
          if (bare === undefined) return null;
          const raw =
            'Gemini models require OpenRouter reasoning details to be preserved in each request. Please refer to our docs: https://openrouter.ai/docs/guides/best-practices/reasoning-tokens#preserving-reasoning-blocks. Upstream error: Function call is missing a thought_signature in functionCall parts.';
          const metadata = { raw, provider_name: 'Google AI Studio' };
          return refusal(400, { error: { message: 'Provider returned error', code: 400, metadata } });
        },
      },
    ],
    seen: [
      'openrouter.ai/docs/api-reference/streaming: comments',
      'openrouter.ai/announcements/standardized-finish-reasons',
    ],
    answers(completion) {
      const [{ message, finish_reason: reason }] = completion.choices;
      const [call] = message.tool_calls ?? [];
      const native = withChoice(completion, { native_finish_reason: String(reason).toUpperCase() });
      const named = { ...native, provider: 'Google AI Studio' };
      if (call === undefined) return named;
      const id = `tool_${call.function.name}_${call.id.slice(-20)}`;
      given.set(id, opaque('EoED', id));
      const details = [
        { type: 'reasoning.text', text: 'I look for the words.', format: 'google-gemini-v1', index: 0 },
        { type: 'reasoning.encrypted', data: given.get(id), id, format: 'google-gemini-v1', index: 1 },
      ];
      const withDetails = withMessage(named, () => ({
        reasoning: 'I look for the words.',
        reasoning_details: details,
      }));
      return withCalls(withDetails, (_, at) => (at === 0 ? { id } : {}));
    },
    streams: (completion, asked) => events(chunks(completion, asked), ': OPENROUTER PROCESSING\n\n'),
    secrets: () => [...given.values()],
  };
}

/** Gemini behind it: the signature is a part of the call's id. */
export function liteLlm(): Profile {
  const given = new Set<string>();
  const error = (message: string) => refusal(400, { error: { message, type: 'None', param: null, code: '400' } });
  return {
    name: 'LiteLLM',
    model: 'team-gemini',
    base: '',
    rules: [
      {
        seen: 'BerriAI/litellm#9171, #17165',
        refuses(asked) {
          const fields = ['logprobs', 'top_logprobs'].filter((name) => asked.body[name] !== undefined);
          if (fields.length === 0) return null;
          const named = `[${fields.map((name) => `'${name}'`).join(', ')}]`;
          return error(
            `litellm.UnsupportedParamsError: gemini does not support parameters: ${named}, for model=gemini-3-flash-preview. To drop these, set \`litellm.drop_params=True\` or for proxy:\n\n\`litellm_settings:\n drop_params: true\`\n. \n If you want to use these params dynamically send allowed_openai_params=${named} in your request.. Received Model Group=team-gemini\nAvailable Model Group Fallbacks=None`,
          );
        },
      },
      {
        seen: 'BerriAI/litellm#16893, #16895',
        refuses({ messages }) {
          const bare = callsOfTurn(messages).find(({ message }) => !given.has(message.tool_calls?.[0]?.id ?? ''));
          if (bare === undefined) return null;
          return error(
            `litellm.BadRequestError: Vertex_ai_betaException BadRequestError - b'{\\n  "error": {\\n    "code": 400,\\n    "message": "Function call is missing a thought_signature in functionCall parts.",\\n    "status": "INVALID_ARGUMENT"\\n  }\\n}\\n'`,
          );
        },
      },
    ],
    seen: ['BerriAI/litellm#16895: signatures in ids', 'openai/openai-agents-python#4177: thinking_blocks'],
    answers: (completion) =>
      withCalls(
        withMessage(completion, () => ({ provider_specific_fields: null })),
        ({ id }, at) => {
          if (at > 0) return {};
          const signed = `${id}__thought__${opaque('Ci', id)}`;
          given.add(signed);
          return { id: signed };
        },
      ),
    secrets: () => [...given].map((id) => id.slice(id.indexOf('__thought__') + 11)),
  };
}
