/** The pipeline as it runs: with the prompts of Langfuse where the settings ask for them. */
import type { Config } from '../config/config.ts';
import type { PipelineSpec } from '../contracts/pipeline-spec.ts';
import type { QuestionInput } from '../contracts/question.ts';
import { withManagedPrompts } from '../observability/managed-prompts.ts';
import { note } from './output.ts';

/** A server that is away is told on stderr, and the pipeline's own prompts are taken. */
export async function managedPipeline(
  spec: PipelineSpec,
  { traces: { langfuse, promptLabel } }: Config,
): Promise<Pick<QuestionInput, 'pipeline' | 'prompts'>> {
  if (langfuse === null || promptLabel === null) return { pipeline: spec };
  const { pipeline, prompts, problem } = await withManagedPrompts(spec, langfuse, promptLabel);
  if (problem !== null)
    note(`the prompts of the pipeline "${spec.name}" are its own, not those of Langfuse: ${problem}`);
  return { pipeline, prompts };
}
