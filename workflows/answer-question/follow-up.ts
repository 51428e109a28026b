/**
 * A turn of a thread: what its question means, and what earlier turns leave it.
 *
 * 1. A run that is no turn, and the first turn of a thread, call nothing here.
 * 2. The question is rewritten before it is routed, side by side with the opening. Whatever goes wrong with that leaves the
 *    question as it was asked; it is no way for a run to end.
 * 3. What was cited before is looked at in the snapshot of this run, and given on as places to read. Earlier answers are not
 *    given on at all.
 */
import type { CheckedPlace, Hints, Rewriting, ThreadTurn } from '../../contracts/threads/thread.ts';
import type { RewriteCall } from '../../contracts/threads/calls.ts';
import type { RepositoryNote } from '../../contracts/threads/note.ts';
import { printableLine } from '../../lib/printable.ts';
import { repairsAllowed, tryModel, tryTool } from './calls.ts';
import { type Run, snapshotOf } from './state.ts';

const scope = { stage: 'follow-up' } as const;

/** Model calls kept back for router, specialist and judge. */
const callsKept = 3;

/** The question as it is routed. Rewrites it where it is a follow-up that needs it. @throws the cancellation */
export async function readFollowUp(run: Run, thread: ThreadTurn): Promise<void> {
  const { state, visibility } = run;
  const rewriting = await rewrite(run, thread);
  state.thread = { ...threadRecord(run, thread), rewriting };
  if (state.standalone_question !== undefined) visibility.reads(state.standalone_question);
}

async function rewrite(run: Run, { questions, places }: ThreadTurn): Promise<Rewriting> {
  const { state, budget } = run;
  const { rewrite: spec = defaults } = run.input.pipeline;
  if (questions.length === 0) return { kind: 'first' };
  if (spec === null) return { kind: 'off' };
  if (budget.nearlySpent(callsKept)) return { kind: 'failed', reason: 'the budget has no room for it' };
  const paths = [...new Set(places.map(({ path }) => path))].slice(0, 8);
  const call: RewriteCall = { question: state.question, earlier: questions, paths, rewrite: spec, refused: [] };
  const about = { scope, summary: 'follow-up: a question that stands by itself', fallbackModel: spec.fallbackModel };
  for (;;) {
    const tried = await tryModel(run, 'rewriteQuestion', { ...call, refused: [...call.refused] }, about);
    if (tried.result === null) return { kind: 'failed', reason: tried.why.slice(0, 500) };
    const { result } = tried;
    if (result.kind === 'not-needed') return { kind: 'not-needed' };
    if (result.kind === 'rewritten') {
      state.standalone_question = result.question;
      return { kind: 'rewritten', reason: result.need };
    }
    const { reply, problem } = result;
    if (call.refused.length >= repairsAllowed || budget.nearlySpent(callsKept))
      return { kind: 'failed', reason: `the rewriter's reply could not be used: ${problem}`.slice(0, 500) };
    call.refused.push({ reply, problem });
  }
}

const defaults: RewriteCall['rewrite'] = { maxOutputTokens: 300 };

/** Looks at the places that were carried; the repository must be open. @throws the cancellation */
export async function checkCarried(run: Run, thread: ThreadTurn): Promise<void> {
  if (thread.places.length === 0) return;
  const input = { snapshot: snapshotOf(run), places: thread.places, scope };
  const checked = await tryTool(run, 'checkPlaces', input, 'follow-up: look at the lines cited before');
  if (checked.result !== null) run.state.thread = { ...threadRecord(run, thread), places: checked.result };
}

/** What is known of it so far. */
function threadRecord({ state }: Run, { id, parent, turn, places }: ThreadTurn): NonNullable<Run['state']['thread']> {
  const unchecked = places.map((place): CheckedPlace => ({ ...place, status: 'unchecked' }));
  return state.thread ?? { id, parent, turn, rewriting: { kind: 'not-needed' }, places: unchecked };
}

/** The question for those who work on it: as it was asked, with what people have said of it since, and in full where that is not the same. */
export function askedQuestion({ state, clarified }: Run): { question: string; standalone?: string } {
  const said = clarified.map((note) => `(Asked what is meant, a person has said: ${note})`);
  const question = [state.question, ...said].join('\n\n');
  const { standalone_question: standalone } = state;
  return standalone === undefined ? { question } : { question, standalone };
}

/** Where a specialist may look first; empty where nothing was carried or remembered. */
export function hintsFor({ state, input: { notes = [] } }: Run): { hints?: Hints } {
  const places = (state.thread?.places ?? []).flatMap(placeHint);
  if (places.length === 0 && notes.length === 0) return {};
  return { hints: { places, notes: notes.map(noteHint) } };
}

function placeHint({ path, firstLine, lastLine, status }: CheckedPlace): string[] {
  if (status === 'gone' || status === 'unchecked') return [];
  const changed = status === 'changed' ? ' (these lines have changed since)' : '';
  return [`${printableLine(path)}:${firstLine}-${lastLine}${changed}`];
}

const noteHint = ({ text, author, at, commit }: RepositoryNote): string =>
  printableLine(
    `${text} (${[author, at.slice(0, 10), commit === null ? '' : `at ${commit.slice(0, 12)}`].filter(Boolean).join(', ')})`,
  );
