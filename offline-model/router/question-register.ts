/**
 * Tells how a question is put: how it opens, in whose voice, and whether in a tone of trouble; in pairs, because `error`
 * means one thing after "why do I get" and another after "who catches", which a sum of weights could not tell.
 */

/** Openings, the first that fits is taken. */
const openings: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['howTo', /\bhow (?:do|can|should|to|would|could|must)\b(?! (?:the|it|they)\b)/u],
  ['howWorks', /\bhow\b/u],
  ['whoWhose', /\b(?:who|whose|whom)\b/u],
  ['where', /\bwhere\b/u],
  ['why', /\bwhy\b/u],
  ['which', /\bwhich\b/u],
  ['should', /\bshould\b/u],
  ['what', /\bwhat\b/u],
  ['when', /\bwhen\b[^?\n]*\?/u],
  ['can', /(?:^|[.,!:] )\W*(?:can|could|may|would)\b[^?\n]*\?/u],
  ['does', /(?:^|[.,!:] )\W*(?:do|does|did|has|have|will)\b[^?\n]*\?/u],
  ['is', /(?:^|[.,!:] )\W*(?:is|are|was|were)\b[^?\n]*\?/u],
];

/** Names of how a question is put. `troubled` says whether it speaks of a failure. */
export function questionRegister(text: string, troubled: boolean): string[] {
  const lower = text.toLowerCase();
  const asked = askedSentence(lower);
  const opening = openings.find(([, pattern]) => pattern.test(asked))?.[0] ?? (lower.includes('?') ? 'asks' : 'tells');
  const voice = voiceOf(lower);
  const tone = troubled ? 'troubled' : 'calm';
  return [opening, `${opening} ${voice}`, `${opening} ${tone}`, `${voice} ${tone}`];
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
  if (/\b(?:i|my|me|we|our|us|i'm|i'd|i've|we're)\b/u.test(text)) return 'own';
  return /\b(?:you|your)\b/u.test(text) ? 'you' : 'none';
}
