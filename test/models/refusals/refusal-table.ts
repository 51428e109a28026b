/** What endpoints were publicly seen to say when they refuse something, and what is sent instead. */
import {
  type Body,
  type Change,
  gapAfterTool,
  instructionsInside,
  limit,
  noChoice,
  noLogprobs,
  oneCallEach,
  otherLimit,
  plainJson,
  without,
} from './refusal-changes.ts';

export const said = (message: string, fields: Body = {}): Body => ({ error: { message, ...fields } });

/** Where it was seen, what came back, what the next request is. */
export const refusals: [source: string, status: number, body: unknown, change: Change][] = [
  [
    'Gemini, google-gemini/deprecated-generative-ai-js#421',
    400,
    said('Logprobs is not supported for the current model.', { status: 'INVALID_ARGUMENT' }),
    noLogprobs,
  ],
  [
    'Gemini, mscraftsman/generative-ai#135',
    400,
    [said('Logprobs is not enabled for models/gemini-2.5-pro', { code: 400, status: 'INVALID_ARGUMENT' })],
    noLogprobs,
  ],
  [
    'LiteLLM before Vertex, BerriAI/litellm#31600',
    400,
    said(
      `litellm.BadRequestError: Vertex_aiException BadRequestError - ${JSON.stringify(said('Unable to submit request because Logprobs is not supported for this model.', { code: 400 }))}`,
    ),
    noLogprobs,
  ],
  ['Groq, groq/groq-python#25', 400, said('`logprobs` is not supported with this model'), noLogprobs],
  [
    'Groq, vercel/ai#16540',
    400,
    said('json mode cannot be combined with tool/function calling'),
    without('response_format'),
  ],
  [
    'Google, vercel/ai#16540',
    400,
    said("Function calling with a response mime type: 'application/json' is unsupported"),
    plainJson,
  ],
  [
    'Google, google-gemini/deprecated-generative-ai-python#137',
    400,
    said('Json mode is not enabled for models/gemini-pro'),
    plainJson,
  ],
  [
    'Google, unknown names',
    400,
    said('Invalid JSON payload received. Unknown name "logprobs": Cannot find field.', {
      status: 'INVALID_ARGUMENT',
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.BadRequest',
          fieldViolations: [
            { description: 'Invalid JSON payload received. Unknown name "logprobs": Cannot find field.' },
          ],
        },
      ],
    }),
    noLogprobs,
  ],
  [
    'Google, a violated field alone',
    400,
    said('Request contains an invalid argument.', {
      details: [
        { fieldViolations: [{ field: 'generation_config.response_logprobs', description: 'not for this model' }] },
      ],
    }),
    noLogprobs,
  ],
  [
    'Google AI, google/adk-python#3900',
    400,
    said('Developer instruction is not enabled for models/gemma-3-12b-it'),
    instructionsInside,
  ],
  [
    'Mistral, editor-code-assistant/eca#231',
    422,
    {
      object: 'error',
      message: {
        detail: [
          { type: 'extra_forbidden', loc: ['body', 'logprobs'], msg: 'Extra inputs are not permitted', input: true },
        ],
      },
      type: 'invalid_request_error',
      param: null,
      code: null,
    },
    noLogprobs,
  ],
  [
    'Mistral, mistralai/platform-docs-public#7',
    422,
    {
      object: 'error',
      message: JSON.stringify({
        detail: [{ type: 'extra_forbidden', loc: ['body', 'logprobs'], msg: 'Extra inputs are not permitted' }],
      }),
      type: 'internal_error_proxy',
      code: '1000',
    },
    noLogprobs,
  ],
  [
    'Mistral, partITech/php-mistral#76',
    422,
    {
      message: [{ type: 'extra_forbidden', loc: ['body', 'temperature'], msg: 'Extra inputs are not permitted' }],
      code: 3001,
    },
    without('temperature'),
  ],
  [
    'Mistral, avante-corp/avante.nvim#2562',
    400,
    {
      object: 'error',
      message: "Unexpected role 'user' after role 'tool'",
      type: 'invalid_request_message_order',
      param: null,
      code: '3230',
    },
    gapAfterTool,
  ],
  [
    'Mistral by llama.cpp, mistralai/mistral-vibe#1006',
    500,
    said(
      'Error: Jinja Exception: After the optional system message, conversation roles must alternate user and assistant roles except for tool calls and results.',
      { code: 500, type: 'server_error' },
    ),
    gapAfterTool,
  ],
  [
    'Perplexity, iamsrikanthnani/pluely#71',
    400,
    said(
      'After the (optional) system message(s), user or tool message(s) should alternate with assistant message(s).',
      { type: 'invalid_message', code: 400 },
    ),
    gapAfterTool,
  ],
  [
    'vLLM, suitenumerique/conversations#197',
    400,
    said('Conversation roles must alternate user/assistant/user/assistant/...', { type: 'BadRequestError', code: 400 }),
    gapAfterTool,
  ],
  [
    'vLLM, a template without the system role',
    400,
    said('System role not supported', { type: 'BadRequestError' }),
    instructionsInside,
  ],
  [
    'vLLM with Llama 3, vllm-project/vllm#12938',
    400,
    said('This model only supports single tool-calls at once!', { type: 'BadRequestError' }),
    oneCallEach,
  ],
  [
    'OpenAI, o1',
    400,
    said("Unsupported value: 'messages[0].role' does not support 'system' with this model.", {
      param: 'messages[0].role',
      code: 'unsupported_value',
    }),
    instructionsInside,
  ],
  [
    'OpenAI, tmc/langchaingo#1355',
    400,
    said("Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", {
      param: 'max_tokens',
      code: 'unsupported_parameter',
    }),
    otherLimit,
  ],
  [
    'OpenAI, BeehiveInnovations/pal-mcp-server#78',
    400,
    said(
      "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.",
      { param: 'temperature' },
    ),
    without('temperature'),
  ],
  [
    'OpenAI, logprobs of some models',
    403,
    said('You are not allowed to request logprobs from this model.', { type: 'invalid_request_error' }),
    noLogprobs,
  ],
  [
    'OpenRouter, zed-industries/zed#36094',
    404,
    said(
      "No endpoints found that support the provided 'tool_choice' value. To learn more about provider routing, visit: https://openrouter.ai/docs/provider-routing",
      { code: 404 },
    ),
    noChoice,
  ],
  [
    'OpenRouter, block/buzz#3018',
    404,
    said('No endpoints found that can handle the requested parameters.', { code: 404 }),
    noLogprobs,
  ],
  [
    'OpenRouter before Azure, vectorize-io/hindsight#58',
    400,
    said('Provider returned error', {
      code: 400,
      metadata: {
        raw: JSON.stringify(
          said(
            "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 2016, but got 2000 instead.",
            { param: 'max_output_tokens', code: 'integer_below_min_value' },
          ),
        ),
      },
    }),
    limit(2016),
  ],
  [
    'xAI, BerriAI/litellm#16265',
    400,
    {
      code: 'Client specified an invalid argument',
      error: 'Model grok-4-latest does not support parameter topLogprobs.',
    },
    noLogprobs,
  ],
  [
    'xAI, n8n-io/n8n#14581',
    400,
    { code: 'Client specified an invalid argument', error: 'Argument not supported on this model: logprobs' },
    noLogprobs,
  ],
  [
    'Bedrock, anthropics/anthropic-sdk-typescript#592',
    400,
    {
      message:
        'Malformed input request: #: extraneous key [tool_choice] is not permitted, please reformat your input and try again.',
    },
    noChoice,
  ],
  [
    'LiteLLM, 567-labs/instructor#1390',
    400,
    said(
      "litellm.UnsupportedParamsError: bedrock does not support parameters: {'tool_choice': 'none'}, for model=us.meta.llama3-3-70b-instruct-v1:0. To drop these, set `litellm.drop_params=True`",
    ),
    noChoice,
  ],
  [
    'LM Studio, lmstudio-ai/lmstudio-bug-tracker#307',
    400,
    { error: "'response_format.type' must be 'text'" },
    plainJson,
  ],
  [
    'DeepSeek, a type of response_format',
    400,
    said('This response_format type is unavailable now', {
      type: 'invalid_request_error',
      code: 'invalid_request_error',
    }),
    plainJson,
  ],
  [
    'DeepSeek, deepseek-ai/DeepSeek-V3#69',
    400,
    said('Invalid max_tokens value, the valid range of max_tokens is [1, 1192]', { code: 'invalid_request_error' }),
    limit(1192),
  ],
  [
    'Alibaba, open-webui/open-webui#10507',
    400,
    said('<400> InternalError.Algo.InvalidParameter: Range of max_tokens should be [1, 1192]'),
    limit(1192),
  ],
  [
    'a free proxy, neavo/KeywordGacha#111',
    400,
    {
      code: 400,
      reason: 'INVALID_REQUEST_BODY',
      message: 'max_tokens (current value: 2000) must be between 0 and 1000 ',
      metadata: {},
    },
    limit(1000),
  ],
  [
    'Volcengine, yiliqi78/TOKENICODE#3',
    400,
    said(
      'The parameter max_tokens specified in the request is not valid: integer above maximum value, expected a value <= 1768, but got 2000 instead. Request id: 0217724325966514087c9e55f8b322b82cd17f72450d06e16ef7b',
      { code: 'InvalidParameter', param: 'max_tokens', type: 'BadRequest' },
    ),
    limit(1768),
  ],
  [
    'Fireworks, nullclaw/nullclaw#231',
    400,
    said('Requests with max_tokens > 1096 must have stream=true', { param: 'max_tokens', code: 'BAD_REQUEST' }),
    limit(1096),
  ],
  [
    'Anthropic, its ceiling',
    400,
    said('max_tokens: 2000 > 1,024, which is the maximum allowed number of output tokens for claude-3-opus-20240229', {
      type: 'invalid_request_error',
    }),
    limit(1024),
  ],
  [
    'OpenAI, its ceiling',
    400,
    said(
      'max_tokens is too large: 2000. This model supports at most 1638 completion tokens, whereas you provided 2000.',
      { param: 'max_tokens', code: 'invalid_value' },
    ),
    limit(1638),
  ],
  ['a ceiling without a number', 400, said('The value of max_tokens is too high for this model.'), limit(1000)],
  [
    'Azure, an unknown argument',
    400,
    said('Unrecognized request argument supplied: logprobs', { type: 'invalid_request_error' }),
    noLogprobs,
  ],
];
