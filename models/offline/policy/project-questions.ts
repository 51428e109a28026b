/** Questions about a project as a whole (its licence, people, dependencies, entry points) and the files that answer them. */
import type { QuestionTerms } from './question-terms.ts';
import { wordStem } from './words.ts';

const wordsOf = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).map(wordStem));

const subjects = wordsOf(
  'licence license licensed licensing copyright dependency dependencies maintainer maintained author founder contributor ' +
    'committee governance sponsor homepage proprietary',
);
const phrases =
  /\bentry ?points?\b|\bimport paths?\b|\bwhat (?:is|does) (?:this|the) (?:\w+ ){0,2}(?:thing|project|package|library|repo\w*|tool|software)\b|\b(?:node(?:\.?js)?|python|java|ruby|go|rust|php) (?:versions?|releases?)\b|\b(?:who|when) (?:\w+ )?(?:wrote|started|created|maintains?|publish\w*|owns?)\b|\bwhy is (?:it|this) called\b/i;

/** What a search for the answer should say besides the question's own words. */
const related: readonly (readonly [RegExp, string])[] = [
  [/licen[cs]|copyright|proprietary|closed source/i, 'license licensed copyright'],
  [/dependenc|supply chain/i, 'dependencies'],
  [/maintain|author|wrote|founder|committee|contributor/i, 'maintainers authors contributors team'],
  [/entry ?point|import path/i, 'exports main module'],
  [/versions?|releases?|engine/i, 'engines node supported versions'],
];

/** Where a project says such things, as a glob on file names. */
export const projectFiles =
  '{README*,Readme*,readme*,LICEN*,Licen*,licen*,COPYING*,AUTHORS*,MAINTAINERS*,GOVERNANCE*,package.json,Cargo.toml,pyproject.toml,setup.py,go.mod,pom.xml,composer.json}';

const topLevel =
  /^(?:(?:readme|licen[cs]e|copying|authors|maintainers|governance)[^/]*|package\.json|cargo\.toml|pyproject\.toml|setup\.py|go\.mod|pom\.xml|composer\.json)$/i;

/** Whether a path, at the top of the repository, is where a project speaks of itself. */
export const isProjectFile = (path: string): boolean => topLevel.test(path);

/** Whether the question is about the project as a whole. */
export const asksAboutProject = ({ text, terms }: QuestionTerms): boolean =>
  phrases.test(text) || terms.some((term) => !term.identifier && subjects.has(term.stem));

/** The words to look for in the project's own files; empty when the question is about something else. */
export function projectQuery(question: QuestionTerms): string {
  if (!asksAboutProject(question)) return '';
  const own = question.terms.filter((term) => subjects.has(term.stem)).map((term) => term.text);
  const more = related.filter(([pattern]) => pattern.test(question.text)).flatMap(([, words]) => words.split(' '));
  return [...new Set([...own, ...more])].join(' ') || 'introduction about';
}
