/** Questions about a project as a whole (its licence, people, dependencies, entry points) and the files that answer them. */
import type { QuestionTerms } from '../words/question-terms.ts';
import { wordStem } from '../words/words.ts';

const wordsOf = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).map(wordStem));

const subjects = wordsOf(
  'licence license licensed licensing copyright maintainer contributor committee governance sponsor homepage ' +
    'proprietary vulnerability',
);
const phrases =
  /\b(?:runtime|peer|production|third-party|external|direct|transitive|npm|package|which|what|its|any|no|many) (?:\w+ )?dependencies\b|\bsupply chain\b|\b(?:which|what)(?: \w+){0,2} entry ?points?\b|\bentry ?points? (?:of|to|into) (?:this|the) (?:\w+ )?(?:package|library|project|module)\b|\bimport paths?\b|\bwhat (?:is|does) (?:this|the) (?:\w+ ){0,2}(?:thing|project|package|library|repo\w*|tool|software)\b|\b(?:node(?:\.?js)?|python|java|ruby|go|rust|php) (?:versions?|releases?)\b|\b(?:who|when) (?:\w+ )?(?:wrote|started|created|maintains?|publish\w*|owns?)\b|\bwhy is (?:it|this) called\b/i;

/** What the project's own files call what is asked for. */
const topics: readonly { asked: RegExp; said: string }[] = [
  { asked: /licen[cs]|copyright|proprietary|closed source/i, said: 'license licensed copyright' },
  { asked: /dependencies|supply chain/i, said: 'dependencies' },
  {
    asked: /maintainer|\bmaintain(?:s|ed)\b|author|wrote|founder|committee|contributor/i,
    said: 'maintainers authors contributors developers team',
  },
  { asked: /vulnerabilit|security (?:policy|report|issue)/i, said: 'security vulnerability disclosure' },
  { asked: /entry ?point|import path/i, said: 'exports main module' },
  { asked: /versions?|releases?|engine/i, said: 'engines node versions' },
  { asked: /\bwhat (?:is|does)\b|\bcalled\b/i, said: 'description name' },
];

/** Where a project says such things: a path or a glob on file names. */
export const projectFiles: readonly string[] = [
  '{README*,Readme*,readme*,LICEN*,Licen*,licen*,COPYING*,AUTHORS*,MAINTAINERS*,GOVERNANCE*,SECURITY*,CODEOWNERS*,Cargo.toml,pyproject.toml,setup.py,go.mod,pom.xml,composer.json}',
  'package.json',
];

const topLevel =
  /^(?:\.github\/)?(?:(?:readme|licen[cs]e|copying|authors|maintainers|governance|security|codeowners)[^/]*|package\.json|cargo\.toml|pyproject\.toml|setup\.py|go\.mod|pom\.xml|composer\.json)$/i;

/** Whether a path, at the top of the repository, is where a project speaks of itself. */
export const isProjectFile = (path: string): boolean => topLevel.test(path);

/** Whether the question is about the project as a whole: one that names code is not. */
const asksAboutProject = ({ text, terms }: QuestionTerms): boolean =>
  !terms.some((term) => term.decisive) &&
  (phrases.test(text) || terms.some((term) => !term.identifier && subjects.has(term.stem)));

/** For each topic asked about, the words to look for in the project's own files; none for other questions. */
export const projectTopics = (question: QuestionTerms): readonly string[] =>
  asksAboutProject(question) ? topics.filter(({ asked }) => asked.test(question.text)).map(({ said }) => said) : [];

/** People, licence and security policy stand in a project's own files or nowhere; what else is asked of it may stand elsewhere. */
export const isAboutPeopleOrPolicy = (question: QuestionTerms): boolean =>
  asksAboutProject(question) && ownTopics.test(question.text) && !otherTopics.test(question.text);
const ownTopics = /licen[cs]e|copyright|maintainer|\bmaintains\b|vulnerabilit|security policy/i;
const otherTopics = /\bversions?\b|\breleases?\b|dependencies|entry ?point|import path/i;

/** Legal text holds many ordinary words, and its name says what each of its passages is about. */
export const isLicenceFile = (path: string): boolean => /^(?:licen[cs]e|copying)/i.test(path);

/** Lines of a licence's file that name it. */
export const licenceTitle = 4;

export const asksForLicence = (question: QuestionTerms): boolean =>
  asksAboutProject(question) && /licen[cs]/i.test(question.text);
