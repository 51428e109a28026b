/** Turns a question into named, weighted features: what the route model is trained on and reads. */
import { phraseFamilies } from './phrase-families.ts';
import { questionIntents } from './question-intent.ts';
import { questionMarks, questionRegister } from './question-shape.ts';
import { questionStems, readableText } from './question-words.ts';
import { vocabularyCounts } from './vocabulary.ts';

/** Feature name to weight. */
export type QuestionFeatures = ReadonlyMap<string, number>;

/** Words after which a question no longer adds word features. */
const wordLimit = 160;

/**
 * How much each family of features weighs in all, whatever the question's length; chosen by the grouped
 * cross-validation.
 */
const familyNorms = { words: 1.6, pairs: 0.8, lead: 0.4, signs: 3.2, register: 0.7 } as const;

/**
 * The features of a question: stems, pairs of stems, its first words, and its signs; each family has a fixed length (L2
 * norm).
 */
export function questionFeatures(question: string): QuestionFeatures {
  const text = withoutSalutation(readableText(question));
  const stems = questionStems(text).slice(0, wordLimit);
  const pairs = stems.slice(1).map((stem, index) => `${stems[index]} ${stem}`);
  const features = new Map<string, number>();
  addFamily(features, 'word', stems, familyNorms.words);
  addFamily(features, 'pair', pairs, familyNorms.pairs);
  addFamily(features, 'lead', leadingPhrases(stems), familyNorms.lead);
  const families = phraseFamilies(text);
  const troubled = families.includes('trouble');
  const marks = questionMarks(text, stems.length, troubled);
  const signs = [...families, ...marks, ...questionIntents(text), ...vocabularyCounts(stems)];
  addFamily(features, 'register', questionRegister(text, troubled), familyNorms.register);
  addFamily(features, 'sign', signs, familyNorms.signs);
  return features;
}

/** `Hi all, I have …` starts with `I have`; a greeting alone stays. */
function withoutSalutation(text: string): string {
  return text.replace(
    /^\W*(?:hello|hi|hey|good (?:morning|evening|day|afternoon))\b[^,.!?\n]{0,20}[,.!\n]\s*(?=\w+\s+\w+\s+\w)/iu,
    '',
  );
}

/** The first word, the first two and the first three. */
function leadingPhrases(stems: readonly string[]): string[] {
  return [1, 2, 3].filter((count) => stems.length >= count).map((count) => stems.slice(0, count).join(' '));
}

function addFamily(features: Map<string, number>, family: string, members: readonly string[], norm: number): void {
  const distinct = new Set(members);
  const weight = norm / Math.sqrt(Math.max(1, distinct.size));
  for (const member of distinct) features.set(`${family}:${member}`, weight);
}
