/**
 * Which workflows are runs of questions: `answerQuestion`, and workflows of other shapes that are made of its steps
 * (workflows/steps.ts). The latter say their pipeline in a search attribute, which nothing else has.
 */
import type { WorkflowExecutionInfo } from '@temporalio/client';
import { attributeNames, workflowTypes } from '../../contracts/names.ts';

/** @param known the search attributes that the server has. @returns part of a visibility query */
export function questionRunsQuery(known: ReadonlySet<string>): string {
  const ours = `WorkflowType = '${workflowTypes.answerQuestion}'`;
  return known.has(attributeNames.pipeline) ? `(${ours} OR ${attributeNames.pipeline} IS NOT NULL)` : ours;
}

/** Whether a workflow is the run of a question. One of another shape is known by then as soon as its repository is open. */
export function isQuestionRun({
  type,
  typedSearchAttributes,
}: Pick<WorkflowExecutionInfo, 'type' | 'typedSearchAttributes'>): boolean {
  if (type === workflowTypes.answerQuestion) return true;
  return typedSearchAttributes.getAll().some(({ key }) => key.name === attributeNames.pipeline);
}
