/** A review, item by item: what a person types, and what becomes of the question. Reads lines, so that a pipe does as well. */
import type { DatasetQuestion, Fact, QuestionReview } from '../../contracts/dataset.ts';
import { mentions, said } from '../../harness/graders/wording.ts';
import { printableLine } from '../../lib/printable.ts';

export type ReviewDesk = {
  /** The next line that the person types; null at the end of input. */
  ask(): Promise<string | null>;
  tell(text: string): void;
  /** The expected lines as text; null where they are not shown. */
  linesOf(question: DatasetQuestion): Promise<string | null>;
  /** Called after each decision: on return it survives a kill. */
  save(questions: readonly DatasetQuestion[]): Promise<void>;
  by: string;
  now(): string;
};

const help = `a  accept (after a change: accept it as edited)
e TEXT  ask it in these words
f TEXT | TEXT  the facts that a right answer states
l ROUTE  another expected route
r REASON  reject
s  skip for now    q  stop; what is decided is kept    ?  this help`;

/** Questions that nobody has decided about, in the order of the file. @returns how many were decided */
export async function reviewAll(questions: DatasetQuestion[], desk: ReviewDesk): Promise<number> {
  const open = questions.flatMap((question, at) => (question.review === null ? [at] : []));
  const routes = routesOf(questions);
  desk.tell(`${open.length} of ${questions.length} to review; ? shows the keys`);
  let decided = 0;
  for (const [number, at] of open.entries()) {
    const question = questions[at] as DatasetQuestion;
    desk.tell(`\n[${number + 1}/${open.length}] ${await shown(question, desk)}`);
    const after = await decide(question, routes, desk);
    if (after === 'stop') break;
    if (after === 'skip') continue;
    questions[at] = after;
    await desk.save(questions);
    decided += 1;
  }
  return decided;
}

async function shown(question: DatasetQuestion, desk: ReviewDesk): Promise<string> {
  const { id, kind, expected_route, must_mention, reference_answer, origin, note } = question;
  const facts = must_mention.map((fact) => fact.map(({ text }) => text).join(' / ')).join(' | ');
  const made =
    origin === null
      ? ''
      : `, ${origin.source}, by ${origin.phrased_by}, leak ${origin.leak}, rank in search ${origin.search_rank ?? 'none'}`;
  const rows = [
    `${id} (${expected_route}, ${kind}${made})`,
    question.question,
    ...(facts === '' ? [] : [`facts   ${facts}`]),
    ...(reference_answer === null ? [] : [`answer  ${reference_answer}`]),
    ...(note === '' ? [] : [`note    ${note}`]),
  ];
  return [...rows.map(printableLine), (await desk.linesOf(question)) ?? ''].join('\n').trimEnd();
}

async function decide(
  question: DatasetQuestion,
  routes: readonly string[],
  desk: ReviewDesk,
): Promise<DatasetQuestion | 'skip' | 'stop'> {
  let now = question;
  for (;;) {
    const line = (await desk.ask())?.trim();
    if (line === undefined || line === 'q') return 'stop';
    const [, key = '', rest = ''] = /^(\S+)\s*(.*)$/s.exec(line) ?? [];
    const verdict = (which: QuestionReview['verdict'], reason: string): DatasetQuestion => ({
      ...now,
      review: { verdict: which, by: desk.by, at: desk.now(), reason: reason.slice(0, 1000) },
    });
    if (key === 'a') return verdict(now === question ? 'accepted' : 'edited', rest);
    if (key === 's') return 'skip';
    if (key === 'r' && rest !== '') return verdict('rejected', rest);
    const changed = await change(now, { key, rest, routes }, desk);
    if (typeof changed === 'string') desk.tell(changed);
    else {
      now = changed;
      desk.tell('changed; a accepts it as edited');
    }
  }
}

/** @returns the changed question, or what to tell the person */
async function change(
  question: DatasetQuestion,
  { key, rest, routes }: { key: string; rest: string; routes: readonly string[] },
  desk: ReviewDesk,
): Promise<DatasetQuestion | string> {
  if (key === 'e' && rest !== '') return { ...question, question: rest };
  if (key === 'l')
    return routes.includes(rest) ? { ...question, expected_route: rest } : `the routes are ${routes.join(', ')}`;
  if (key === 'f' && rest !== '') {
    const facts = rest.split('|').map((text): Fact => [{ text: text.trim(), match: 'words' }]);
    const lines = await desk.linesOf(question);
    const missing = lines === null ? [] : facts.filter((fact) => !mentions(said(lines), fact));
    if (facts.some(([fact]) => fact?.text === '')) return 'a fact is empty';
    if (missing.length > 0)
      return `the expected lines do not hold ${missing.map(([fact]) => `"${fact?.text}"`).join(', ')}`;
    return { ...question, must_mention: facts, reference_answer: null };
  }
  if (key === 'r') return 'r needs a reason: r trivial';
  return help;
}

/** Labels a second time, without showing the first. @returns how many were labelled */
export async function labelAgain(questions: DatasetQuestion[], desk: ReviewDesk): Promise<number> {
  const routes = routesOf(questions);
  const open = questions.flatMap(({ second_route, review }, at) =>
    second_route === null && review?.verdict !== 'rejected' ? [at] : [],
  );
  desk.tell(
    `${open.length} of ${questions.length} to label; the routes are ${routes.map((route, at) => `${at + 1} ${route}`).join(', ')}; s skips, q stops`,
  );
  let labelled = 0;
  for (const [number, at] of open.entries()) {
    const question = questions[at] as DatasetQuestion;
    desk.tell(`\n[${number + 1}/${open.length}] ${printableLine(question.question)}`);
    const route = await askRoute(routes, desk);
    if (route === 'stop') break;
    if (route === 'skip') continue;
    questions[at] = { ...question, second_route: route.name };
    await desk.save(questions);
    labelled += 1;
  }
  return labelled;
}

async function askRoute(routes: readonly string[], desk: ReviewDesk): Promise<{ name: string } | 'skip' | 'stop'> {
  for (;;) {
    const line = (await desk.ask())?.trim();
    if (line === undefined || line === 'q') return 'stop';
    if (line === 's') return 'skip';
    const name = routes.includes(line) ? line : routes[Number(line) - 1];
    if (name !== undefined) return { name };
    desk.tell(`the routes are ${routes.map((route, at) => `${at + 1} ${route}`).join(', ')}`);
  }
}

function routesOf(questions: readonly DatasetQuestion[]): string[] {
  return [...new Set(questions.map(({ expected_route }) => expected_route))].sort();
}
