/** Tells whether what was shown speaks of the question's words together, or of each of them somewhere by itself. */
import type { Place } from '../passages/source-text.ts';
import type { QuestionTerms } from '../words/question-terms.ts';
import { identifierParts, stemsOf, wordStem } from '../words/words.ts';

export type Coherence = { pairs: number; composed: number };

/** Words that stand so near to each other are side by side. */
const near = 2;

function pairsShown(wanted: ReadonlySet<string>, places: readonly Place[]): Set<string> {
  const shown = new Set<string>();
  for (const { lines } of places) {
    const stems = stemsOf(lines.join('\n'));
    for (const [at, one] of stems.entries()) {
      for (let on = 1; on <= near; on += 1) {
        const pair = `${one} ${stems[at + on]}`;
        if (wanted.has(pair)) shown.add(pair);
      }
    }
  }
  return shown;
}

export function coherenceOf({ terms, pairs }: QuestionTerms, places: readonly Place[]): Coherence {
  const weights = new Map(terms.map((term) => [term.stem, term.weight]));
  const wanted = new Map(
    pairs.map(([one, other]) => [`${one} ${other}`, Math.min(weights.get(one) ?? 0, weights.get(other) ?? 0)]),
  );
  const total = wanted.values().reduce((sum, weight) => sum + weight, 0);
  const share = (shown: ReadonlySet<string>) =>
    total === 0 ? 0 : [...shown].reduce((sum, pair) => sum + (wanted.get(pair) ?? 0), 0) / total;
  return { pairs: share(pairsShown(new Set(wanted.keys()), places)), composed: composedNames(weights, places) };
}

const name = /[\p{L}_$][\p{L}\p{N}_$]{5,80}/gu;

function composedNames(weights: ReadonlyMap<string, number>, places: readonly Place[]): number {
  const found = new Set<string>();
  for (const { lines } of places) {
    for (const [written] of lines.join('\n').matchAll(name)) {
      const parts = identifierParts(written).filter((part) => part.length > 1);
      if (parts.length < 2 || found.has(parts.join(' '))) continue;
      const known = parts.map((part) => weights.get(wordStem(part)) ?? 0);
      if (known.every((weight) => weight > 0) && known.some((weight) => weight >= 0.7)) found.add(parts.join(' '));
    }
  }
  return found.size;
}
