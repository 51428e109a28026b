/** What is publicly known of hosts and model families, as first guess of what an endpoint and model take. */
import type { Capabilities } from '../../contracts/model/capabilities.ts';

/** What to try first where nothing is known. Every compatible server knows `max_tokens`, while some ignore the other. */
export const usual: Capabilities = {
  limitField: 'max_tokens',
  mostOutputTokens: null,
  leastOutputTokens: 1,
  temperature: true,
  logprobs: true,
  mostTopLogprobs: 20,
  responseFormat: 'json_schema',
  toolChoice: ['auto', 'none', 'required'],
  toolsNeedChoice: false,
  toolSchemas: 'whole',
  parallelToolCalls: true,
  instructionsRole: 'system',
  afterTool: 'user',
  lastMessage: 'any',
  alternatingRoles: false,
  emptyContent: 'empty',
  toolCallIds: 'given',
  giveBack: [],
  refusedMessageFields: [],
  streaming: 'offered',
  streamOptions: true,
  thinks: 'never',
  reasoningEffort: ['none', 'minimal', 'low'],
  toolsNeedEffort: false,
  logprobsNeedEffort: false,
};

type Family = { host?: RegExp; name?: RegExp; takes: Partial<Capabilities> };

const modern = { limitField: 'max_completion_tokens' } as const;
const thinking = { ...modern, temperature: false, logprobs: false, thinks: 'unless-told-not-to' } as const;

/**
 * By what was publicly seen to be refused; of two families that fit, the later one wins.
 * - OpenAI, temperature other than 1: tmc/langchaingo#1355 (gpt-5), BeehiveInnovations/pal-mcp-server#78 (o3, o4-mini);
 * - logprobs only under effort none, from 5.1 on: vercel/ai#10932; a limit of 16 at least: vectorize-io/hindsight#58;
 * - function tools only under effort none, though the default is another (5.4, 5.6): BerriAI/litellm#34569,
 *   openai/openai-openapi#541. gpt-5, its mini and nano, and the o series take tools under their default.
 * - Mistral, a user message after a tool message, also behind vLLM: mistralai/mistral-common#169; at its own address every
 *   field that it does not know: editor-code-assistant/eca#231, charmbracelet/crush#1590.
 * - Google, logprobs: mscraftsman/generative-ai#135; instructions of Gemma 3: google/adk-python#3900.
 * - Groq, logprobs: groq/groq-python#25. Perplexity, roles in turn: perplexityai/api-discussion#265.
 * - DeepSeek, JSON without a schema: api-docs.deepseek.com/guides/json_mode. Alibaba, QwQ: infiniflow/ragflow#5912.
 */
const families: readonly Family[] = [
  { host: /^api\.openai\.com$/, takes: modern },
  { name: /^gpt-5[\w.-]*-chat/, takes: modern },
  { name: /^gpt-5(-(?!chat)|$)/, takes: thinking },
  { name: /^o[134](-|$)/, takes: thinking },
  {
    name: /^gpt-(5\.\d|[6-9])(?![\w.-]*-chat)/,
    takes: { ...thinking, logprobs: true, leastOutputTokens: 16, toolsNeedEffort: true, logprobsNeedEffort: true },
  },
  { name: /^(mi[sx]tral|ministral|devstral|codestral|magistral|pixtral)/i, takes: { afterTool: 'assistant' } },
  {
    host: /(^|\.)mistral\.ai$/,
    takes: { afterTool: 'assistant', logprobs: false, refusedMessageFields: ['reasoning_content'] },
  },
  { host: /^generativelanguage\.googleapis\.com$/, takes: { logprobs: false } },
  { host: /^generativelanguage\.googleapis\.com$/, name: /^gemma-3/, takes: { instructionsRole: 'user' } },
  { host: /^api\.groq\.com$/, takes: { logprobs: false } },
  { host: /^api\.perplexity\.ai$/, takes: { alternatingRoles: true } },
  { host: /^api\.deepseek\.com$/, takes: { responseFormat: 'json_object' } },
  { name: /^qwq(-|$)/i, host: /(^|\.)aliyuncs\.com$/, takes: { streaming: 'only' } },
];

/** What is known of the family, by the endpoint's host and the model's name without what a gateway puts before it. */
export function familyOf(baseUrl: string, model: string): Partial<Capabilities> {
  const name = model.slice(model.lastIndexOf('/') + 1);
  const { hostname } = new URL(baseUrl);
  const fits = families.filter((family) => (family.host?.test(hostname) ?? true) && (family.name?.test(name) ?? true));
  return Object.assign({}, ...fits.map(({ takes }) => takes));
}
