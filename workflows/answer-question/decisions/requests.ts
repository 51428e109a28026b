/** What a run asks people on its way: which route is meant, whether an answer may go out, whether there is one more try. */
import type { Draft } from '../../../contracts/agent.ts';
import type { DecisionRequest, EditedDraft } from '../../../contracts/decision.ts';
import { callTool } from '../calls.ts';
import { foreignAnswered } from '../foreign/pinning.ts';
import { firstRoutes, probabilityOf, routesToRun } from '../routing.ts';
import { type Answer, type Run, snapshotOf } from '../state.ts';

/** A person wants the run to end, or nobody came and that is the default. */
export class GivenUp extends Error {}

type Choice = DecisionRequest['choices'][number];

const goOn: Choice = { choice: 'proceed', meaning: 'go on as the router says' };
const end: Choice = { choice: 'give-up', meaning: 'end the run' };

/** Asks what is meant where that is not clear: which package, then which route. @returns who works first @throws GivenUp */
export async function clarifiedRoutes(run: Run): Promise<string[]> {
  await clarifyPackage(run);
  return clarifyRoute(run);
}

/** A person is asked where several packages of the repository hold about as much of what the question asks. */
async function clarifyPackage(run: Run): Promise<void> {
  const about = { snapshot: snapshotOf(run), question: run.state.question, scope: { stage: 'routing' } } as const;
  const { packages } = await callTool(run, 'matchPackages', about, 'which packages may be meant');
  if (packages.length < 2) return;
  const choices = packages.map((folder) => ({ choice: folder.slice(0, 100), meaning: 'this package is meant' }));
  const { decision, note } = await run.decisions.ask({
    kind: 'clarify',
    place: 'package',
    asked: 'several packages of this repository match: which one is meant? A note can say more.',
    choices: [...choices, { ...goOn, meaning: 'look in all of them' }, end],
    proceed: goOn.choice,
    giveUp: end.choice,
  });
  if (decision === end.choice) throw new GivenUp();
  const folder = packages.find((each) => each.slice(0, 100) === decision);
  clarify(run, folder === undefined ? note : [`the package in ${folder}`, note ?? ''].filter(Boolean).join('; '));
}

async function clarifyRoute(run: Run): Promise<string[]> {
  const routes = firstRoutes(run);
  const likely = likelyRoutes(run);
  if (likely.length < 2) return routes;
  const { routing } = run.state;
  const choices = likely
    .filter((route) => route !== goOn.choice && route !== end.choice)
    .map((route) => ({ choice: route, meaning: purposeOf(run, route) }));
  const percents = likely.map(
    (route) => `${route} ${Math.round(100 * (routing ? probabilityOf(routing, route) : 0))} %`,
  );
  const { decision, note } = await run.decisions.ask({
    kind: 'clarify',
    place: 'route',
    asked: `the router is not sure who should answer (${percents.join(', ')}): which one? A note can say what is meant.`,
    choices: [...choices, goOn, end],
    proceed: goOn.choice,
    giveUp: end.choice,
  });
  clarify(run, note);
  if (decision === end.choice) throw new GivenUp();
  if (decision === goOn.choice) return routes;
  run.state.route = decision;
  return [decision];
}

/** Those between which the router is not sure; fewer than two where it is. */
function likelyRoutes({ state: { routing }, input: { pipeline } }: Run): string[] {
  const { router, specialists } = pipeline;
  if (router === null || routing === null || routing.source === 'forced' || routing.source === 'only-route') return [];
  if (routing.fallback) return specialists.map(({ name }) => name);
  return routesToRun(routing, { ...router, fanOut: Math.max(2, router.fanOut) });
}

const purposeOf = ({ input: { pipeline } }: Run, route: string): string =>
  pipeline.specialists.find(({ name }) => name === route)?.purpose ?? '';

/** What a person has said of the question is told to every agent from here on. */
function clarify(run: Run, note = ''): void {
  if (note.trim() !== '') run.clarified.push(note.trim());
}

const approve: Choice = { choice: 'approve', meaning: 'give this answer' };
const edit: Choice = { choice: 'edit', meaning: 'give another text; its citations are checked', needs: 'draft' };
const sendBack: Choice = { choice: 'send-back', meaning: 'have it written again, with a note', needs: 'note' };
const reject: Choice = { choice: 'reject', meaning: 'withhold it: the run ends as retries-exhausted' };

type Approved =
  | { kind: 'approved'; answer: Answer; by: string | null }
  | { kind: 'sent-back' | 'rejected'; note: string };

/** Asks a person about an answer until it is approved, sent back or rejected; an edit whose citations hold is approved. */
export async function approvedAnswer(run: Run, made: Answer): Promise<Approved> {
  let by: string | null = null;
  for (let answer = made; ; ) {
    const decided = await run.decisions.ask({
      kind: 'draft',
      asked: askedOf(answer, by),
      choices: [approve, edit, sendBack, reject],
      draft: { answer: answer.answer, citations: [...answer.citations] },
      proceed: approve.choice,
      giveUp: reject.choice,
    });
    const { decision, note = '' } = decided;
    if (decision === approve.choice) return { kind: 'approved', answer, by };
    if (decision !== edit.choice || decided.draft === undefined)
      return { kind: decision === sendBack.choice ? 'sent-back' : 'rejected', note: noteOf(note, decided.by) };
    by = decided.by;
    answer = await edited(run, answer, decided.draft);
    if (unresolvedOf(answer) === 0) return { kind: 'approved', answer, by };
  }
}

function askedOf(answer: Answer, by: string | null): string {
  const unresolved = unresolvedOf(answer);
  const wrong = unresolved === 0 ? '' : ` ${unresolved} of its citations could not be verified.`;
  const foreign = answer.citations.some((citation) => citation.foreign === true)
    ? ' It rests in part on foreign tools, whose word nobody can verify.'
    : '';
  return `may this answer${by === null ? '' : `, as ${by} wrote it,`} go out?${wrong}${foreign}`;
}

const unresolvedOf = ({ citations }: Answer): number =>
  citations.filter(({ status, foreign }) => status === 'unresolved' && foreign !== true).length;

const noteOf = (note: string, by: string | null): string =>
  note.trim() !== '' ? note.trim() : `${by ?? 'a timer'} has rejected the answer`;

/** The answer in a person's words; citations are checked again, whether they are theirs or the draft's. */
async function edited(run: Run, answer: Answer, { answer: text, citations }: EditedDraft): Promise<Answer> {
  const cited = citations ?? answer.citations;
  const { confidence, gaps } = answer;
  const draft: Draft = {
    answer: text,
    citations: cited.map(({ path, firstLine, lastLine, quote }) => ({ path, firstLine, lastLine, quote })),
    confidence,
    insufficient: false,
    gaps: [...gaps],
  };
  const input = { snapshot: snapshotOf(run), draft, ...foreignAnswered(run) };
  const checked = await callTool(run, 'checkEdit', input, 'an edited answer: check its citations against the snapshot');
  return { answer: text, confidence, insufficient: false, gaps: draft.gaps, citations: checked.citations };
}

const another: Choice = { choice: 'try', meaning: 'one more try; a note tells the specialist what to do' };
const enough: Choice = { choice: 'give-up', meaning: 'end the run as retries-exhausted, with the best draft' };

/** Whether there is one more try, and what it is told. @returns null where there is none */
export async function oneMoreTry(run: Run, reasons: readonly string[]): Promise<{ reasons: string[] } | null> {
  const why = reasons.length === 0 ? '' : `: ${reasons.join('; ').slice(0, 1_000)}`;
  const {
    decision,
    note = '',
    way,
  } = await run.decisions.ask({
    kind: 'try',
    asked: `no draft was good enough${why}. One more try?`,
    choices: [another, enough],
    proceed: run.triedByTimer ? enough.choice : another.choice,
    giveUp: enough.choice,
  });
  if (decision !== another.choice) return null;
  if (way === 'timer') run.triedByTimer = true;
  return { reasons: note.trim() === '' ? [...reasons] : [...reasons, note.trim()] };
}
