/** Measures how well a question fits the words of a route that the model was not trained on. */

import type { RouteMeaning } from './route-meaning.ts';
import { readableText, subjectStems } from './question-words.ts';
import { namedSubjects, touchedSubjects } from './subject-synonyms.ts';
import { readTrainingText } from './training-text.ts';

/** What a word counts that is only of the same subject as the route's words, beside 1 for the word itself. */
const synonymCredit = 0.7;

/** Words of at most this rarity (0 to 1) are too common to tell routes apart. */
const commonness = 0.3;

/** A question with more distinct words than this has its matches damped: a long log mentions everything once. */
const undampedWords = 25;

/** Matches beyond this add nothing. */
const highestAffinity = 3;

/**
 * One figure for each route, from 0 (no word in common) to 3: the question's words that the route's description shares,
 * weighted by how rare they are in questions (after inverse document frequency, Spärck Jones 1972) and divided by how
 * many routes share them.
 */
export function routeAffinities(question: string, routes: readonly RouteMeaning[]): number[] {
  const stems = [...new Set(subjectStems(readableText(question)))];
  const damping = Math.sqrt(undampedWords / Math.max(undampedWords, stems.length));
  const subjects = routes.map((route) =>
    route.trained === undefined ? namedSubjects(route.ownStems) : new Set<number>(),
  );
  const sums = routes.map(() => 0);
  for (const stem of stems) {
    const credits = routes.map((route, at) => wordCredit(stem, route, subjects[at] ?? new Set()));
    const sharing = credits.filter((credit) => credit > 0).length;
    if (sharing === 0) continue;
    const weight = rarity(stem) / sharing;
    credits.forEach((credit, at) => {
      sums[at] = (sums[at] ?? 0) + credit * weight;
    });
  }
  return routes.map((route, at) => Math.min(highestAffinity, (sums[at] ?? 0) * damping) * route.ownShare);
}

function wordCredit(stem: string, route: RouteMeaning, routeSubjects: ReadonlySet<number>): number {
  if (route.ownStems.has(stem)) return 1;
  return [...touchedSubjects(stem)].some((subject) => routeSubjects.has(subject)) ? synonymCredit : 0;
}

/** How many training questions there are, and how many have each word. */
interface QuestionCounts {
  readonly total: number;
  readonly byStem: ReadonlyMap<string, number>;
}

let questionCounts: QuestionCounts | undefined;

/** 1 for a word that no training question has, 0 for one that many have. */
function rarity(stem: string): number {
  questionCounts ??= countQuestions();
  const { total, byStem } = questionCounts;
  const raw = 1 - Math.log(1 + (byStem.get(stem) ?? 0)) / Math.log(1 + total);
  return Math.max(0, (raw - commonness) / (1 - commonness));
}

function countQuestions(): QuestionCounts {
  const questions = readTrainingText();
  const byStem = new Map<string, number>();
  for (const { text } of questions) {
    for (const stem of new Set(subjectStems(text))) byStem.set(stem, (byStem.get(stem) ?? 0) + 1);
  }
  return { total: questions.length, byStem };
}
