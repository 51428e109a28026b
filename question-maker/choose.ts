/** Chooses the questions of a dataset out of proved candidates: by the mix, no two alike, not too many of one file. */
import { refusedPhrasing } from '../contracts/evaluation/drop-counts.ts';
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
const declinedByModel = 'the model found no question in the lines';
/** Bytes of all questions together: they travel in one piece. */
const mostBytes = 1_200_000;

/** A candidate, with what a model made of it; null: it was not asked. */
type Tried = { candidate: Candidate; phrasing: Phrasing | 'declined' | null };
export type Chosen = { questions: MadeQuestion[]; dropped: DropCounts };

/** An eighth of the questions may be about one file; where that is too little, twice and three times as many. */
const shares = [1, 2, 3];

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
  const wantedOf = quotas(choice);
  // What a model has declined is asked last of all.
  for (const declined of [false, true]) {
    const members = pool.filter(({ phrasing }) => (phrasing === 'declined') === declined);
    const cells = Map.groupBy(members, ({ candidate }) => cellOf(candidate));
    if (!declined) for (const [cell, wanted] of wantedOf) await choosing.take(cells.get(cell) ?? [], wanted);
    // Where a route has too little, the others fill up, in turn.
    for (const kind of ['answerable', 'unanswerable'] as const) {
      const rest = inTurn([...cells].filter(([cell]) => cell.endsWith(`/${kind}`)).map(([, members]) => members));
      for (const share of shares) await choosing.take(rest, choosing.missing(kind), share);
    }
  }
  return { questions: splitByFile(choosing.questions, choice), dropped: choosing.counts(pool) };
}

class Choosing {
  readonly questions: MadeQuestion[] = [];
  readonly #dropped: Record<string, number> = {};
  readonly #choice: QuestionChoice;
  readonly #evidence: Evidence;
  readonly #breathe: () => Promise<void>;
  readonly #tried = new Set<string>();
  /** Those whose file had enough: a larger share may take them. */
  readonly #setAside = new Set<string>();
  readonly #ofFile = new Map<string, number>();
  #bytes = 0;

  constructor(choice: QuestionChoice, evidence: Evidence, breathe: () => Promise<void>) {
    this.#choice = choice;
    this.#evidence = evidence;
    this.#breathe = breathe;
  }

  missing(kind: MadeQuestion['kind']): number {
    const cells = [...quotas(this.#choice)].filter(([cell]) => cell.endsWith(`/${kind}`));
    const wanted = cells.reduce((sum, [, count]) => sum + count, 0);
    return Math.max(0, wanted - this.questions.filter((question) => question.kind === kind).length);
  }

  /** Why candidates were dropped, and phrasings refused. */
  counts(pool: readonly Tried[]): DropCounts {
    const declined = pool.filter(({ phrasing }) => phrasing === 'declined').length;
    const more = { [dropReasons.sameFile]: this.#setAside.size, [refusedPhrasing(declinedByModel)]: declined };
    return { ...this.#dropped, ...Object.fromEntries(Object.entries(more).filter(([, count]) => count > 0)) };
  }

  /** @param share how many times its part of the questions a file may have */
  async take(members: readonly Tried[], wanted: number, share = 1): Promise<void> {
    let taken = 0;
    for (const tried of members) {
      if (taken >= wanted) return;
      const { id, places } = tried.candidate;
      if (this.#tried.has(id)) continue;
      if (places.some(({ path }) => this.#isFull(path, share))) {
        this.#setAside.add(id);
        continue;
      }
      this.#tried.add(id);
      this.#setAside.delete(id);
      await this.#breathe();
      if (await this.#takeOne(tried)) taken += 1;
    }
  }

  #isFull(path: string, share: number): boolean {
    return (this.#ofFile.get(path) ?? 0) >= share * Math.max(3, Math.ceil(this.#choice.questions / 8));
  }

  /** What a model has phrased badly is asked as the template has it. */
  async #takeOne({ candidate, phrasing }: Tried): Promise<boolean> {
    const proofs = phrasing === null || phrasing === 'declined' ? [null] : [phrasing, null];
    for (const each of proofs) {
      const proof = await prove(candidate, this.#evidence, each);
      const why = proof.kind === 'dropped' ? proof.why : this.#objection(proof.question);
      if (proof.kind === 'proved' && why === null) {
        this.#keep(proof.question);
        return true;
      }
      if (why !== null) this.#count(each === null ? why : refusedPhrasing(why));
    }
    return false;
  }

  #count(why: string): void {
    this.#dropped[why] = (this.#dropped[why] ?? 0) + 1;
  }

  #objection(question: MadeQuestion) {
    const same = this.questions.some(
      (other) => isAlike(other.question, question.question) || sameAnswer(other, question),
    );
    if (same) return dropReasons.duplicate;
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
