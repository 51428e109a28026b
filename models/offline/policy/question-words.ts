/** Cuts a question into words, and tells which of them name code, and which are only the asker's own example. */
import { identifierParts } from './words.ts';

export type Word = {
  text: string;
  at: number;
  /** Part of the asker's own code, data, addresses or stack trace: an example, not the subject. */
  own: boolean;
  ticked: boolean;
};

const quotes = /"[^"\n]{1,300}"|“[^”\n]{1,300}”|(?<![A-Za-z0-9])'[^'\n]{1,200}'(?![A-Za-z0-9])/g;
const ticks = /`[^`\n]{1,200}`/g;
const literals = /[{[][^{}[\]\n]{0,200}[}\]]/g;
const callArguments = /(?<=\w)\((?:[^()\n]|\([^()\n]{0,200}\)){0,200}\)/g;
const traceLines = /^[ \t]*(?:at [^\n]*|File "[^\n]*|goroutine [^\n]*)/gm;
const codeLines = /^[ \t]*(?:const|let|var|import|export|await|return|class|function)\b.*$|^.*[;{}]$/gm;
const addresses =
  /\b[a-z][a-z+]{1,9}:\/\/[^\s'"`]{1,300}|(?<![\w.)])(?:\.{0,2}\/[\w@.-]{1,100}){2,30}(?::\d+)*|\b[\w-]{1,63}(?:\.[\w-]{1,63}){0,6}\.(?:com|org|net|io|dev|test|local|internal|example)\b/g;

const fileNames = /(?<![\w.])[\w-]{1,100}\.(?:[cm]?[jt]sx?|json|ya?ml|sql|py|rb|go|rs|java|log|txt|csv|html?|css)\b/g;

/** Marks every character that lies in a match of one of the patterns. */
function marks(text: string, ...patterns: RegExp[]): Uint8Array {
  const marked = new Uint8Array(text.length);
  for (const pattern of patterns) {
    for (const match of text.matchAll(pattern)) marked.fill(1, match.index, match.index + match[0].length);
  }
  return marked;
}

/** Every word of the question, and every number of three digits or more. */
export function wordsOf(text: string): Word[] {
  const own = marks(text, quotes, literals, callArguments, traceLines, codeLines, addresses, fileNames);
  const ticked = marks(text, ticks);
  return [...text.matchAll(/(?<![A-Za-z0-9_$])[A-Za-z_$][A-Za-z0-9_$]{0,199}|\d{3,}/g)].map((match) => ({
    text: match[0],
    at: match.index,
    own: own[match.index] === 1,
    ticked: ticked[match.index] === 1,
  }));
}

const fileEndings = new Set('js ts mjs cjs jsx tsx json md py go rs io com org net test e g'.split(' '));

/** Whether a word of the question is written as code names things. */
export function isIdentifier(word: Word, text: string): boolean {
  const before = text[word.at - 1];
  const after = text[word.at + word.text.length];
  if (/^\d/.test(word.text)) return false;
  if (/[a-z0-9][A-Z]|[A-Za-z0-9]_[A-Za-z0-9]|^\$|^_/.test(word.text)) return true;
  if (after === '(' && word.text.length > 1) return true;
  if (before === '.' && /[\w)]/.test(text[word.at - 2] ?? ' ')) return !fileEndings.has(word.text.toLowerCase());
  return word.ticked && before === '`' && after === '`';
}

/** Capitalised inside a sentence that asks. */
export function isName(word: Word, text: string): boolean {
  const inside = /[^.!?\s]\s*$/.test(text.slice(Math.max(0, word.at - 4), word.at));
  const ending = /[.!?](?=\s|$)/.exec(text.slice(word.at, word.at + 400))?.[0] ?? '?';
  return /^[A-Z]/.test(word.text) && inside && ending === '?';
}

const platformNames = new Set(
  `error typeerror rangeerror syntaxerror referenceerror evalerror urierror aggregateerror console log stringify parse
  promise require process exit env nexttick settimeout setinterval setimmediate cleartimeout queuemicrotask
  javascript typescript github nodejs keys entries isarray from map filter foreach then catch finally`.split(/\s+/),
);
const placeholders = new Set('foo bar baz qux thing things my our your example sample dummy some xyz'.split(' '));

/** Names that the question declares or assigns itself: `class Sink`, `const routes`, `routes = require(…)`. */
export function declaredNames(text: string): ReadonlySet<string> {
  const declared = text.matchAll(/\b(?:class|function|const|let|var|interface)\s+([A-Za-z_$][\w$]{0,80})/g);
  const assigned = text.matchAll(/\b([A-Za-z_$][\w$]{0,80})\s*=\s*(?:await|new|require|async|function|\()/g);
  return new Set([...declared, ...assigned].map((match) => (match[1] ?? '').toLowerCase()));
}

/** Whether an identifier comes from the language, is a stand-in such as `getFoo`, or is declared by the question. */
export function isAskersName(word: Word, declared: ReadonlySet<string>): boolean {
  const lower = word.text.toLowerCase();
  return (
    word.own ||
    declared.has(lower) ||
    platformNames.has(lower) ||
    identifierParts(word.text).some((part) => placeholders.has(part))
  );
}
