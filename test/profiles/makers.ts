/** Those who make models and serve them: Gemini's compatible endpoint, Anthropic's, DeepSeek, Mistral. */
import { chunks, endingWithStop, events, wholeCalls, withUsageLast } from './event-streams.ts';
import {
  afterThinking,
  callsOfTurn,
  opaque,
  outOfOrder,
  type Profile,
  refusal,
  saying,
  sentOf,
  withCalls,
  withChoice,
  withMessage,
} from './profile.ts';
import { callsAnswered, extraForbidden, toolResults } from './rules.ts';

/** Errors come in a list. */
const googleError = (message: string) => refusal(400, [{ error: { code: 400, message, status: 'INVALID_ARGUMENT' } }]);

/** Signs the first call of each reply, and wants the signature back with it, on every call of the turn. */
export function gemini(): Profile {
  const given = new Map<string, string>();
  return {
    name: 'Gemini',
    model: 'gemini-3-flash-preview',
    base: '/v1beta/openai/',
    rules: [
      {
        seen: 'mscraftsman/generative-ai#135',
        refuses: (asked) =>
          sentOf(asked, ['logprobs', 'top_logprobs']) === undefined
            ? null
            : googleError(`Logprobs is not enabled for models/${String(asked.body.model)}`),
      },
      {
        seen: 'Gitlawb/openclaude#67',
        refuses({ messages }) {
          const unsigned = callsOfTurn(messages).find(({ message }) => {
            const [call] = message.tool_calls ?? [];
            const extra = call?.extra_content as { google?: { thought_signature?: string } } | undefined;
            return extra?.google?.thought_signature !== given.get(call?.id ?? '');
          });
          if (unsigned === undefined) return null;
          const name = unsigned.message.tool_calls?.[0]?.function.name;
          return googleError(
            `Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance. Additional data, function call \`default_api:${name}\` , position ${unsigned.at}. Please refer to https://ai.google.dev/gemini-api/docs/thought-signatures for more details.`,
          );
        },
      },
    ],
    seen: ['googleapis/python-genai#2868', 'THU-MAIC/OpenMAIC#1556'],
    answers: (completion) =>
      withCalls(completion, ({ id }, at) => {
        if (at > 0) return {};
        given.set(id, opaque('Ep', id));
        return { extra_content: { google: { thought_signature: given.get(id) } } };
      }),
    // Calls come whole and without an index, and the end of a reply with calls is `stop`.
    streams: (completion, asked) =>
      events(endingWithStop(wholeCalls(chunks(completion, asked), completion, (call) => call))),
    secrets: () => [...given.values()],
  };
}

export const anthropic = (): Profile => ({
  name: 'Anthropic',
  model: 'claude-sonnet-4-5',
  base: '/v1/',
  rules: [
    {
      seen: 'chrisvel/tududi#1353',
      refuses: ({ body }) =>
        (body.response_format as { type?: string } | undefined)?.type === 'json_object'
          ? saying("response_format.type: Input should be 'json_schema'", { code: 'invalid_request_error' })
          : null,
    },
    {
      seen: 'anthropics/claude-code#59812',
      refuses: ({ messages }) =>
        messages.some(({ content, tool_calls: calls }) => content === '' && calls === undefined)
          ? saying('messages: text content blocks must be non-empty', { code: 'invalid_request_error' })
          : null,
    },
    toolResults,
  ],
  seen: ['platform.claude.com/docs/en/api/openai-sdk: logprobs are ignored, usage has no details'],
  answers(completion) {
    const { prompt_tokens, completion_tokens, total_tokens } = completion.usage;
    const silent = withChoice(completion, { logprobs: undefined });
    const counted = { ...silent, usage: { prompt_tokens, completion_tokens, total_tokens } };
    return withCalls(counted, ({ id }) => ({ id: `toolu_01${id.slice(5, 27)}` }));
  },
});

/** Thinks in every reply, pays for it from the limit, and wants it back within a turn of calls. */
export const deepSeek = (): Profile => ({
  name: 'DeepSeek',
  model: 'deepseek-reasoner',
  base: '',
  rules: [
    {
      seen: 'lollipopkit/flutter_gpt_box#213',
      refuses(asked) {
        const field = sentOf(asked, ['logprobs', 'top_logprobs']);
        return field === undefined
          ? null
          : saying(`deepseek-reasoner does not support the parameter \`${field}\``, { code: 'invalid_request_error' });
      },
    },
    {
      seen: 'llm-exe/llm-exe#662',
      refuses: ({ body }) =>
        (body.response_format as { type?: string } | undefined)?.type === 'json_schema'
          ? saying('This response_format type is unavailable now', { code: 'invalid_request_error' })
          : null,
    },
    {
      seen: 'abhigyanpatwari/GitNexus#43',
      refuses({ messages }) {
        const bare = callsOfTurn(messages).find(({ message }) => typeof message.reasoning_content !== 'string');
        return bare === undefined
          ? null
          : saying(
              `Missing \`reasoning_content\` field in the assistant message at message index ${bare.at}. For more information, please refer to https://api-docs.deepseek.com/guides/thinking_mode#tool-calls`,
              { code: 'invalid_request_error' },
            );
      },
    },
    callsAnswered,
  ],
  seen: ['api-docs.deepseek.com/quick_start/rate_limit: empty lines, and comments in streams, keep a connection alive'],
  answers(completion, asked) {
    const thought = withMessage(afterThinking(completion, asked, 48), () => ({
      reasoning_content: 'The question has to be read closely first.',
    }));
    const { prompt_tokens } = thought.usage;
    return {
      ...thought,
      usage: { ...thought.usage, prompt_cache_hit_tokens: 0, prompt_cache_miss_tokens: prompt_tokens },
    };
  },
  streams: (completion) => events(withUsageLast(completion), ': keep-alive\n\n'),
  body: (completion) => `\n\n\n${JSON.stringify(completion)}`,
});

const messageFields = ['role', 'content', 'tool_calls', 'prefix', 'name', 'tool_call_id'];

export const mistral = (): Profile => ({
  name: 'Mistral',
  model: 'mistral-large-latest',
  rules: [
    {
      seen: 'editor-code-assistant/eca#231',
      refuses(asked) {
        const field = sentOf(asked, ['max_completion_tokens', 'logprobs', 'top_logprobs', 'reasoning_effort']);
        return field === undefined ? null : extraForbidden([field], asked.body[field]);
      },
    },
    {
      seen: 'dnakov/anon-kode#53',
      refuses: ({ body }) =>
        body.stream_options === undefined ? null : extraForbidden(['stream_options', 'include_usage'], true),
    },
    {
      seen: 'charmbracelet/crush#1590',
      refuses({ messages }) {
        for (const [at, message] of messages.entries()) {
          const field = Object.keys(message).find((name) => !messageFields.includes(name));
          if (field !== undefined) return extraForbidden(['messages', at, message.role, field], message[field]);
        }
        return null;
      },
    },
    {
      seen: 'avante-corp/avante.nvim#2562',
      refuses: ({ messages }) =>
        outOfOrder(messages, 'tool', 'user')
          ? refusal(400, {
              object: 'error',
              message: "Unexpected role 'user' after role 'tool'",
              type: 'invalid_request_message_order',
              param: null,
              code: '3230',
            })
          : null,
    },
    {
      seen: 'editor-code-assistant/eca#233',
      refuses({ messages }) {
        const ids = messages.flatMap(({ tool_calls: calls = [] }) => calls.map(({ id }) => id));
        const wrong = ids.find((id) => !/^[a-zA-Z0-9]{9}$/.test(id));
        return wrong === undefined
          ? null
          : refusal(400, {
              object: 'error',
              message: `Tool call id was ${wrong} but must be a-z, A-Z, 0-9, with a length of 9.`,
              type: 'invalid_function_call',
              param: null,
              code: '3280',
            });
      },
    },
  ],
  seen: ['dnakov/anon-kode#53: usage comes without being asked for'],
  answers: (completion) => withCalls(completion, ({ id }) => ({ id: id.slice(-9) })),
  streams: (completion) => events(withUsageLast(completion)),
});
