/** The file of the program's own bundle: Switchyard's workflows, and two of its own. */
import { executeChild, proxyActivities } from '@temporalio/workflow';
import { answerQuestion } from '@switchyard-dev/switchyard/workflows';
import {
  answered,
  type AnswerOutcome,
  delegate,
  gaveUp,
  type QuestionInput,
  questionStart,
  review,
  route,
  runQuestion,
} from '@switchyard-dev/switchyard/steps';
import type { fileAnswer } from './worker.ts';

export * from '@switchyard-dev/switchyard/workflows';

const activities = proxyActivities<{ fileAnswer: typeof fileAnswer }>({ startToCloseTimeout: '1 minute' });

/** Has a question as its child, then hands the answer to an activity of the program. */
export async function askAndFile(input: QuestionInput): Promise<string> {
  const { kind, state } = await executeChild(answerQuestion, { args: [input], ...questionStart(input) });
  return await activities.fileAnswer(kind, state.final_answer);
}

/** A question in another shape: the likeliest specialist alone, one review, no second try and no synthesis. */
export function quickAnswer(input: QuestionInput): Promise<AnswerOutcome> {
  return runQuestion(input, async (run) => {
    const [likeliest = ''] = await route(run);
    const [draft] = await review(run, await delegate(run, [likeliest]));
    return draft === undefined ? gaveUp(run) : answered(run, draft);
  });
}
