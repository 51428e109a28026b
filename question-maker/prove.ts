/** Proves a candidate by what the repository holds, or says why it cannot be a question. */
import type { Fact } from '../contracts/dataset.ts';
import type { Candidate, MadeQuestion, Phrasing } from '../contracts/evaluation/question-making.ts';
import type { SearchRow } from '../contracts/tools.ts';
import { mentions, said } from '../harness/graders/wording.ts';
import { leakLimit, leakOf } from './leak.ts';
import { asksTheSame, factsOf, referenceOf } from './phrasing.ts';

/** The repository, as a proof looks at it. */
export type Evidence = {
  /** Null: there is no such file. */
  linesOf(path: string): readonly string[] | null;
  /** Whether any file holds the name, however it is written. */
  holds(name: string): boolean;
  /** A plain search by words, best first. */
  search(query: string): Promise<readonly SearchRow[]>;
};

export const dropReasons = {
  file: 'an expected file or line is not there',
  fact: 'the expected lines do not hold a fact',
  proposed: 'a fact that the model proposed does not stand in the lines',
  astray: 'what the model asks is something else',
  leak: 'the question gives away what is to be found',
  easy: 'a plain search finds it at once',
  present: 'what should stand nowhere stands somewhere',
  duplicate: 'asks the same as another one',
  sameFile: 'there are enough questions about its file',
  tooLong: 'the dataset would be too large',
} as const;
export type DropReason = (typeof dropReasons)[keyof typeof dropReasons];

export type Proof = { kind: 'proved'; question: MadeQuestion } | { kind: 'dropped'; why: DropReason };

/** Places of a search that are looked at. */
export const searchRows = 20;
/** A first row that overlaps the expected lines with so many times the score of the second is found at once. */
export const overwhelming = 1.6;

export async function prove(
  candidate: Candidate,
  evidence: Evidence,
  phrasing: Phrasing | null = null,
): Promise<Proof> {
  const asked = phrasing?.question ?? candidate.question;
  if (candidate.kind === 'unanswerable') return proveAbsent(candidate, evidence, phrasing);
  const text = textOf(candidate, evidence);
  if (text === null) return dropped('file');
  if (!candidate.facts.every((fact) => mentions(said(text), fact))) return dropped('fact');
  const proposed = (phrasing?.facts ?? []).map((fact): Fact => [{ text: fact, match: 'words' }]);
  if (!proposed.every((fact) => mentions(said(text), fact))) return dropped('proposed');
  if (phrasing !== null && !asksTheSame(asked, candidate, text)) return dropped('astray');
  const facts = phrasing === null ? candidate.facts : factsOf(candidate, phrasing);
  const paths = pathsOf(candidate);
  const leak = leakOf({ question: asked, paths, facts, secrets: candidate.secrets });
  if (leak > leakLimit) return dropped('leak');
  const rows = await evidence.search(asked);
  if (isFoundAtOnce(candidate, rows)) return dropped('easy');
  const rank = rows.slice(0, searchRows).findIndex(({ path }) => paths.includes(path)) + 1;
  return { kind: 'proved', question: made(candidate, phrasing, facts, leak, rank === 0 ? null : rank) };
}

async function proveAbsent(candidate: Candidate, evidence: Evidence, phrasing: Phrasing | null): Promise<Proof> {
  if (candidate.absent.some((name) => evidence.holds(name))) return dropped('present');
  return { kind: 'proved', question: made(candidate, phrasing, [], 0, null) };
}

const dropped = (why: keyof typeof dropReasons): Proof => ({ kind: 'dropped', why: dropReasons[why] });

/** All expected lines together; null where some are not there. */
function textOf({ places }: Candidate, evidence: Evidence): string | null {
  const texts: string[] = [];
  for (const { path, lines } of places) {
    const all = evidence.linesOf(path);
    if (all === null || all.length < lines[1]) return null;
    texts.push(all.slice(lines[0] - 1, lines[1]).join('\n'));
  }
  return texts.length === 0 ? null : texts.join('\n');
}

function isFoundAtOnce({ places }: Candidate, rows: readonly SearchRow[]): boolean {
  const [first, second] = rows;
  if (first === undefined) return false;
  const overlaps = places.some(
    ({ path, lines }) => path === first.path && lines[0] <= first.lastLine && lines[1] >= first.firstLine,
  );
  return overlaps && (second === undefined || first.score >= overwhelming * second.score);
}

const pathsOf = ({ places }: Candidate): string[] => [...new Set(places.map(({ path }) => path))];

function made(
  candidate: Candidate,
  phrasing: Phrasing | null,
  facts: Fact[],
  leak: number,
  rank: number | null,
): MadeQuestion {
  const { id, source, route, kind, places, absent } = candidate;
  const lines: MadeQuestion['gold']['lines'] = {};
  for (const { path, lines: range } of places) lines[path] = joined([...(lines[path] ?? []), range]);
  return {
    id,
    question: phrasing?.question ?? candidate.question,
    expected_route: route,
    second_route: null,
    other_routes: [],
    kinds: {},
    kind,
    gold: { paths: pathsOf(candidate), lines },
    must_mention: facts,
    forbidden_claims: [],
    shared_wordings: [],
    reference_answer: kind === 'unanswerable' ? null : referenceOf(candidate, phrasing, facts),
    tags: [source],
    split: 'dev',
    note: kind === 'unanswerable' ? `No file holds ${absent.map((name) => `"${name}"`).join(' or ')}.` : '',
    origin: { source, phrased_by: phrasing?.model ?? 'template', leak: Number(leak.toFixed(2)), search_rank: rank },
    review: null,
  };
}

/** Ranges in order; those that touch are one. */
function joined(ranges: [number, number][]): [number, number][] {
  const result: [number, number][] = [];
  for (const [first, last] of ranges.toSorted(([one], [other]) => one - other)) {
    const before = result.at(-1);
    if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else result.push([first, last]);
  }
  return result;
}
