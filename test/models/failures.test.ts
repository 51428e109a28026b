import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FailureKind } from '../../contracts/failures.ts';
import { completion, openAiError, type ScriptedReply } from '../support/scripted-server/scripted-server-reply.ts';
import { modelFor, question, scene, searchTool } from './chat-scene.ts';

const plain = (status: number, body: unknown): ScriptedReply => ({ status, body });
const said = (status: number, message: string) => plain(status, { error: { message } });
const tooMuchForVllm =
  "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (4000 in the messages, 1000 in the completion).";
const shiftedForLmStudio =
  'Trying to keep the first 111490 tokens when context the overflows. However, the model is loaded with context length of only 32768 tokens';

const table: [ScriptedReply, FailureKind, string?][] = [
  [openAiError(401, 'Incorrect API key provided', { code: 'invalid_api_key' }), 'ModelKeyRejected'],
  [said(400, 'API key not valid. Please pass a valid API key.'), 'ModelKeyRejected'],
  [openAiError(403, 'Country, region, or territory not supported'), 'ModelForbidden'],
  [openAiError(404, 'The model `gpt-9` does not exist', { code: 'model_not_found' }), 'ModelNotFound'],
  [plain(404, { error: 'model "qwen9" not found, try pulling it first' }), 'ModelNotFound'],
  [plain(404, '<html>404 page not found</html>'), 'ModelNotFound', 'OPENAI_BASE_URL'],
  [said(400, 'model `qwen9` does not exist'), 'ModelNotFound'],
  [plain(404, { detail: 'Not Found' }), 'ModelNotFound', 'OPENAI_BASE_URL'],
  [said(404, 'Invalid URL (POST /v1/v1/chat/completions)'), 'ModelNotFound', 'OPENAI_BASE_URL'],
  [
    plain(404, '<!doctype html><title>Model zoo</title><h1>404 page not found</h1>'),
    'ModelNotFound',
    'OPENAI_BASE_URL',
  ],
  [plain(404, { error: { type: 'not_found_error', message: 'model: claude-9' } }), 'ModelNotFound', 'SWITCHYARD_MODEL'],
  [
    said(404, 'models/gemini-9 is not found for API version v1main, or is not supported for generateContent.'),
    'ModelNotFound',
    'SWITCHYARD_MODEL',
  ],
  [said(404, 'No endpoints found for nousresearch/hermes-9.'), 'ModelNotFound', 'SWITCHYARD_MODEL'],
  [said(400, 'Model Not Exist'), 'ModelNotFound', 'SWITCHYARD_MODEL'],
  [said(400, 'meta/llama-9 is not a valid model ID'), 'ModelNotFound', 'SWITCHYARD_MODEL'],
  [
    plain(400, { object: 'error', message: 'Invalid model: x', type: 'invalid_model', code: '1500' }),
    'ModelNotFound',
    'SWITCHYARD_MODEL',
  ],
  [
    said(
      401,
      'Access denied due to missing subscription key. Make sure to include subscription key when making requests to an API.',
    ),
    'ModelKeyRejected',
    'SWITCHYARD_MODEL_API_KEY_HEADER',
  ],
  [said(401, 'x-api-key header is required'), 'ModelKeyRejected', 'SWITCHYARD_MODEL_API_KEY_HEADER'],
  [said(401, 'No API key found in request'), 'ModelKeyRejected', 'SWITCHYARD_MODEL_API_KEY_HEADER'],
  [said(405, 'Method not allowed'), 'ModelRequestRefused', 'OPENAI_BASE_URL'],
  [{ status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: '' }, 'ModelRequestRefused', 'OPENAI_BASE_URL'],
  [openAiError(413, 'Payload too large'), 'ModelContextTooLong'],
  [openAiError(400, tooMuchForVllm, { code: 'context_length_exceeded', param: 'messages' }), 'ModelContextTooLong'],
  [plain(400, { object: 'error', message: tooMuchForVllm, type: 'BadRequestError', code: 400 }), 'ModelContextTooLong'],
  [said(400, 'max_tokens must be at least 1, got -186.'), 'ModelContextTooLong'],
  [plain(400, { error: { code: 400, message: 'too big', type: 'exceed_context_size_error' } }), 'ModelContextTooLong'],
  [said(400, 'the request exceeds the available context size. try increasing it'), 'ModelContextTooLong'],
  [said(500, 'Context size has been exceeded.'), 'ModelContextTooLong'],
  [said(500, 'Requested tokens (2285) exceed context window of 2048'), 'ModelContextTooLong'],
  [plain(400, { error: 'input length 6491 exceeds the context length 1500' }), 'ModelContextTooLong'],
  [said(400, shiftedForLmStudio), 'ModelContextTooLong'],
  [said(400, 'Cannot truncate prompt with n_keep (15028) >= n_ctx (7424)'), 'ModelContextTooLong'],
  [said(400, 'Input tokens exceed the configured limit of 272000 tokens.'), 'ModelContextTooLong'],
  [
    plain(200, { error: { message: 'The number of tokens is greater than the context length.' } }),
    'ModelContextTooLong',
  ],
  [said(429, 'Request too large for gpt-4o on tokens per min (TPM): Limit 30000'), 'ModelContextTooLong'],
  [openAiError(400, 'Invalid schema for function'), 'ModelRequestRefused'],
  [openAiError(422, 'Unprocessable'), 'ModelRequestRefused'],
  [openAiError(400, 'The response was filtered', { code: 'content_filter' }), 'ModelContentFiltered'],
  [openAiError(400, 'Your prompt was flagged', { code: 'invalid_prompt' }), 'ModelContentFiltered'],
  [said(403, 'Your input was flagged by moderation'), 'ModelContentFiltered'],
  [{ body: completion({ finish: 'content_filter', text: 'part' }) }, 'ModelContentFiltered'],
  [openAiError(429, 'You exceeded your current quota', { code: 'insufficient_quota' }), 'ModelQuotaSpent'],
  [openAiError(403, 'no money', { type: 'insufficient_quota' }), 'ModelQuotaSpent'],
  [plain(402, { error: { message: 'Insufficient Balance' } }), 'ModelQuotaSpent'],
  [openAiError(408, 'Request timeout'), 'ModelBusy'],
  [openAiError(409, 'Conflict'), 'ModelBusy'],
  [openAiError(429, 'Rate limit reached', { code: 'rate_limit_exceeded' }), 'ModelBusy'],
  [plain(200, { error: { message: 'slow down', code: 429 } }), 'ModelBusy'],
  [openAiError(500, 'The server had an error'), 'ModelUnavailable'],
  [plain(502, '<html>bad gateway</html>'), 'ModelUnavailable'],
  [plain(503, { error: 'overloaded' }), 'ModelUnavailable'],
  [plain(529, {}), 'ModelUnavailable'],
];

for (const [reply, kind, setting] of table) {
  test(`${reply.status ?? 200} ${JSON.stringify(reply.body).slice(0, 90)} is ${kind}`, async () => {
    await using stage = await scene({ script: [reply] });
    const failure = await stage.fail(question());
    assert.equal(failure.kind, kind, failure.message);
    if (setting !== undefined) assert.equal(failure.setting, setting);
    assert.equal(stage.server.requests.length, 1);
    assert.ok(failure.message.length < 900);
    assert.match(failure.message, /local-model at http:\/\/127\.0\.0\.1:\d+\/v1/);
    if (failure.setting !== null) assert.ok(failure.message.endsWith(`look at ${failure.setting}`), failure.message);
  });
}

const longerThanRead = [
  'Input is too long for requested model.',
  'input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease input length or `max_tokens`',
  'prompt is too long: 200001 tokens > 200000 maximum',
  'Invalid request: Your request exceeded model token limit: 8192',
  'Prompt exceeds max length',
  '<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 129024]',
  'too many tokens: size limit exceeded by 100 tokens. Try using shorter or fewer inputs',
  'the number of input tokens 5000 cannot exceed the total tokens limit 4096 for this model',
  "The input (5000 tokens) is longer than the model's context length (4096 tokens).",
  'The prompt (total length 5000) is too long to fit into the model (context length 4096)',
  "This model's maximum prompt length is 131072 but the request contains 540000 tokens.",
  'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
  'tokens in request more than max tokens allowed',
  "This endpoint's maximum context length is 32768 tokens. However, you requested about 40000 tokens (39000 of text input, 1000 in the output).",
  'Prompt contains 33000 tokens and 0 draft tokens, too large for model with 32768 maximum context length',
  'The conversation is longer than this model can read.',
  'Your input exceeds the limit of 100000 characters',
  'message is too long',
  'max input characters: 131072',
  'Total tokens of image and text exceed max message tokens',
  'The total number of tokens in the prompt (9000) is over the limit of 8192',
  'Content length exceeds model limit',
];
const longerThanWritten = [
  'max_tokens is too large: 5000. This model supports at most 4096 completion tokens, whereas you provided 5000.',
  'max_tokens is too large: 5000. The context window is 8192, and at most 4096 completion tokens are supported',
  '`max_tokens` must be less than or equal to `8192`, the maximum value for `max_tokens` is less than the `context_window` for this model',
  'this model cannot generate more than 1024 tokens',
  'The requested number of output tokens (2000) exceeds what this model may write: 1024',
  'top_logprobs must not be greater than 5 for requests of this length',
  'Too many tools in request: at most 16',
  'function description is too long',
  'messages must be a list',
];

test('a request that is longer than a model reads is told by its meaning, and from a limit of what it writes', async () => {
  let refusal: ScriptedReply;
  await using stage = await scene({ reply: () => refusal });
  for (const status of [400, 422, 500]) {
    for (const message of longerThanRead) {
      for (const words of [message, message.toUpperCase()]) {
        refusal = said(status, words);
        assert.equal((await stage.fail(question())).kind, 'ModelContextTooLong', `${status}: ${words}`);
      }
    }
  }
  for (const message of longerThanWritten) {
    refusal = said(400, message);
    assert.equal((await stage.fail(question())).kind, 'ModelRequestRefused', message);
  }
});

test('what a filtered reply cost is kept with the failure', async () => {
  await using stage = await scene({ script: [{ body: completion({ finish: 'content_filter', text: '' }) }] });
  const failure = await stage.fail();
  assert.equal(failure.usage?.inputTokens, 12);
});

test('a wait asked for in milliseconds, in seconds and as a date arrives in full', async () => {
  const hour = 3_600_000;
  const rows: [Record<string, string>, (milliseconds: number | null) => boolean][] = [
    [{ 'retry-after-ms': '1250.5', 'retry-after': '9' }, (ms) => ms === 1251],
    [{ 'retry-after': '7200' }, (ms) => ms === 2 * hour],
    [{ 'retry-after': '0.5' }, (ms) => ms === 500],
    [
      { 'retry-after': new Date(Date.now() + 10 * hour).toUTCString() },
      (ms) => ms !== null && ms > 9 * hour && ms <= 10 * hour,
    ],
    [{ 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' }, (ms) => ms === 0],
    [{ 'retry-after': 'soon' }, (ms) => ms === null],
    [{ 'retry-after': '-5' }, (ms) => ms === null],
    [{}, (ms) => ms === null],
  ];
  for (const [headers, expected] of rows) {
    for (const status of [429, 503]) {
      await using stage = await scene({ script: [{ ...openAiError(status, 'later'), headers }] });
      const failure = await stage.fail();
      assert.ok(expected(failure.retryAfterMs), `${JSON.stringify(headers)} gave ${failure.retryAfterMs}`);
    }
  }
});

test('a wait that stands in the body alone arrives too', async () => {
  const detail = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.2s' };
  const rows: [unknown, number | null][] = [
    [{ error: { message: 'Rate limit reached. Please try again in 7.3s. Visit us.' } }, 7300],
    [{ error: { message: 'Please try again in 1m30.5s.' } }, 90_500],
    [{ error: { message: 'Please try again in 450ms.' } }, 450],
    [{ error: { message: 'Please retry after 20 seconds.' } }, 20_000],
    [{ error: { message: 'Please wait for about 2 minutes' } }, 120_000],
    [[{ error: { code: 429, message: 'Quota exceeded.', details: [{ violations: [] }, detail] } }], 34_200],
    [{ error: { message: 'slow down', retry_after: 3 } }, 3000],
    [{ error: { message: 'Please retry in a while' } }, null],
    [{ error: { message: 'try again later, in 2026' } }, null],
  ];
  for (const [body, milliseconds] of rows) {
    await using stage = await scene({
      script: [plain(429, body), { ...plain(429, body), headers: { 'retry-after': '9' } }],
    });
    assert.equal((await stage.fail()).retryAfterMs, milliseconds, JSON.stringify(body));
    assert.equal((await stage.fail()).retryAfterMs, 9000, 'a header goes before');
  }
});

test('a model without tools is told as such, in each wording, and no address is blamed', async () => {
  const rows: ScriptedReply[] = [
    said(
      404,
      'No endpoints found that support tool use. Try disabling "search_code". To learn more, visit: https://x.y',
    ),
    said(404, 'none of the providers can handle function calling'),
    plain(400, { error: 'registry.ollama.ai/library/gemma3:4b does not support tools' }),
    said(400, 'deepseek-reasoner does not support Function Calling'),
    said(500, 'Unsupported param: tools'),
    plain(400, { message: 'Malformed input request: #: extraneous key [tools] is not permitted.' }),
    said(400, 'Tool calling is not supported for this model'),
    plain(422, {
      detail: [{ type: 'extra_forbidden', loc: ['body', 'tools'], msg: 'Extra inputs are not permitted' }],
    }),
    openAiError(400, "This model doesn't support tool use.", { param: 'tools' }),
  ];
  for (const reply of rows) {
    await using stage = await scene({ script: [reply] });
    const failure = await stage.fail(question({ tools: [searchTool] }));
    assert.equal(failure.kind, 'ModelRequestRefused', failure.message);
    assert.equal(failure.setting, 'SWITCHYARD_MODEL');
    assert.match(failure.message, /this model takes no tools, so it cannot be a specialist: choose another/);
    assert.equal(stage.server.requests.length, 1);
  }
});

test('a server without a tool parser: the message names the options that it must be started with', async () => {
  const auto = '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set';
  for (const [status, message, options] of [
    [400, auto, '--enable-auto-tool-choice and --tool-call-parser'],
    [500, 'tools param requires --jinja flag', '--jinja'],
  ] as const) {
    await using stage = await scene({ script: [said(status, message)] });
    const failure = await stage.fail(question({ tools: [searchTool], toolChoice: 'none' }));
    assert.equal(failure.kind, 'ModelRequestRefused');
    assert.equal(failure.setting, `the options ${options} of the server`);
    assert.ok(failure.message.includes(`start it with ${options}`), failure.message);
    assert.equal(stage.server.requests.length, 1);
  }
});

test('an address without /v1 is shown, with what it lacks', async () => {
  await using stage = await scene({ script: [plain(404, { detail: 'Not Found' })] });
  const bare = modelFor(stage.server.url.replace('/v1', ''));
  const failure = await bare
    .chat(question(), { signal: new AbortController().signal, callId: 'x' })
    .catch((error: unknown) => String(error));
  assert.match(
    String(failure),
    /there is nothing at http:\/\/127\.0\.0\.1:\d+\/chat\/completions; the address usually ends in \/v1/,
  );
});

test('an endpoint that says not to try again is believed, its kind kept', async () => {
  for (const [status, kind] of [
    [429, 'ModelBusy'],
    [500, 'ModelUnavailable'],
  ] as const) {
    await using stage = await scene({
      script: [
        { ...openAiError(status, 'no'), headers: { 'x-should-retry': 'false' } },
        { ...openAiError(status, 'no'), headers: { 'x-should-retry': 'true' } },
      ],
    });
    const never = await stage.fail();
    assert.equal(never.kind, kind);
    assert.equal(never.retry, false);
    assert.equal((await stage.fail()).retry, true);
  }
});
