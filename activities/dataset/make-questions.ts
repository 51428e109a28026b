/** Activities that make a dataset out of a repository: find candidates, have one phrased, prove and choose. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import { parsePhrasing, phrasingRequest } from '../../agents/question-writer.ts';
import type { DoesNotFit, Payment } from '../../contracts/agent-calls.ts';
import {
  Candidate,
  type FindCandidatesInput,
  type FoundCandidates,
  type PhraseCall,
  type PhraseResult,
  type Phrasing,
  type ProvedQuestions,
  type ProveInput,
  StoredPhrasing,
} from '../../contracts/evaluation/question-making.ts';
import type { ContentId, Snapshot } from '../../contracts/snapshot.ts';
import type { ActivityResult } from '../../contracts/trace.ts';
import { chooseQuestions } from '../../question-maker/choose.ts';
import { readCorpus } from '../../question-maker/corpus.ts';
import { readEvidence } from '../../question-maker/evidence.ts';
import { countBySource, drawPool, findCandidates as find } from '../../question-maker/find-candidates.ts';
import { searchRows } from '../../question-maker/prove.ts';
import type { AttemptLimits } from '../attempts.ts';
import { askModel, runModelActivity } from '../agents/ask-model.ts';
import { runActivity } from '../context.ts';
import type { ActivityDependencies } from '../dependencies.ts';

const limits: AttemptLimits = { attempts: 5, totalSeconds: 7_200, timedOut: 'RepositoryTimedOut' };

type Deps = ActivityDependencies;

/** Reads the whole repository once; what was found is stored, and a reference goes back. */
export const findCandidates =
  (deps: Deps) =>
  ({ repository, choice }: FindCandidatesInput): Promise<ActivityResult<FoundCandidates>> =>
    runActivity({ name: 'find-candidates', type: 'span', limits }, async ({ signal }) => {
      const snapshot = await deps.retrieval.open(repository, { signal });
      const corpus = await readCorpus(deps.retrieval.files(snapshot, signal), nameOf(snapshot));
      const commits = await deps.retrieval.changes(repository, signal);
      const found = await find(corpus, commits, breather(signal));
      const { pool, phrase } = drawPool(found, choice);
      const stored = await deps.content.put(JSON.stringify(pool));
      return { result: { snapshot, pool: stored, phrase, found: countBySource(found) }, usage: null };
    });

/** One paid call: a reply that is found in the journal is not paid again. */
export const phraseQuestion =
  (deps: Deps) =>
  ({ pool, at, model }: PhraseCall, payment: Payment): Promise<ActivityResult<PhraseResult | DoesNotFit>> =>
    runModelActivity({ name: 'question-writer', type: 'generation', payment }, async (context) => {
      const candidate = (await readPool(deps, pool))[at];
      if (candidate === undefined) throw new Error(`the pool has no candidate ${at}`);
      const request = phrasingRequest(candidate, model);
      const { reply } = await askModel(deps, context, { request }, payment);
      const parsed = parsePhrasing(reply, candidate);
      const span = { model: reply.model, usage: reply.usage };
      const stored = async (made: StoredPhrasing): Promise<PhraseResult> => ({
        kind: 'phrased',
        content: await deps.content.put(JSON.stringify(made)),
      });
      const result =
        parsed.kind === 'unusable'
          ? parsed
          : await stored(parsed.kind === 'declined' ? { at, declined: true } : { ...parsed.phrasing, at });
      return { result, usage: reply.usage, span };
    });

/** Proves candidates in their order until there are as many questions as were wanted. */
export const proveQuestions =
  (deps: Deps) =>
  ({ snapshot, pool, choice, phrasings }: ProveInput): Promise<ActivityResult<ProvedQuestions>> =>
    runActivity({ name: 'prove-questions', type: 'evaluator', limits }, async ({ signal }) => {
      await deps.retrieval.ensure(snapshot, signal);
      const candidates = await readPool(deps, pool);
      const phrased = new Map<number, Phrasing | 'declined'>();
      for (const id of phrasings) {
        const stored = StoredPhrasing.parse(JSON.parse(await deps.content.get(id)));
        phrased.set(stored.at, 'declined' in stored ? 'declined' : stored);
      }
      const read = await readEvidence(deps.retrieval.files(snapshot, signal), candidates);
      const search = (query: string) =>
        deps.retrieval.search(snapshot, { query, kind: 'all', limit: searchRows }, signal);
      const tried = candidates.map((candidate, at) => ({ candidate, phrasing: phrased.get(at) ?? null }));
      const result = await chooseQuestions(tried, choice, { ...read, search }, breather(signal));
      return { result, usage: null };
    });

/** A label is the name, and behind `@` what was asked for. */
const nameOf = ({ label }: Snapshot): string => /^.[^@]*/.exec(label)?.[0] ?? '';

async function readPool({ content }: Deps, pool: ContentId): Promise<Candidate[]> {
  return z.array(Candidate).parse(JSON.parse(await content.get(pool)));
}

/** Leaves the event loop free between pieces of work, and ends with the signal. */
function breather(signal: AbortSignal): () => Promise<void> {
  return async () => {
    signal.throwIfAborted();
    await nextTurn();
  };
}
