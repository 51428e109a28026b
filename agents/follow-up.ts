/**
 * Tells whether a question that follows others stands by itself. Rewriting one that does costs a call and may harm it, so
 * the rule looks for what points back: an opener, a pronoun, or a few words without a name.
 */

/** A longer question says by itself what it is about. */
const longest = 600;

/** Fewer words than this, none of them a name, leave out what they are about. */
const leastWords = 4;

const opener =
  /^(?:and|but|so|or|also|then|now|ok(?:ay)?|yes|no|right|hm+|else|instead|otherwise|similarly|likewise|same|(?:what|how) about|what if|what else|which of|in that case|why (?:not|so|is that))\b/i;

/** Written as code names things, or quoted: whoever names it says what the question is about. */
const codeName = /`[^`]+`|"[^"]{3,}"|\w\(\)|[a-z0-9][A-Z]|\w_\w|\w\.\w|\w\/\w|\b[A-Z][A-Z0-9]{2,}\b|--\w/;

const determined =
  /\b(?:the|an?|each|every|any|some|our|which)\s+(?!(?:same|other|one|ones|former|latter|first|second|last|next|rest)\b)[\p{L}\p{N}_$-]{3,}/iu;

/** The clause that a pronoun of its own subject begins, as in "when it fails". */
const ownClause = /\b(?:when|if|once|after|before|because|while|until|that|which|and|so|but|whether)\s*$/i;

/** Phrases in which the word points to nothing said before. */
const pointless =
  /\b(?:is|was|be|does|would|makes?|make|take|takes|took) it (?:possible|necessary|safe|allowed|ok|okay|enough|take|takes|matter|make sense|clear|worth)\b|\b(?:this|that|these|those) (?:repo|repository|project|package|library|code ?base|module|framework|tool)\b|\b(?:is|are|was|were) there\b|\bso that\b|\bof the same\b|\bsuch (?:a|an|as)\b/gi;

const pronouns = [
  { form: /\b(?:it|they|them)\b/gi, mayBeBound: true },
  { form: /\b(?:its|their|theirs|itself|themselves)\b/gi, mayBeBound: true },
  { form: /\b(?:this|these|those|there|here|he|she|his|her)\b/gi, mayBeBound: false },
  {
    form: /\b(?:the (?:same|former|latter|others?|first|second|third|last)|(?:that|this|which|other|first|second|last) one|ones)\b/gi,
    mayBeBound: false,
  },
  // What follows a noun and begins a clause ("the hook that runs") points to that noun.
  {
    form: /(?:^|\b(?:is|does|do|did|was|are|were|about|of|for|in|on|to|with|from|like|after|before|by|has|have|had|can|could|would|should|will|why|where|how|when|and|what|changes?|causes?|without)\s+)that\b/gi,
    mayBeBound: false,
  },
] as const;

/**
 * @param question a follow-up, as it was asked
 * @returns what in it points back, for people; null where it stands by itself
 */
export function needOfContext(question: string): string | null {
  const text = question.replace(/\s+/g, ' ').trim();
  if (text.length > longest) return null;
  const opens = opener.exec(text)?.[0];
  if (opens !== undefined) return `it begins with "${opens.toLowerCase()}"`;
  const pointing = pronounIn(text.replace(pointless, (found) => ' '.repeat(found.length)));
  if (pointing !== null) return `"${pointing.toLowerCase()}" stands for something said before`;
  const words = text.match(/[\p{L}\p{N}_$]+/gu) ?? [];
  return words.length < leastWords && !codeName.test(text) ? 'it is very short' : null;
}

function pronounIn(text: string): string | null {
  for (const { form, mayBeBound } of pronouns)
    for (const { 0: found, index } of text.matchAll(form))
      if (!mayBeBound || !isBound(text.slice(0, index), found)) return found.slice(found.lastIndexOf(' ') + 1);
  return null;
}

/** Whether the question itself has named what the pronoun stands for. */
function isBound(before: string, pronoun: string): boolean {
  const named = determined.test(before) || codeName.test(before);
  if (!named) return false;
  const isPossessive = /^(?:its|their|theirs|itself|themselves)$/i.test(pronoun);
  return isPossessive || ownClause.test(before) || /,/.test(before);
}
