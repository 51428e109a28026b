/** Brings English word forms together: Porter's stemmer (M. F. Porter, "An algorithm for suffix stripping", 1980). */

const consonant = '[^aeiou]';
const vowel = '[aeiouy]';
const run = `${consonant}[^aeiouy]*`;
const vowels = `${vowel}[aeiou]*`;
const measureOver0 = new RegExp(`^(${run})?${vowels}${run}`);
const measureIs1 = new RegExp(`^(${run})?${vowels}${run}(${vowels})?$`);
const measureOver1 = new RegExp(`^(${run})?${vowels}${run}${vowels}${run}`);
const hasVowel = new RegExp(`^(${run})?${vowel}`);
const shortEnd = new RegExp(`^${run}${vowel}[^aeiouwxy]$`);

const longSuffixes: readonly (readonly [string, string])[] = [
  ['ational', 'ate'],
  ['tional', 'tion'],
  ['enci', 'ence'],
  ['anci', 'ance'],
  ['izer', 'ize'],
  ['bli', 'ble'],
  ['alli', 'al'],
  ['entli', 'ent'],
  ['eli', 'e'],
  ['ousli', 'ous'],
  ['ization', 'ize'],
  ['ation', 'ate'],
  ['ator', 'ate'],
  ['alism', 'al'],
  ['iveness', 'ive'],
  ['fulness', 'ful'],
  ['ousness', 'ous'],
  ['aliti', 'al'],
  ['iviti', 'ive'],
  ['biliti', 'ble'],
];

const middleSuffixes: readonly (readonly [string, string])[] = [
  ['icate', 'ic'],
  ['ative', ''],
  ['alize', 'al'],
  ['iciti', 'ic'],
  ['ical', 'ic'],
  ['ful', ''],
  ['ness', ''],
];

const lastSuffixes = (
  'al ance ence er ic able ible ant ement ment ent sion tion ou ism ate iti ous ive ize'.split(' ') as string[]
).sort((a, b) => b.length - a.length);

function plural(word: string): string {
  if (word.endsWith('sses') || word.endsWith('ies')) return word.slice(0, -2);
  return /[^s]s$/.test(word) ? word.slice(0, -1) : word;
}

function pastAndGerund(word: string): string {
  if (word.endsWith('eed')) return measureOver0.test(word.slice(0, -3)) ? word.slice(0, -1) : word;
  const cut = /^(.+?)(ed|ing)$/.exec(word)?.[1];
  if (cut === undefined || !hasVowel.test(cut)) return word;
  if (/(at|bl|iz)$/.test(cut)) return `${cut}e`;
  if (/([^aeiouylsz])\1$/.test(cut)) return cut.slice(0, -1);
  return shortEnd.test(cut) ? `${cut}e` : cut;
}

function replaceSuffix(word: string, suffixes: readonly (readonly [string, string])[]): string {
  const found = suffixes
    .filter(([suffix]) => word.endsWith(suffix))
    .sort(([a], [b]) => b.length - a.length)
    .at(0);
  if (found === undefined) return word;
  const root = word.slice(0, -found[0].length);
  return measureOver0.test(root) ? root + found[1] : word;
}

function dropLast(word: string): string {
  const suffix = lastSuffixes.find((ending) => word.endsWith(ending));
  if (suffix === undefined) return word;
  const root = suffix === 'sion' || suffix === 'tion' ? word.slice(0, -3) : word.slice(0, -suffix.length);
  return measureOver1.test(root) ? root : word;
}

function dropFinalE(word: string): string {
  if (!word.endsWith('e')) return measureOver1.test(word) && word.endsWith('ll') ? word.slice(0, -1) : word;
  const root = word.slice(0, -1);
  const keep = !measureOver1.test(root) && (!measureIs1.test(root) || shortEnd.test(root));
  return keep ? word : root;
}

const cache = new Map<string, string>();

/** The stem of one lower-case word; words of one or two letters, or with digits, stand as they are. */
export function stem(word: string): string {
  if (word.length < 3 || !/^[a-z]+$/.test(word) || word.length > 40) return word;
  const known = cache.get(word);
  if (known !== undefined) return known;
  let result = pastAndGerund(plural(word));
  if (result.length > 2 && result.endsWith('y') && hasVowel.test(result.slice(0, -1)))
    result = `${result.slice(0, -1)}i`;
  result = dropFinalE(dropLast(replaceSuffix(replaceSuffix(result, longSuffixes), middleSuffixes)));
  if (cache.size > 50_000) cache.clear();
  cache.set(word, result);
  return result;
}
