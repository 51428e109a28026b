/** Builds the input of a run from the command line, or says in one line why it cannot. */
import type { Config } from '../config/config.ts';
import { QuestionInput } from '../contracts/question.ts';
import { type ArmOptions, forcedRoute, withOptions } from './arm-options.ts';
import { callLimits } from './call-limits.ts';
import { loadPipeline } from './pipeline-files.ts';
import { expectPrices } from './priced-models.ts';
import { checkedQuestion } from './question-argument.ts';
import { repositoryOf } from './repository-argument.ts';

export type QuestionOptions = ArmOptions & {
  repo: string;
  ref?: string;
  /** A shipped name or a file. */
  pipeline: string;
  route?: string;
};

/**
 * Everything is checked here, before anything starts.
 * @throws UsageError for the first mistake
 */
export async function questionInput(text: string, options: QuestionOptions, settings: Config): Promise<QuestionInput> {
  const question = checkedQuestion(text);
  const pipeline = withOptions(await loadPipeline(options.pipeline), options);
  const route = forcedRoute(pipeline, options.route);
  expectPrices(pipeline, settings.model);
  const repository = await repositoryOf(options.repo, options.ref);
  return QuestionInput.parse({
    question,
    repository,
    pipeline,
    forcedRoute: route,
    limits: callLimits(settings.model),
  });
}
