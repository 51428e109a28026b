/**
 * Says of a run what lists show and filter by, where whoever started it has not: a workflow of one's own that has it as a
 * child, or whose own run it is, knows nothing of our memo and search attributes. Our own clients give both at the start.
 */
import { upsertMemo, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { attributeNames, workflowTypes } from '../../contracts/names.ts';
import type { QuestionInput } from '../../contracts/run.ts';
import { runMemo } from '../../contracts/run-memo.ts';
import { searchAttributePairs } from './visibility.ts';

/** @param known the search attributes that the server takes */
export function introduce(input: QuestionInput, known: readonly string[]): void {
  const { memo: given = {}, parent, typedSearchAttributes, workflowType } = workflowInfo();
  if (parent === undefined && workflowType === workflowTypes.answerQuestion) return;
  const memo = runMemo(input);
  if (given.question === undefined) upsertMemo(memo);
  if (typedSearchAttributes.getAll().some(({ key }) => key.name === attributeNames.pipeline)) return;
  const { pipeline, repository } = memo;
  const pairs = searchAttributePairs({ pipeline, repository }, known);
  if (pairs.length > 0) upsertSearchAttributes(pairs);
}
