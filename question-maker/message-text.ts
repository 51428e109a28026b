/** Makes of a commit message the text that a person could have written who knows the fault but not the file. */

export type CleanText = { subject: string; text: string };

const maxCharacters = 4000;

const conventional = /^\s*(?:[\w ]{2,16}(?:\([^)]*\))?!?:\s+|(?:fix|feat|perf)\([^)\s]*\)\s+)+/i;
const gitmoji = /^\s*(:\w+:|\p{Extended_Pictographic}\uFE0F?|\[[^\]]*\])\s*/u;
const references = /\s*\((?:(?:re|see|fixes|closes|refs?):?\s+)?(?:#|gh-?)\d+(?:,?\s*#\d+)*\)/gi;
const asideSection =
  /check-?list|test(ed|ing|s)?\b|change-?log|changeset|release|related|type of change|summary by|screen|review|notes? (for|to)|how to|before submitting/i;
const trailer =
  /^\s*((signed-off|co-authored|reviewed|acked|tested|reported|assisted|authored|helped|suggested)-by|pr-url|pull request|refs?|references|fix(e[sd])?|close[sd]?|resolve[sd]?|see|see also|cc|part of|related( to)?|relates to|credit|change-id|git-svn-id|commit-id|assisted-by|skipped tests)\b:?\s*(@|https?:|#|gh-|[\w./-]+#\d|[A-Za-z].*<.+@|[0-9a-f]{7,}|[\w-]+\s*$|$)/i;
const asideLine =
  /^\s*(---+|===+|\(cherry picked from|🤖|generated with|BREAKING CHANGE:?\s*$|[-*] \[[ x]\]|[-*]?\s*[\w-]+\/[\w.-]+\/issues\/\d+|--HG--|made-with:|https?:\S+\s*$|!?\[[^\]]*\]\(\S+\)\s*$|<\/?(details|summary|img|br|sub|table)\b)/i;
const asideBullet =
  /^\s*(?:[-*] |adds? |added ).*\b(tests?|specs?|docs?|readme|change-?log|changeset|jsdoc|lint|prettier|snapshots?)\b/i;

/** The message without what tools and templates put into it, and without the prefix that names a part of the code. */
export function cleanMessage(message: string): CleanText {
  const [first = '', ...rest] = message
    .replace(/\r\n?/g, '\n')
    .replace(/<!--[\s\S]*?(-->|$)/g, '')
    .trim()
    .split('\n');
  const subject = cleanSubject(first);
  const body = withoutEcho(subject, reportPart(keepBody(firstOfSquash(rest.join('\n'), subject))));
  return { subject, text: `${subject}\n\n${body}`.trim().slice(0, maxCharacters) };
}

/** `fix(reply)!: keep headers (#12)` gives `keep headers`. */
export function cleanSubject(line: string): string {
  const bare = line
    .replace(gitmoji, '')
    .replace(conventional, '')
    .replace(references, '')
    .replace(/\s*(?<![\w/&])(?:#|gh-)\d+\b/gi, '');
  return bare
    .replace(/^\s*(fix(es|ed)?|close[sd]?)\s*[;:,.-]+\s*/i, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** A squashed pull request lists all its commits; only the first says what it is about. */
function firstOfSquash(body: string, subject: string): string {
  const parts = body.split(/^\* /m);
  if (parts.length === 1 || (parts[0] ?? '').trim() !== '') return body;
  const [, first = ''] = parts;
  const [line = '', ...rest] = first.split('\n');
  const own = cleanSubject(line);
  return sameWords(own, subject) ? rest.join('\n') : `${own}\n${rest.join('\n')}`;
}

function keepBody(body: string): string {
  const kept: string[] = [];
  let aside = false;
  let fenced = false;
  for (const line of body.split('\n')) {
    if (/^\s*```/.test(line)) fenced = !fenced;
    const heading = fenced ? undefined : /^\s*(?:#{1,6}\s+(.*)|\*\*([^*]+):?\*\*:?\s*$)/.exec(line);
    if (heading) aside = asideSection.test(heading[1] ?? heading[2] ?? '');
    if (heading || aside) continue;
    if (!fenced && (trailer.test(line) || asideLine.test(line) || asideBullet.test(line))) continue;
    kept.push(fenced ? line : line.replace(references, '').trimEnd());
  }
  return kept
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** Many bodies begin with the subject again, a word more or less. */
function withoutEcho(subject: string, body: string): string {
  const [first = '', ...rest] = body.split('\n\n');
  const words = new Set(wordKey(subject).split(' '));
  const again = new Set(wordKey(first).split(' '));
  const shared = [...again].filter((word) => words.has(word)).length;
  return shared >= 0.8 * (words.size + again.size - shared) ? rest.join('\n\n') : body;
}

export function sameWords(one: string, other: string): boolean {
  return wordKey(one) === wordKey(other);
}

/** The words of a text in order, lower case: equal for texts that differ in marks and spacing only. */
export function wordKey(text: string): string {
  return (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).join(' ');
}

const wrongOrWanted =
  /\b(fix(e[sd])?|bugs?|wrong(ly)?|incorrect(ly)?|errors?|fail(s|ed|ing|ures?)?|crash(e[sd])?|throw(s|n|ing)?|brok(e|en)|breaks?|missing|instead|should|doesn'?t|does not|didn'?t|don'?t|is not|are not|isn'?t|aren'?t|wasn'?t|cannot|can'?t|unable|never|leak(s|ed)?|hangs?|regression|prevent(s|ed)?|avoid(s|ed)?|support(s|ed)?|allow(s|ed)?|ensures?|handle[sd]?|handling|respects?|honou?rs?|add(s|ed)?|no longer|only|invalid|unexpected(ly)?|ignore[sd]?|lost|loses?|infinite|race|duplicate[sd]?|undefined|null|option)\b/i;

/** Whether a text of at least 60 characters says in prose, outside code blocks, what is wrong or wanted. */
export function saysWhatIsWanted({ text }: CleanText): boolean {
  const prose = text.replace(/```[\s\S]*?(```|$)/g, ' ').replace(/`[^`\n]*`/g, ' x ');
  const words = prose.match(/\p{L}[\p{L}'’-]+/gu) ?? [];
  return text.length >= 60 && words.length >= 8 && wrongOrWanted.test(prose);
}

// Keeps of a commit's body what a report would have said: the fault and how it shows, not how it was fixed.

const aboutTheFix =
  /^(?:[-*•]\s+|\d+[.)]\s+)?[*_`]*(?:so,?\s+|therefore,?\s+|thus,?\s+|instead,?\s+|also,?\s+|finally,?\s+|additionally,?\s+|now,?\s+)?(?:(?:in )?(?:this|the|my) (?:pr|patch|commit|change|changes|fix|cl|pull request|solution|diff|implementation|workaround)\b|these (?:changes|commits|patches)\b|(?:i|we)(?:'ve| have|'m| am| are)?(?: now| also| just)? (?:add|chang|decid|implement|updat|mov|chose|choos|introduc|remov|replac|switch|fix|us|mak|made|rewr|refactor|creat|simpl|do\b|did\b|can now)\w*|to (?:fix|address|solve|resolve|avoid|handle|support|implement|achieve) (?:this|that|it|the)\b|(?:fixed|solved|resolved|addressed|done) (?:this )?by\b|(?:re-?)?(?:add|chang|updat|remov|replac|mov|introduc|extract|refactor|implement|switch|renam|creat|delet|drop|pass|mak|wrap|convert|us|inlin|bump|expos|export|split|reset|skip|check|call|set|store|track|return|propagat|delegat|guard|move|rework|rewrit|adjust|improv|clean|ensur|includ|cover|reject|keep|treat|mark|normali[sz]|defin|simplif|merg|teach|let|only)(?:e|es|ed|s|ing|ying|y|ies|ied|d|ped|ping|ting|ts)?\b(?! (?:error|to (?:work|be))))/i;

/** Lines that stand in pull request templates and wait to be replaced. */
const templateText =
  /^>?\s*(?:which issue, if any|is there anything in the pr|what changes are made in this pr\b|is it a feature or a bug ?fix|please (?:describe|include|add|read|make)|(?:thank you|thanks) for|describe (?:the|your) change|add a (?:brief )?description|fill in|if (?:this|the) pr\b|(?:before|after)\s*:?$|n\/a$|none\.?$|no\.?$|yes\.?$)/i;

const sentenceEnd = /(?<=[.!?:])\s+(?=["'`(*_]?[A-Z])/;

/** @param body cleaned of trailers and headings; code blocks stay as they are, wrapped lines are joined */
function reportPart(body: string): string {
  const blocks = body.split(/(```[\s\S]*?(?:```|$))/);
  const kept = blocks.map((block) => (block.startsWith('```') ? block : proseOf(block)));
  return kept
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

function proseOf(text: string): string {
  const units = text.split(/\n\s*\n|\n(?=\s*(?:[-*•]|\d+[.)])\s)/);
  return units
    .map((unit) => withoutTheFix(unit.replace(/\s*\n\s*/g, ' ').trim()))
    .filter(Boolean)
    .join('\n\n');
}

function withoutTheFix(unit: string): string {
  // Quoted output is evidence, whatever it begins with.
  if (/^[>|]/.test(unit)) return templateText.test(unit) ? '' : unit;
  const kept = unit.split(sentenceEnd).filter((part) => !aboutTheFix.test(part) && !templateText.test(part));
  const text = kept.join(' ');
  return /[\p{L}\p{N}]{2}/u.test(text) ? text : '';
}
