/** Makes the questions of a dataset: candidates that code finds, phrased by a model where one is to, proved by code. */
import { ApplicationFailure, condition, continueAsNew } from '@temporalio/workflow';
import type { FoundCandidates, MadeQuestions, MakeQuestionsInput } from '../../contracts/question-making.ts';
import { callModel, callTool } from '../answer-question/calls.ts';
import { BudgetSpent } from '../answer-question/limits/budget.ts';
import { Unavailable } from '../answer-question/failures.ts';
import { validInput } from '../input/valid-input.ts';
import { Making } from './state.ts';

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
  const { repository, choice, phrasing } = making.input;
  making.say('finding');
  const input = { repository, choice, phrased: phrasing !== null };
  making.found = await callTool(making.caller, 'findCandidates', input, 'find candidates');
  return making.found;
}

/** Keeps so many calls in flight until every candidate is phrased, the budget is spent or the history is long. */
async function phraseAll(making: Making, found: FoundCandidates): Promise<'all' | 'long'> {
  if (making.input.phrasing === null) return 'all';
  making.say('phrasing');
  let broken: { error: unknown } | null = null;
  const begin = async (at: number) => {
    try {
      await phraseOne(making, found, at);
    } catch (error) {
      if (error instanceof BudgetSpent) making.cut ??= error.message;
      else broken ??= { error };
    } finally {
      making.running -= 1;
    }
  };
  let long = false;
  while (making.next < found.size && making.cut === null && broken === null) {
    long = making.isLong();
    if (long) break;
    void begin(making.begin());
    await condition(() => making.running < making.input.concurrency || broken !== null);
  }
  await condition(() => making.running === 0);
  if (broken !== null) throw (broken as { error: unknown }).error;
  return long ? 'long' : 'all';
}

async function phraseOne(making: Making, { pool }: FoundCandidates, at: number): Promise<void> {
  const { phrasing } = making.input;
  const call = { pool, at, model: phrasing?.model ?? null };
  const about = { scope: { stage: 'synthesis' }, summary: `phrase candidate ${at + 1}` } as const;
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
