/** Tells whether what was shown speaks of the question's words together, or of each of them somewhere by itself. */
import { joinPlaces, type Place } from '../passages/source-text.ts';
import { isSpelledOut, nameReader } from '../words/names.ts';
import type { QuestionTerms, Term } from '../words/question-terms.ts';
import { rarityOf } from '../words/rarity.ts';
import { stemsOf, wordStem } from '../words/words.ts';

export type Coherence = {
  /** Neighbouring words of the question that stand side by side in what was shown, of all such pairs: their share. */
  pairs: number;
  /** Names of several words in what was shown that the question spells out. */
  composed: number;
  /** How rare the question's words are that stand within a few lines, added up, where they are rarest together. */
  nearby: number;
  /** Whether the question names the folder that what was shown stands in: most likely the project itself. */
  project: boolean;
};

/** Words that stand so near to each other are side by side. */
const near = 2;

export function coherenceOf({ terms, pairs }: QuestionTerms, places: readonly Place[]): Coherence {
  const content = new Set(terms.filter(({ weight }) => weight >= 0.7).map(({ stem }) => stem));
  return {
    pairs: pairShare(
      terms,
      pairs,
      places.map((place) => place.lines.map(stemsOf)),
    ),
    composed: composedNames(terms, places),
    nearby: nearbyRarity(terms, places),
    project: namesFolder(content, places),
  };
}

/** Lines that belong together: a short function, a paragraph. */
const windowLines = 8;
const bySynonym = 0.6;
/** A word of the path is said of each place of the file. */
const byPath = 0.5;

/**
 * Words of every subject meet somewhere in any repository; that several rare ones meet within a few lines where nothing is
 * said of them is improbable. How often words stand in software in general says how rare they are: a repository's own
 * words are frequent in it.
 */
function nearbyRarity(terms: readonly Term[], places: readonly Place[]): number {
  const rarity = new Map(terms.map((term) => [term, rarityOf(term.stem)]));
  const direct = new Map(terms.map((term) => [term.stem, term]));
  const others = new Map(terms.flatMap((term) => term.synonyms.map((stem) => [stem, term] as const)));
  const said = (text: string, share: number): [Term, number][] =>
    stemsOf(text).flatMap((stem) => {
      const term = direct.get(stem) ?? others.get(stem);
      return term === undefined ? [] : [[term, share * (direct.has(stem) ? 1 : bySynonym)]];
    });
  const total = (found: Iterable<[Term, number]>): number => {
    const shares = new Map<Term, number>();
    for (const [term, share] of found) shares.set(term, Math.max(share, shares.get(term) ?? 0));
    return shares.entries().reduce((sum, [term, share]) => sum + share * (rarity.get(term) ?? 0), 0);
  };
  let most = 0;
  for (const { path, lines } of joinPlaces(places)) {
    const inPath = said(path, byPath);
    const inLines = lines.map((line) => said(line, 1));
    for (let at = 0; at === 0 || at + windowLines <= lines.length; at += 1)
      most = Math.max(most, total([...inPath, ...inLines.slice(at, at + windowLines).flat()]));
  }
  return most;
}

function pairShare(terms: readonly Term[], pairs: QuestionTerms['pairs'], places: readonly string[][][]): number {
  const weights = new Map(terms.map((term) => [term.stem, term.weight]));
  const wanted = new Map(
    pairs.map(([one, other]) => [`${one} ${other}`, Math.min(weights.get(one) ?? 0, weights.get(other) ?? 0)]),
  );
  const shown = new Set<string>();
  for (const lines of places) {
    const stems = lines.flat();
    for (const [at, one] of stems.entries()) {
      for (let on = 1; on <= near; on += 1) {
        const pair = `${one} ${stems[at + on]}`;
        if (wanted.has(pair)) shown.add(pair);
      }
    }
  }
  const total = wanted.values().reduce((sum, weight) => sum + weight, 0);
  return total === 0 ? 0 : shown.values().reduce((sum, pair) => sum + (wanted.get(pair) ?? 0), 0) / total;
}

const name = /[\p{L}_$][\p{L}\p{N}_$]{5,80}/gu;

function composedNames(terms: readonly Term[], places: readonly Place[]): number {
  const read = nameReader(terms);
  const found = new Set<string>();
  for (const { lines } of places) {
    for (const [written] of lines.join('\n').matchAll(name)) {
      const reading = read(written);
      if (isSpelledOut(reading)) found.add([...reading.said].map(({ stem }) => stem).join(' '));
    }
  }
  return found.size;
}

/** A folder of more of the files is the project's own rather than one of its parts. */
const ownFolder = 0.3;

function namesFolder(content: ReadonlySet<string>, places: readonly Place[]): boolean {
  const paths = new Set(places.map(({ path }) => path));
  const counts = new Map<string, number>();
  for (const path of paths) {
    const folders = path.toLowerCase().split('/').slice(0, -1);
    for (const stem of new Set(folders.map((folder) => wordStem(folder.replace(/^_+/, '')))))
      counts.set(stem, (counts.get(stem) ?? 0) + 1);
  }
  return [...content].some((stem) => (counts.get(stem) ?? 0) > ownFolder * paths.size);
}
