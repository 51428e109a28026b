/** A workflow of one's own: asks Switchyard, then hands the answer to an activity of one's own. */
import { executeChild, proxyActivities } from '@temporalio/workflow';
import type { AnswerOutcome, QuestionInput } from '../../worker/switchyard.ts';
import type { fileAnswer } from './main.ts';

const activities = proxyActivities<{ fileAnswer: typeof fileAnswer }>({ startToCloseTimeout: '1 minute' });

export async function askAndFile(input: QuestionInput, taskQueue: string): Promise<string> {
  const outcome: AnswerOutcome = await executeChild('answerQuestion', { args: [input], taskQueue });
  return await activities.fileAnswer(outcome.kind, outcome.state.final_answer);
}
