/** OpenAI's chat completions, with plain and with reasoning models, and Azure's. */
import { chunks, events } from './event-streams.ts';
import {
  afterThinking,
  type Asked,
  type Completion,
  type Profile,
  saying,
  withChoice,
  withMessage,
} from './profile.ts';
import { callsAnswered, strictSchema } from './rules.ts';

const inOpenAiForm = (completion: Completion, model: string): Completion => ({
  ...withMessage(completion, () => ({ refusal: null, annotations: [] })),
  model,
  service_tier: 'default',
});

export const openAiChat = (): Profile => ({
  name: 'OpenAI chat',
  model: 'gpt-4o-mini',
  rules: [callsAnswered, strictSchema],
  seen: ['openai/openai-openapi#240'],
  answers: (completion) => inOpenAiForm(completion, 'gpt-4o-mini-2024-07-18'),
});

const unsupported = (field: string, advice = '') =>
  saying(`Unsupported parameter: '${field}' is not supported with this model.${advice}`, {
    param: field,
    code: 'unsupported_parameter',
  });

const calm = ({ body }: Asked): boolean => body.reasoning_effort === 'none';

export const openAiReasoning = (): Profile => ({
  name: 'OpenAI reasoning',
  model: 'gpt-5.4',
  rules: [
    callsAnswered,
    strictSchema,
    {
      seen: 'tmc/langchaingo#1355',
      refuses: ({ body }) =>
        body.max_tokens === undefined ? null : unsupported('max_tokens', " Use 'max_completion_tokens' instead."),
    },
    {
      seen: 'vercel/ai#10932',
      refuses: (asked) => (asked.body.logprobs === undefined || calm(asked) ? null : unsupported('logprobs')),
    },
    {
      seen: 'BeehiveInnovations/pal-mcp-server#78',
      refuses: ({ body: { temperature } }) =>
        temperature === undefined || temperature === 1
          ? null
          : saying(
              `Unsupported value: 'temperature' does not support ${String(temperature)} with this model. Only the default (1) value is supported.`,
              { param: 'temperature', code: 'unsupported_value' },
            ),
    },
    {
      seen: 'BerriAI/litellm#34569',
      refuses: (asked) =>
        asked.body.tools === undefined || calm(asked)
          ? null
          : saying(
              `Function tools with reasoning_effort are not supported for ${String(asked.body.model)} in /v1/chat/completions. To use function tools, use /v1/responses or set reasoning_effort to 'none'.`,
              { param: 'reasoning_effort' },
            ),
    },
    {
      seen: 'vectorize-io/hindsight#58',
      refuses: ({ body: { max_completion_tokens: limit } }) =>
        typeof limit === 'number' && limit < 16
          ? saying(
              `Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got ${limit} instead.`,
              { param: 'max_output_tokens', code: 'integer_below_min_value' },
            )
          : null,
    },
  ],
  seen: ['openai/openai-openapi#541'],
  answers: (completion, asked) =>
    inOpenAiForm(calm(asked) ? completion : afterThinking(completion, asked, 64), 'gpt-5.4-2026-03-05'),
});

const safe = { hate: { filtered: false, severity: 'safe' }, violence: { filtered: false, severity: 'safe' } };
const nothing = { id: '', created: 0, model: '', object: '' };
/** Before the words, what the filter found in the prompt; behind some of them, what it found there. */
const promptFiltered = {
  ...nothing,
  choices: [],
  prompt_filter_results: [{ prompt_index: 0, content_filter_results: safe }],
};
const checked = {
  ...nothing,
  choices: [
    { finish_reason: null, index: 0, content_filter_offsets: { check_offset: 44 }, content_filter_results: safe },
  ],
};

export const azure = (): Profile => ({
  name: 'Azure',
  model: 'team-answers',
  base: '/openai/deployments/team-answers?api-version=2024-06-01',
  rules: [
    {
      seen: 'vercel/chatbot#588',
      refuses: ({ headers }) =>
        headers['api-key'] === undefined || headers.authorization !== undefined
          ? saying(
              'Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource.',
              { code: 'Unauthorized' },
              401,
            )
          : null,
    },
    {
      seen: 'Significant-Gravitas/AutoGPT#4023',
      refuses: ({ path }) =>
        /^\/openai\/deployments\/team-answers\/chat\/completions\?api-version=/.test(path)
          ? null
          : saying('Resource not found', { code: '404' }, 404),
    },
    {
      seen: 'agno-agi/agno#1066',
      refuses: ({ body }) =>
        body.stream_options === undefined
          ? null
          : saying("Unknown parameter: 'stream_options'.", { param: 'stream_options', code: 'unknown_parameter' }),
    },
    callsAnswered,
    strictSchema,
  ],
  seen: ['AbanteAI/archive-old-cli-mentat#429', 'microsoft/autogen#6465'],
  answers: (completion) => ({
    ...withChoice(completion, { content_filter_results: safe }),
    model: 'gpt-4o-2024-08-06',
    prompt_filter_results: promptFiltered.prompt_filter_results,
  }),
  streams: (completion, asked) => {
    const [first, ...rest] = chunks(completion, asked);
    return events([promptFiltered, first, checked, ...rest, checked]);
  },
});
