/** Makes the questions of a dataset: candidates that code finds, phrased by a model where one is to, proved by code. */
import { ApplicationFailure, continueAsNew } from '@temporalio/workflow';
import type { FoundCandidates, MadeQuestions, MakeQuestionsInput } from '../../contracts/evaluation/question-making.ts';
import type { Branch } from '../answer-question/branch.ts';
import { callModel, callTool } from '../answer-question/calls.ts';
import { BudgetSpent } from '../answer-question/limits/budget.ts';
import { Unavailable } from '../answer-question/failures.ts';
import { validInput } from '../input/valid-input.ts';
import { Making } from './state.ts';

/** Makes questions of a dataset out of a repository. */
export async function makeQuestions(given: MakeQuestionsInput): Promise<MadeQuestions> {
  const making = new Making(validInput('makeQuestions', given));
  try {
    const found = await candidates(making);
    if ((await phraseAll(making, found)) === 'long')
      return await continueAsNew<typeof makeQuestions>(making.carry(found));
    return await proved(making, found);
  } catch (error) {
    if (error instanceof Unavailable) throw ApplicationFailure.nonRetryable(error.message, error.failure.kind);
    throw error;
  }
}

async function candidates(making: Making): Promise<FoundCandidates> {
  if (making.found !== null) return making.found;
  const { repository, choice } = making.input;
  making.say('finding');
  const input = { repository, choice };
  making.found = await callTool(making.caller, 'findCandidates', input, 'find candidates');
  return making.found;
}

/** Has so many candidates phrased at a time until all are, the budget is spent or the history is long. */
async function phraseAll(making: Making, found: FoundCandidates): Promise<'all' | 'long'> {
  if (making.input.phrasing === null) return 'all';
  making.say('phrasing');
  const { concurrency } = making.input;
  // All are open before the first call, which would else be granted all there is.
  const branches = Array.from({ length: concurrency }, (_, at) => making.caller.budget.open(`slot-${at + 1}`));
  const ends = await Promise.allSettled(branches.map((branch) => fillSlot(making, found, branch)));
  const broken = ends.find((end) => end.status === 'rejected');
  if (broken !== undefined) throw broken.reason;
  return making.next < found.phrase && making.cut === null ? 'long' : 'all';
}

/** One call after the other; each slot is a branch of the budget, so that they share alike. */
async function fillSlot(making: Making, found: FoundCandidates, branch: Branch): Promise<void> {
  try {
    while (making.next < found.phrase && making.cut === null && !making.broken && !making.isLong()) {
      const at = making.begin();
      await phraseOne(making, { found, at, branch }).finally(() => making.end());
    }
  } catch (error) {
    if (!(error instanceof BudgetSpent)) {
      making.broken = true;
      throw error;
    }
    making.cut ??= error.message;
  } finally {
    branch.close();
  }
}

type Phrased = { found: FoundCandidates; at: number; branch: Branch };

async function phraseOne(making: Making, { found, at, branch }: Phrased): Promise<void> {
  const { phrasing } = making.input;
  const call = { pool: found.pool, at, model: phrasing?.model ?? null };
  const about = { scope: { stage: 'synthesis' }, summary: `phrase candidate ${at + 1}`, branch } as const;
  const result = await callModel(making.caller, 'phraseQuestion', call, about);
  if (result.kind === 'phrased') making.phrasings.push(result.content);
  else making.unusable[result.why] = (making.unusable[result.why] ?? 0) + 1;
}

async function proved(making: Making, { snapshot, pool, found }: FoundCandidates): Promise<MadeQuestions> {
  const { choice } = making.input;
  making.say('proving');
  const input = { snapshot, pool, choice, phrasings: making.phrasings };
  const { questions, dropped } = await callTool(making.caller, 'proveQuestions', input, 'prove and choose');
  making.say('finished');
  const { unusable, usage, cut } = making;
  return { snapshot, questions, found, dropped: { ...unusable, ...dropped }, usage, cut };
}
