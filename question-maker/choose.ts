/** Chooses the questions of a dataset out of proved candidates: by the mix, no two alike, not too many of one file. */
import type {
  Candidate,
  DropCounts,
  MadeQuestion,
  Phrasing,
  QuestionChoice,
} from '../contracts/evaluation/question-making.ts';
import { wordOverlap } from '../harness/graders/wording.ts';
import { seededRandom, seedFor } from '../lib/random.ts';
import { cellOf, quotas } from './find-candidates.ts';
import { dropReasons, type Evidence, prove } from './prove.ts';

/** From this overlap of words on, two questions are one. */
const alike = 0.8;
/** Bytes of all questions together: they travel in one piece. */
const mostBytes = 1_200_000;

type Tried = { candidate: Candidate; phrasing: Phrasing | null };
export type Chosen = { questions: MadeQuestion[]; dropped: DropCounts };

/**
 * @param pool in the order in which they are to be tried, each with what a model made of it
 * @param breathe called between proofs
 */
export async function chooseQuestions(
  pool: readonly Tried[],
  choice: QuestionChoice,
  evidence: Evidence,
  breathe: () => Promise<void> = () => Promise.resolve(),
): Promise<Chosen> {
  const choosing = new Choosing(choice, evidence, breathe);
  const cells = Map.groupBy(pool, ({ candidate }) => cellOf(candidate));
  for (const [cell, wanted] of quotas(choice)) await choosing.take(cells.get(cell) ?? [], wanted);
  // Where a route has too little, the others fill up, in turn.
  for (const kind of ['answerable', 'unanswerable'] as const) {
    const rest = inTurn([...cells].filter(([cell]) => cell.endsWith(`/${kind}`)).map(([, members]) => members));
    const wanted = kind === 'answerable' ? choosing.missing - choosing.missingAbsent : choosing.missingAbsent;
    await choosing.take(rest, wanted);
  }
  return { questions: splitByFile(choosing.questions, choice), dropped: choosing.dropped };
}

class Choosing {
  readonly questions: MadeQuestion[] = [];
  readonly dropped: Record<string, number> = {};
  readonly #choice: QuestionChoice;
  readonly #evidence: Evidence;
  readonly #breathe: () => Promise<void>;
  readonly #tried = new Set<string>();
  readonly #ofFile = new Map<string, number>();
  #bytes = 0;

  constructor(choice: QuestionChoice, evidence: Evidence, breathe: () => Promise<void>) {
    this.#choice = choice;
    this.#evidence = evidence;
    this.#breathe = breathe;
  }

  get missing(): number {
    return this.#choice.questions - this.questions.length;
  }

  /** Of the unanswerable ones, how many are still wanted. */
  get missingAbsent(): number {
    const wanted = [...quotas(this.#choice)].filter(([cell]) => cell.endsWith('/unanswerable'));
    const there = this.questions.filter(({ kind }) => kind === 'unanswerable').length;
    return Math.max(0, wanted.reduce((sum, [, count]) => sum + count, 0) - there);
  }

  async take(members: readonly Tried[], wanted: number): Promise<void> {
    let taken = 0;
    for (const tried of members) {
      if (taken >= wanted) return;
      if (this.#tried.has(tried.candidate.id)) continue;
      this.#tried.add(tried.candidate.id);
      await this.#breathe();
      if (await this.#takeOne(tried)) taken += 1;
    }
  }

  /** What a model has phrased badly is asked as the template has it. */
  async #takeOne({ candidate, phrasing }: Tried): Promise<boolean> {
    const proofs = phrasing === null ? [null] : [phrasing, null];
    for (const each of proofs) {
      const proof = await prove(candidate, this.#evidence, each);
      const why = proof.kind === 'dropped' ? proof.why : this.#objection(proof.question);
      if (proof.kind === 'proved' && why === null) {
        this.#keep(proof.question);
        return true;
      }
      if (why !== null) this.dropped[why] = (this.dropped[why] ?? 0) + 1;
    }
    return false;
  }

  #objection(question: MadeQuestion) {
    const same = this.questions.some(
      (other) => isAlike(other.question, question.question) || sameAnswer(other, question),
    );
    if (same) return dropReasons.duplicate;
    const most = Math.max(3, Math.ceil(this.#choice.questions / 8));
    if (question.gold.paths.some((path) => (this.#ofFile.get(path) ?? 0) >= most)) return dropReasons.sameFile;
    return this.#bytes + bytesOf(question) > mostBytes ? dropReasons.tooLong : null;
  }

  #keep(question: MadeQuestion): void {
    this.questions.push(question);
    this.#bytes += bytesOf(question);
    for (const path of question.gold.paths) this.#ofFile.set(path, (this.#ofFile.get(path) ?? 0) + 1);
  }
}

const bytesOf = (question: MadeQuestion): number => Buffer.byteLength(JSON.stringify(question));

/** Of questions that one template has phrased, the names in them tell them apart. */
function isAlike(one: string, other: string): boolean {
  const spans = (text: string) => (text.match(/`[^`]+`/g) ?? []).join(' ');
  return spans(one) === spans(other) && wordOverlap(one, other) >= alike;
}

/** Sources that ask for the name of a thing by what it does: two of them with one fact are one question. */
const named = new Set(['definition', 'heading', 'test']);

/** The same facts from such sources, or one thing of the project as a whole, which is often said in several files. */
function sameAnswer(one: MadeQuestion, other: MadeQuestion): boolean {
  if (one.must_mention.length === 0) return false;
  const [first = '', second = ''] = [one, other].map(({ origin }) => origin?.source);
  if (first === 'project' && second === 'project')
    return one.must_mention[0]?.[0]?.text === other.must_mention[0]?.[0]?.text;
  if (!named.has(first) || !named.has(second)) return false;
  return JSON.stringify(one.must_mention) === JSON.stringify(other.must_mention);
}

function inTurn<Item>(queues: readonly (readonly Item[])[]): Item[] {
  const most = Math.max(0, ...queues.map(({ length }) => length));
  return Array.from({ length: most }, (_, turn) => queues.flatMap((queue) => queue[turn] ?? [])).flat();
}

/** Questions that share a file share a split; each group goes where most is missing. */
export function splitByFile(questions: readonly MadeQuestion[], { split, seed }: QuestionChoice): MadeQuestion[] {
  const shares = Object.entries(split).filter(([, share]) => share > 0);
  const sum = shares.reduce((total, [, share]) => total + share, 0);
  const open = new Map(shares.map(([name, share]) => [name, (share / sum) * questions.length]));
  const nameOf = new Map<string, string>();
  for (const group of fileGroups(questions, seed)) {
    const [name = 'dev'] = [...open].reduce((best, each) => (each[1] > best[1] ? each : best), ['dev', -Infinity]);
    open.set(name, (open.get(name) ?? 0) - group.length);
    for (const { id } of group) nameOf.set(id, name);
  }
  return questions.map((question) => ({ ...question, split: nameOf.get(question.id) === 'test' ? 'test' : 'dev' }));
}

/** Largest first, those of one size in an order that the seed decides. */
function fileGroups(questions: readonly MadeQuestion[], seed: number): MadeQuestion[][] {
  const groups: { paths: Set<string>; members: MadeQuestion[] }[] = [];
  for (const question of questions) {
    const { paths } = question.gold;
    const shared = groups.filter((group) => paths.some((path) => group.paths.has(path)));
    const joined = { paths: new Set(paths), members: [question] };
    for (const group of shared) {
      for (const path of group.paths) joined.paths.add(path);
      joined.members.unshift(...group.members);
      groups.splice(groups.indexOf(group), 1);
    }
    groups.push(joined);
  }
  const lot = ({ members }: { members: MadeQuestion[] }) => seededRandom(seedFor(seed, members[0]?.id ?? ''))();
  return groups
    .toSorted((one, other) => other.members.length - one.members.length || lot(one) - lot(other))
    .map(({ members }) => members);
}
