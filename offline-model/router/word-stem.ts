/** Reduces English words to rough stems, so that `migrates`, `migrating` and `migration` count as one word. */

/**
 * Longest first, because the first that fits is taken. The idea is Porter's (1980), cut down to the endings that matter
 * here.
 */
const endings: readonly (readonly [ending: string, replacement: string])[] = [
  ['ations', 'ate'],
  ['ation', 'ate'],
  ['ities', ''],
  ['ments', ''],
  ['ingly', ''],
  ['ness', ''],
  ['ment', ''],
  ['ings', ''],
  ['ions', ''],
  ['able', ''],
  ['ible', ''],
  ['ity', ''],
  ['ies', 'y'],
  ['ing', ''],
  ['ion', ''],
  ['ers', ''],
  ['ors', ''],
  ['ed', ''],
  ['er', ''],
  ['or', ''],
  ['ly', ''],
  ['es', ''],
  ['s', ''],
];

/** What must be left of a word once its ending is cut, in characters. */
const shortestStem = 3;

/** Stems a lower-case word. Words of other alphabets and short words come back as they are. */
export function stemWord(word: string): string {
  if (word.length <= shortestStem || word.endsWith('ss')) return word;
  const ending = endings.find(([tail]) => word.endsWith(tail) && word.length - tail.length >= shortestStem);
  const stem = ending === undefined ? word : word.slice(0, word.length - ending[0].length) + ending[1];
  return trimTail(stem);
}

/** Makes `caching` and `cache`, `stopped` and `stop`, `query` and `queries` meet. */
function trimTail(stem: string): string {
  const single = /([^aeiouls])\1$/u.test(stem) ? stem.slice(0, -1) : stem;
  const bare = single.length > shortestStem && single.endsWith('e') ? single.slice(0, -1) : single;
  return bare.endsWith('y') && bare.length > shortestStem ? `${bare.slice(0, -1)}i` : bare;
}
