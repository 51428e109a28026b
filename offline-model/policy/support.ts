/** Measures how well passages support a question: coverage of its terms, each weighted by how rare it is. */
import type { FileRanks } from './file-ranks.ts';
import type { Passage } from '../passages/passages.ts';
import { asksForLicence, isLicenceFile, isProjectFile, licenceTitle, projectTopics } from './project-questions.ts';
import type { QuestionTerms, Term } from '../words/question-terms.ts';
import { isSpelledOut, type NameReading, nameReader } from '../words/names.ts';
import { contentStems, type StemIndex, stemMatch, stemsOf } from '../words/words.ts';
import { isSamplePath, isTestPath } from '../../lib/paths.ts';

/** `topical`: in a file where a project speaks of itself, about what the question asks of the project. */
export type Scored = { passage: Passage; score: number; matches: readonly number[]; topical: boolean };

const synonymMatch = 0.6;
const contextMatch = 0.6;
const ownTopic = 0.5;
const namedWhole = 0.3;
const namedPart = 0.15;
const composed = 0.15;

/** How far an index speaks of a term, 0 to 1. */
export function termMatch(index: StemIndex, term: Term): number {
  const direct = stemMatch(index, term.stem);
  if (direct === 1) return 1;
  if (term.identifier) return 0;
  const other = term.synonyms.some((one) => index.all.has(one)) ? synonymMatch : 0;
  return Math.max(direct, other);
}

function passageMatches(passage: Passage, terms: readonly Term[]): number[] {
  return terms.map((term) => {
    const inBody = termMatch(passage.body, term);
    return inBody === 1 ? 1 : Math.max(inBody, contextMatch * termMatch(passage.context, term));
  });
}

/** Weights of the terms with their rarity among the passages shown: a word that stands everywhere tells little. */
export function rarityWeights(terms: readonly Term[], matches: readonly (readonly number[])[]): number[] {
  const count = matches.length;
  return terms.map((term, at) => {
    const holding = matches.filter((row) => (row[at] ?? 0) >= 0.6).length;
    const rarity = Math.log(1 + (count - holding + 0.5) / (holding + 0.5)) / Math.log(2 + 2 * count);
    return term.weight * Math.min(1, 0.15 + rarity);
  });
}

/** Tests and samples: they repeat what is said better elsewhere. */
export const isBesideCode = (path: string): boolean => isTestPath(path) || isSamplePath(path);
const isLog = (path: string): boolean => /(^|\/)(changelog|history|releases?)[^/]*$/i.test(path);

/** What the question is about beyond its words: topics of the project as a whole, as stems, and tests. */
type Subject = { topics: readonly (readonly string[])[]; tests: boolean; licence: boolean };

const subjectOf = (question: QuestionTerms): Subject => ({
  topics: projectTopics(question).map(contentStems),
  tests: question.terms.some((term) => term.stem === 'test'),
  licence: asksForLicence(question),
});

const importing = /^(?:import|from|use|using|#include|require|package)\b|^["']?[\w./-]+["',]*$|^[()}]*$/;

/** The imports of a file hold words of everything and say nothing. */
const isPreamble = ({ kind, lines }: Passage): boolean =>
  kind === 'code' && lines.filter((line) => importing.test(line.trim())).length >= 0.7 * lines.length;

/** Tests and logs repeat what is said better elsewhere; a question about the project is answered by its own files. */
function placeFactor(passage: Passage, { tests, topics, licence }: Subject): number {
  const { path } = passage;
  if (isLicenceFile(path)) return licence ? 0.7 : 0.4;
  if (isPreamble(passage)) return 0.5;
  if (topics.length > 0 && !isProjectFile(path)) return 0.5;
  if (/^\.(?!github\/)/.test(path)) return 0.6;
  if (isLog(path)) return 0.8;
  if (isBesideCode(path)) return tests ? 1 : 0.75;
  return /\.d\.[cm]?ts$/.test(path) ? 0.92 : 1;
}

/** Of a project as a whole its own top files speak best: an entry by its key, prose by its heading and its words. */
function topicBonus(passage: Passage, { topics, licence }: Subject): number {
  if (licence && isLicenceFile(passage.path) && passage.firstLine + passage.lines.length <= licenceTitle + 1) return 1;
  if (topics.length === 0 || !isProjectFile(passage.path) || (isLicenceFile(passage.path) && !licence)) return 0;
  const fits = (said: ReadonlySet<string>) => topics.some((topic) => topic.some((stem) => said.has(stem)));
  if (passage.kind === 'prose') {
    const heading = !isLicenceFile(passage.path) && fits(passage.context.all);
    return (Number(heading) + Number(fits(passage.body.all))) * (ownTopic / 2);
  }
  const keys = passage.kind === 'entry' ? passage.lines.slice(0, 1) : passage.lines;
  const said = keys.map((line) => new Set(contentStems(settingKey.exec(line)?.slice(1).join('') ?? '')));
  return Math.max(0, ...said.map((stems) => (fits(stems) ? ownTopic / stems.size : 0)));
}

/** Of JSON, XML and TOML. */
const settingKey = /^\s*(?:"([^"]{1,80})"\s*:|<(\w{1,80})>|([\w-]{1,80})\s*=)/;

function pairBonus(question: QuestionTerms, passage: Passage): number {
  const near = question.pairs.filter(([a, b]) =>
    passage.lines.some((line) => {
      const lower = line.toLowerCase();
      const first = lower.indexOf(a.slice(0, 6));
      return first >= 0 && lower.slice(first, first + a.length + b.length + 16).includes(b.slice(0, 6));
    }),
  ).length;
  const title = stemsOf(`${passage.heading} ${passage.name ?? ''}`);
  const titled = question.pairs.filter(([a, b]) => title.some((stem, at) => stem === a && title[at + 1] === b)).length;
  return Math.min(0.15, 0.05 * near) + Math.min(0.2, 0.1 * titled);
}

const namedLine = 0.8;

/** Whether a passage holds a line that the question names. */
export const holdsNamedLine = ({ places }: QuestionTerms, { path, firstLine, lines }: Passage): boolean =>
  places.some(
    (one) =>
      one.line !== null &&
      (path === one.path || path.endsWith(`/${one.path}`)) &&
      one.line >= firstLine &&
      one.line < firstLine + lines.length,
  );

/** A definition of what the question names, in its own spelling or as words. */
function nameBonus(question: QuestionTerms, { name, whole }: Passage, read: (name: string) => NameReading): number {
  if (name === null) return 0;
  const lower = name.toLowerCase();
  const last = lower.split(/[.#:]/).at(-1) ?? lower;
  if (question.terms.some((term) => term.identifier && !term.own && (term.stem === lower || term.stem === last)))
    return whole ? namedWhole : namedPart;
  return isSpelledOut(read(name)) ? composed : 0;
}

/** How much of a passage's score depends on how well its file was found. */
const rankShare = 0.7;

/** All passages, best supporting first; ties by path and line, so that the order never depends on chance. */
export function scorePassages(question: QuestionTerms, passages: readonly Passage[], ranks: FileRanks): Scored[] {
  const matches = passages.map((passage) => passageMatches(passage, question.terms));
  const weights = rarityWeights(question.terms, matches);
  const total = weights.reduce((sum, weight) => sum + weight, 0) || 1;
  const subject = subjectOf(question);
  const read = nameReader(question.terms);
  return passages
    .map((passage, row) => {
      const covered = weights.reduce((sum, weight, at) => sum + weight * (matches[row]?.[at] ?? 0), 0) / total;
      const topic = topicBonus(passage, subject);
      const score =
        (covered + pairBonus(question, passage) + nameBonus(question, passage, read)) *
          placeFactor(passage, subject) *
          (1 - rankShare + rankShare * ranks(passage)) +
        topic +
        (holdsNamedLine(question, passage) ? namedLine : 0);
      return { passage, score, matches: matches[row] ?? [], topical: topic > 0 };
    })
    .toSorted(
      (a, b) =>
        b.score - a.score ||
        (a.passage.path < b.passage.path ? -1 : Number(a.passage.path > b.passage.path)) ||
        a.passage.firstLine - b.passage.firstLine,
    );
}
