/** The benchmark's workflow over a stub of the one that answers: it calls nothing, and is over at once. */
import type { AnswerOutcome, QuestionInput } from '../../contracts/run.ts';
import { noUsage } from '../../contracts/usage-sum.ts';
import { beginning } from '../../workflows/answer-question/state.ts';

export { runBenchmark } from '../../workflows/benchmark/workflow.ts';

export async function answerQuestion(input: QuestionInput): Promise<AnswerOutcome> {
  const usage = { ...noUsage, modelCalls: 1, inputTokens: 10, outputTokens: 2 };
  return { kind: 'answered', state: { ...beginning(input), final_answer: 'It is a stub.', confidence: 1, usage } };
}
