/** Checks the input of a workflow before anything else: one that does not fit fails the workflow at once. */
import { ApplicationFailure } from '@temporalio/workflow';
import { pipelineMistakes } from '../../contracts/pipeline-rules.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import schemas from './input-schemas.json' with { type: 'json' };
import { conforming, type JsonSchema, Misfit } from './json-schema.ts';

/** The type of the failure; without it a mistake in an input would be retried as long as the workflow is open. */
export const invalidInput = 'InvalidInput';

/**
 * The input with the defaults of fields that it lacks, as one of an older version does.
 * @throws ApplicationFailure of the type `InvalidInput` with the name of the first field that does not fit
 */
export function validInput<Input>(workflow: keyof typeof schemas, given: Input): Input {
  try {
    return conforming(schemas[workflow] as JsonSchema, given, '') as Input;
  } catch (error) {
    if (error instanceof Misfit) throw refusal(workflow, error.message);
    throw error;
  }
}

type Routed = { pipeline: PipelineSpec; forcedRoute: string | null };

/** `validInput` of a workflow that routes: the names in its pipeline refer to each other, too. */
export function validRouting<Input extends Routed>(workflow: 'answerQuestion' | 'routeOnly', given: Input): Input {
  const input = validInput(workflow, given);
  const { pipeline, forcedRoute } = input;
  const [mistake] = pipelineMistakes(pipeline);
  if (mistake !== undefined) throw refusal(workflow, `${['pipeline', ...mistake.path].join('.')}: ${mistake.message}`);
  if (forcedRoute !== null && !pipeline.specialists.some(({ name }) => name === forcedRoute))
    throw refusal(workflow, 'forcedRoute names no specialist of the pipeline');
  return input;
}

function refusal(workflow: string, problem: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(
    `the input of ${workflow} does not fit: ${problem}`.slice(0, 1000),
    invalidInput,
  );
}
