/** Reads a route's name and description: which trained route it stands for, if any, and which words are its own. */

import { subjectStems } from './question-words.ts';
import { stemWord } from './word-stem.ts';
import { trainedRoutes, type TrainedRoute } from './training-text.ts';

/** A route as a spec gives it. */
export interface DescribedRoute {
  readonly name: string;
  readonly description: string;
}

/** What a route stands for. */
export interface RouteMeaning {
  /** The trained route whose questions it takes; absent if only its words can tell. */
  readonly trained: TrainedRoute | undefined;
  /** Stems of name and description that say what it is about, without what the trained route covers anyway. */
  readonly ownStems: ReadonlySet<string>;
  /** Share of the description that the trained route does not cover, 0 to 1. */
  readonly ownShare: number;
}

/** Words by which people describe each trained route. */
const describedAs: Readonly<Record<TrainedRoute, ReadonlySet<string>>> = {
  code: stemSet(`code codebase function class classes method implement implementation detail specific source
    module symbol logic algorithm internals internal snippet definition file identifier programming repository
    level signature caller`),
  docs: stemSet(`docs doc documentation readme guide tutorial architecture architectural design overview concept
    conceptual usage use used using install installed installation configure configured configuration manual howto
    reference explanation high level explain migration setup getting started handbook`),
  debug: stemSet(`error failure failing fail bug crash exception debug debugging stack trace traceback test output
    troubleshoot troubleshooting fix issue problem incident log diagnose diagnosis broken unexpected behaviour
    behavior report regression`),
  general: stemSet(
    'general chat chit small talk smalltalk opinion licence license community comparison project question',
  ),
};

/** Words that say nothing about a subject. */
const fillers =
  stemSet(`a an all and any anything are as at about by etc everything for from how in into is it its kind like of
    on or other others question questions ask asks asked related relating route such that the their them thing
    things this to topic topics user users when where which who why what with work works whole include includes
    including concerning regarding handle handles something another clearly fit fits than your you our we be do does
    can`);

const fallbackName =
  /^(?:other|others|misc|miscellaneous|fallback|default|rest|unknown|none|catch[-_ ]?all|anything[-_ ]?else)$/iu;
const fallbackDescription = new RegExp(
  [
    '\\b(?:everything|anything|all|whatever|something) (?:else|other|remaining)\\b',
    '\\b(?:the rest|fall-?back|catch-?all|no other route|miscellaneous)\\b',
    "\\b(?:does|do) ?n[o']t (?:\\w{1,20} )?fit\\b|\\bnone of the (?:above|other)",
  ].join('|'),
  'iu',
);
const exclusion = /\b(?:but not|not|except|excluding|other than|rather than|without|never)\b[^.;,\n]*/giu;

/** Reads one route. */
export function routeMeaning(route: DescribedRoute): RouteMeaning {
  const named = [...new Set(subjectStems(route.name))];
  const described = contentStems(route.description);
  const trained = trainedMeaning(
    route,
    described.filter((stem) => !named.includes(stem)),
  );
  if (trained === undefined) return { trained, ownStems: new Set([...described, ...named]), ownShare: 1 };
  const ownStems = new Set(described.filter((stem) => !describedAs[trained].has(stem) && !named.includes(stem)));
  return { trained, ownStems, ownShare: ownStems.size / Math.max(1, described.length) };
}

/**
 * A known name keeps its meaning unless its description, of two words or more, shares no word with it. Any other route
 * stands for a trained one if it is described as a fallback, or if at least half of its description's words are those
 * of a trained route.
 */
function trainedMeaning(route: DescribedRoute, described: readonly string[]): TrainedRoute | undefined {
  const shared = (name: TrainedRoute) => described.filter((stem) => describedAs[name].has(stem)).length;
  const known = trainedRoutes.find((name) => name === route.name.trim().toLowerCase());
  if (known !== undefined && (described.length < 2 || shared(known) > 0)) return known;
  if (fallbackName.test(route.name.trim()) || fallbackDescription.test(route.description)) return 'general';
  return trainedRoutes.find((name) => described.length > 0 && shared(name) * 2 >= described.length);
}

/** What a description says it is about; what it says it is not about is left out. */
function contentStems(description: string): string[] {
  const stems = new Set(subjectStems(description.replace(exclusion, ' ')));
  return [...stems].filter((stem) => !fillers.has(stem));
}

function stemSet(words: string): ReadonlySet<string> {
  return new Set(words.trim().split(/\s+/u).map(stemWord));
}
