/** Makes of a commit message the text that a person could have written who knows the fault but not the file. */

import { reportPart } from './devset-report.ts';

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
