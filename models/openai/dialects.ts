/** How endpoints differ in the fields that they take: what is known of model families, and what a call has taught. */

export type Effort = 'none' | 'minimal' | 'low';

/** From the least thinking up; names of the wire. */
export const efforts: readonly Effort[] = ['none', 'minimal', 'low'];

export type LimitField = 'max_tokens' | 'max_completion_tokens';
export const otherLimitField = (field: LimitField): LimitField =>
  field === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens';

/** Fields, and values of fields, that an endpoint may refuse without the call losing its sense. */
export type Refusal =
  | LimitField
  | 'temperature'
  | 'logprobs'
  | 'top_logprobs>5'
  | 'response_format'
  | 'response_format=json_schema'
  | 'tool_choice'
  | 'reasoning_effort'
  | `reasoning_effort=${Effort}`;

export type Dialect = {
  /** The field that limits output tokens; the other one where this one is refused. */
  limitField: LimitField;
  refused: ReadonlySet<Refusal>;
  /** Whether output tokens go into thinking first, so that the limit needs an allowance. */
  thinks: 'never' | 'unless-told-not-to' | 'always';
  /** True: function tools are taken only with a low `reasoning_effort` stated. */
  toolsNeedEffort: boolean;
  /** True: logprobs are given only with `reasoning_effort` none. */
  logprobsNeedEffort: boolean;
};

type Family = { name: RegExp; dialect: Dialect };

const optimistic: Dialect = {
  limitField: 'max_tokens',
  refused: new Set(),
  thinks: 'never',
  toolsNeedEffort: false,
  logprobsNeedEffort: false,
};
const modern: Dialect = { ...optimistic, limitField: 'max_completion_tokens' };
const thinking: Dialect = {
  ...modern,
  refused: new Set<Refusal>(['temperature', 'logprobs']),
  thinks: 'unless-told-not-to',
};

/**
 * OpenAI's families, by what its API was seen to refuse (first that fits):
 * - temperature other than 1: tmc/langchaingo#1355 (gpt-5), BeehiveInnovations/pal-mcp-server#78 (o3, o4-mini);
 * - logprobs only under effort none, from 5.1 on: vercel/ai#10932;
 * - function tools only under effort none, though the default is another (5.4, 5.6): BerriAI/litellm#34569,
 *   openai/openai-openapi#541. gpt-5, its mini and nano, and the o series take tools under their default.
 */
const families: readonly Family[] = [
  { name: /^gpt-5[\w.-]*-chat/, dialect: modern },
  {
    name: /^gpt-(5\.\d|[6-9])/,
    dialect: {
      ...thinking,
      refused: new Set<Refusal>(['temperature']),
      toolsNeedEffort: true,
      logprobsNeedEffort: true,
    },
  },
  { name: /^gpt-5(-|$)/, dialect: thinking },
  { name: /^o[134](-|$)/, dialect: thinking },
];

/**
 * What to try first. An unknown model elsewhere gets `max_tokens`: every compatible server knows it, while some ignore
 * `max_completion_tokens` without a word, which would leave the output without a limit.
 */
export function firstDialect(baseUrl: string, model: string): Dialect {
  const name = model.slice(model.lastIndexOf('/') + 1);
  const known = families.find((family) => family.name.test(name))?.dialect;
  if (known !== undefined) return known;
  return new URL(baseUrl).hostname === 'api.openai.com' ? modern : optimistic;
}
