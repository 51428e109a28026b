/** Builds the input of a run out of what a person or a program gives, or says in one line why it cannot. */
import type { Config } from '../../config/config.ts';
import { QuestionInput } from '../../contracts/run.ts';
import { modelQueues } from '../../config/model-limits.ts';
import { callLimits } from './call-limits.ts';
import { loadPipeline } from '../pipelines/pipeline-files.ts';
import { expectPrices } from '../pipelines/priced-models.ts';
import { checkedQuestion } from './question-text.ts';
import { repositoryOf, type RepositoryOptions } from './repository-argument.ts';
import { DecisionPolicies, type PipelineSpec } from '../../contracts/pipeline.ts';
import { mostModelCalls } from '../../contracts/pipeline-rules.ts';
import { withManagedPrompts } from '../../observability/managed-prompts.ts';
import { InvalidInput } from '../errors.ts';

/** What is given with a question. */
export type QuestionOptions = VariantOptions &
  RepositoryOptions & {
    /** A shipped name or a file. */
    pipeline: string;
    route?: string;
    session?: string;
    /** Who asks; the settings' unless given. */
    user?: string;
  };

/**
 * Everything is checked here, before anything starts.
 * @param tell for people: what is done in another way than was asked for
 * @throws InvalidInput for the first mistake
 */
export async function questionInput(
  text: string,
  options: QuestionOptions,
  settings: Config,
  tell: (text: string) => void = () => {},
): Promise<QuestionInput> {
  const question = checkedQuestion(text);
  const { pipeline, ...managed } = await variantPipeline(options.pipeline, options, { settings, tell });
  const route = forcedRoute(pipeline, options.route);
  const prices = await expectPrices([pipeline], settings.model);
  const repository = await repositoryOf(options);
  const user = options.user ?? settings.user;
  return QuestionInput.parse({
    question,
    repository,
    pipeline,
    forcedRoute: route,
    limits: callLimits(settings.model, prices, modelQueues(settings)),
    ...(options.session !== undefined && { session: options.session }),
    ...(user !== null && { user }),
    ...(settings.webhook !== null && { webhook: true as const }),
    ...managed,
  });
}

type Settled = Pick<QuestionInput, 'pipeline' | 'prompts'>;

/** The pipeline as it runs: of a shipped name or a file, or the one that a run had; with the options' limits. */
export async function variantPipeline(
  given: string | Settled,
  options: VariantOptions,
  { settings, tell }: { settings: Config; tell: (text: string) => void },
): Promise<Settled> {
  const { pipeline, prompts } =
    typeof given === 'string'
      ? await managedPipeline(
          await loadPipeline(given, settings.toolModules, settings.foreignServers.servers),
          settings,
          tell,
        )
      : given;
  return { pipeline: withOptions(pipeline, options), ...(prompts === undefined ? {} : { prompts }) };
}

// The pipeline as it runs: with the prompts of Langfuse where the settings ask for them.

/** A server that is away is told of, and the pipeline's own prompts are taken. */
async function managedPipeline(
  spec: PipelineSpec,
  { traces: { langfuse, promptLabel } }: Config,
  tell: (text: string) => void,
): Promise<Settled> {
  if (langfuse === null || promptLabel === null) return { pipeline: spec };
  const { pipeline, prompts, problem } = await withManagedPrompts(spec, langfuse, promptLabel);
  if (problem !== null)
    tell(`the prompts of the pipeline "${spec.name}" are its own, not those of Langfuse: ${problem}`);
  return { pipeline, prompts };
}

// Applies what was said about retries and budgets to a pipeline, before anything starts.

/** In place of what the pipeline says. */
export type VariantOptions = {
  retryLimit?: number;
  maxModelCalls?: number;
  maxTokens?: number;
  /** US dollars. */
  maxCostUsd?: number;
  maxSeconds?: number;
  /** With which kinds of decisions a person is asked, beside those of the pipeline. */
  decisions?: readonly (keyof DecisionPolicies)[];
};

/** What a question may use at most. */
export type QuestionBudget = Pick<VariantOptions, 'maxModelCalls' | 'maxTokens' | 'maxCostUsd' | 'maxSeconds'>;

const mostRetries = 10;

/**
 * The pipeline with the options' limits in place of its own.
 * @throws InvalidInput for a retry limit where there is no gate, or for a value above what a run may have
 */
export function withOptions(spec: PipelineSpec, options: VariantOptions): PipelineSpec {
  const { retryLimit } = options;
  if (retryLimit !== undefined && spec.gate === null)
    throw new InvalidInput(
      'retryLimit',
      `the pipeline "${spec.name}" has no gate, so that --retry-limit does nothing: leave it out`,
    );
  if (retryLimit !== undefined && retryLimit > mostRetries)
    throw new InvalidInput('retryLimit', `--retry-limit may be ${mostRetries} at most, not ${retryLimit}`);
  if ((options.maxModelCalls ?? 0) > mostModelCalls)
    throw new InvalidInput(
      'maxModelCalls',
      `--max-model-calls may be ${mostModelCalls} at most, not ${options.maxModelCalls}`,
    );
  return {
    ...spec,
    ...askingFor(spec, options.decisions ?? []),
    gate: spec.gate === null || retryLimit === undefined ? spec.gate : { ...spec.gate, retryLimit },
    budget: {
      modelCalls: options.maxModelCalls ?? spec.budget.modelCalls,
      tokens: options.maxTokens ?? spec.budget.tokens,
      costUsd: options.maxCostUsd ?? spec.budget.costUsd,
      wallClockSeconds: options.maxSeconds ?? spec.budget.wallClockSeconds,
    },
  };
}

function askingFor(
  { decisions }: PipelineSpec,
  kinds: readonly (keyof DecisionPolicies)[],
): Pick<PipelineSpec, 'decisions'> {
  if (kinds.length === 0) return {};
  const asked = kinds.map((kind) => [kind, { ...decisions?.[kind], policy: 'ask' }]);
  return { decisions: DecisionPolicies.parse({ ...decisions, ...Object.fromEntries(asked) }) };
}

/**
 * The route that was forced, if any.
 * @throws InvalidInput for a route that the pipeline has not
 */
export function forcedRoute(spec: PipelineSpec, route: string | undefined): string | null {
  if (route === undefined) return null;
  const routes = spec.specialists.map((specialist) => specialist.name);
  if (routes.includes(route)) return route;
  throw new InvalidInput(
    'route',
    `the pipeline "${spec.name}" has no route "${route}": take one of ${routes.join(', ')}`,
  );
}
