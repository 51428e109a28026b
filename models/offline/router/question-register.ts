/**
 * Tells how a question is put: how it opens, in whose voice, and whether in a tone of trouble; in pairs, because `error`
 * means one thing after "why do I get" and another after "who catches", which a sum of weights could not tell.
 */

/** Openings, the first that fits is taken. */
const openings: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['howTo', /\bhow (?:do|can|should|to|would|could|must)\b(?! (?:the|it|they)\b)/iu],
  ['howWorks', /\bhow\b/iu],
  ['whoWhose', /\b(?:who|whose|whom)\b/iu],
  ['where', /\bwhere\b/iu],
  ['why', /\bwhy\b/iu],
  ['which', /\bwhich\b/iu],
  ['should', /\bshould\b/iu],
  ['what', /\bwhat\b/iu],
  ['when', /\bwhen\b[^?\n]*\?/iu],
  ['can', /(?:^|[.,!:] )\W*(?:can|could|may|would)\b[^?\n]*\?/iu],
  ['does', /(?:^|[.,!:] )\W*(?:do|does|did|has|have|will)\b[^?\n]*\?/iu],
  ['is', /(?:^|[.,!:] )\W*(?:is|are|was|were)\b[^?\n]*\?/iu],
];

/** Names of how a question is put. `troubled` says whether it speaks of a failure. */
export function questionRegister(text: string, troubled: boolean): string[] {
  const asked = askedSentence(text);
  const opening = openings.find(([, pattern]) => pattern.test(asked))?.[0] ?? (text.includes('?') ? 'asks' : 'tells');
  const voice = voiceOf(text);
  const tone = troubled ? 'troubled' : 'calm';
  return [`${opening}`, `${opening} ${voice}`, `${opening} ${tone}`, `${voice} ${tone}`];
}

/** The last sentence that ends in a question mark, or else the first line. */
function askedSentence(text: string): string {
  const end = text.lastIndexOf('?');
  if (end < 0) return text.slice(0, 200).split('\n', 1)[0] ?? '';
  const before = text.slice(Math.max(0, end - 300), end);
  const start = Math.max(before.lastIndexOf('. '), before.lastIndexOf('\n'), before.lastIndexOf('? '));
  return `${before.slice(start + 1).trim()}?`;
}

function voiceOf(text: string): string {
  if (/\b(?:i|my|me|we|our|us|i'm|i'd|i've|we're)\b/iu.test(text)) return 'own';
  return /\b(?:you|your)\b/iu.test(text) ? 'you' : 'none';
}
