/** The benchmark's workflow over a stub of the one that answers: it calls nothing, and is over at once. */
import type { AnswerOutcome } from '../contracts/outcome.ts';
import type { QuestionInput } from '../contracts/question.ts';

export { runBenchmark } from '../workflows/run-benchmark.ts';

export async function answerQuestion({ question, pipeline }: QuestionInput): Promise<AnswerOutcome> {
  const usage = {
    modelCalls: 1,
    inputTokens: 10,
    cachedInputTokens: 0,
    outputTokens: 2,
    reasoningTokens: 0,
    costUsd: 0,
  };
  return {
    kind: 'answered',
    state: {
      question,
      pipeline: pipeline.name,
      snapshot: null,
      route: null,
      routing: null,
      routes_run: [],
      specialist_output: [],
      evidence: [],
      tools_called: [],
      final_answer: 'It is a stub.',
      confidence: 1,
      retry_count: 0,
      gaps: [],
      superseded: [],
      usage,
      models: {},
      trace_link: null,
    },
  };
}
