/** Reads a question: its words with their weights, its identifiers, its quoted messages, its pairs of words. */
import { isEveryday } from './everyday-words.ts';
import { stopWords } from './lexicon.ts';
import { isLight } from './light-words.ts';
import { synonymsOf } from './synonyms.ts';
import { identifierParts, wordStem } from './words.ts';

/** One thing that an answer should speak of. */
export type Term = {
  /** As the question wrote it. */
  text: string;
  /** Lower-case identifier, or the stem of a word. */
  stem: string;
  weight: number;
  /** Written like a name in code: camelCase, snake_case, `quoted()`, a member after a dot. */
  identifier: boolean;
  /** An identifier that the question takes for granted: if the repository lacks it, the question has no answer there. */
  decisive: boolean;
  /** A part of the asker's own code, data or stack trace. */
  own: boolean;
  /** Written with a dot before or a bracket behind it, so that only such a place counts as its mention. */
  called: boolean;
  /** Capitalised inside a sentence that asks: most likely a proper name or an acronym. */
  proper: boolean;
  /** Stems that say nearly the same. */
  synonyms: readonly string[];
};

export type QuestionTerms = {
  text: string;
  terms: readonly Term[];
  /** Neighbouring content words, as stems. */
  pairs: readonly (readonly [string, string])[];
  /** Messages quoted in the question, without the parts that vary. */
  messages: readonly string[];
  /** Files that the question names, alone or with a line (`src/walk.rs:120`, a frame of a stack trace). */
  places: readonly NamedPlace[];
};

export type NamedPlace = { path: string; line: number | null };

const maxCharacters = 16_000;
const maxTerms = 80;
const maxPairs = 60;
const everydayWeight = 0.5;

const errorCode = /^(?=[A-Z0-9_]+$)(?:[A-Z0-9]+_)*?ERR(?:OR)?_[A-Z0-9_]/;

const weightOf = (word: Word, identifier: boolean): number => {
  if (identifier) return word.own ? 1.2 : 2.5;
  if (/^\d/.test(word.text)) return 0.5;
  const light = isLight(word.text);
  return (light ? 0.3 : isEveryday(word.text) ? everydayWeight : 1) * (word.own ? 0.7 : 1);
};

function termOf(word: Word, text: string, declared: ReadonlySet<string>): Term | null {
  const lower = word.text.toLowerCase();
  const identifier = isIdentifier(word, text);
  if (!identifier && (stopWords.has(lower) || lower.length < 2)) return null;
  const parts = identifierParts(word.text);
  const form = identifier && parts.length > 1 ? lower : wordStem(parts[0] ?? lower);
  return {
    text: word.text,
    stem: form,
    weight: weightOf(word, identifier),
    identifier,
    decisive: identifier && (errorCode.test(word.text) || !isAskersName(word, declared)),
    own: word.own,
    called: identifier && parts.length === 1 && (text[word.at - 1] === '.' || text[word.at + word.text.length] === '('),
    proper: !word.own && isName(word, text),
    synonyms: identifier ? [] : synonymsOf(form),
  };
}

/** Quoted text and what follows `Error:`, cut where a value was filled in. */
function messagesIn(text: string): string[] {
  const quotes = [...text.matchAll(/"([^"\n]{12,300})"|`([^`\n]{12,300})`|“([^”\n]{12,300})”/g)];
  const errors = [...text.matchAll(/(?:Error|Exception|Warning)(?: \[[^\]\n]{0,100}\])?: ([^\n]{8,300})/g)];
  const found = [...quotes, ...errors].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
  const fixed = found.flatMap((message) => message.split(/['"`{}[\]<>:()]|\d+/)).map((piece) => piece.trim());
  return [...new Set(fixed)].filter((piece) => piece.split(/\s+/).length >= 3).slice(0, 4);
}

const placeForms = [
  /File "(?<path>[^"\n]{1,300})", line (?<line>\d{1,7})/g,
  /(?<![\w@.+~/\\-])(?<path>[\w@.+~/-]{1,300}\.[A-Za-z][A-Za-z0-9]{0,9})[:(](?<line>\d{1,7})/g,
  /(?<![\w@.+~/\\:-])(?<path>[\w@.+~-]{1,100}(?:\/[\w@.+~-]{1,100}){1,20}\.[A-Za-z][A-Za-z0-9]{0,9})(?![\w/])/g,
];
const mostPlaces = 3;

/** The first places that the question names, each file once. */
function placesIn(text: string): NamedPlace[] {
  const found = new Map<string, NamedPlace>();
  for (const { groups } of placeForms.flatMap((form) => [...text.matchAll(form)])) {
    const path = (groups?.path ?? '').replace(/^\.?\//, '');
    const line = groups?.line === undefined ? null : Number(groups.line);
    if (!found.has(path)) found.set(path, { path, line });
  }
  return [...found.values()].slice(0, mostPlaces);
}

/** Takes a question apart, its first 16,000 characters at most. Pure: the same text gives the same terms. */
export function readQuestion(whole: string): QuestionTerms {
  const text = whole.slice(0, maxCharacters).normalize('NFC');
  const terms = new Map<string, Term>();
  const pairs: [string, string][] = [];
  const declared = declaredNames(text);
  let last: { term: Term; end: number } | null = null;
  for (const word of wordsOf(text)) {
    const term = termOf(word, text, declared);
    if (term === null) continue;
    const known = terms.get(term.stem);
    if (known === undefined && terms.size < maxTerms) terms.set(term.stem, term);
    else if (known !== undefined) {
      const decisive = known.identifier && term.identifier ? known.decisive && term.decisive : known.decisive;
      terms.set(term.stem, { ...known, weight: Math.max(known.weight, term.weight), decisive });
    }
    const between = last === null ? '' : text.slice(last.end, word.at);
    if (pairs.length < maxPairs && last !== null && /^[\s-]{1,3}$/.test(between) && last.term.stem !== term.stem)
      pairs.push([last.term.stem, term.stem]);
    last = { term, end: word.at + word.text.length };
  }
  return { text, terms: [...terms.values()], pairs, messages: messagesIn(text), places: placesIn(text) };
}

// Cuts a question into words, and tells which of them name code, and which are only the asker's own example.

type Word = {
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
function wordsOf(text: string): Word[] {
  const own = marks(text, quotes, literals, callArguments, traceLines, codeLines, addresses, fileNames);
  const ticked = marks(text, ticks);
  return [...text.matchAll(/(?<![\p{L}\p{M}\p{N}_$])[\p{L}_$][\p{L}\p{M}\p{N}_$]{0,199}|\d{3,}/gu)].map((match) => ({
    text: match[0],
    at: match.index,
    own: own[match.index] === 1,
    ticked: ticked[match.index] === 1,
  }));
}

const fileEndings = new Set('js ts mjs cjs jsx tsx json md py go rs io com org net test e g'.split(' '));

/** Whether a word of the question is written as code names things. */
function isIdentifier(word: Word, text: string): boolean {
  const before = text[word.at - 1];
  const after = text[word.at + word.text.length];
  if (/^\d/.test(word.text)) return false;
  if (/[a-z0-9][A-Z]|[A-Za-z0-9]_[A-Za-z0-9]|^\$|^_/.test(word.text)) return true;
  if (after === '(' && word.text.length > 1) return true;
  if (before === '.' && /[\w)]/.test(text[word.at - 2] ?? ' ')) return !fileEndings.has(word.text.toLowerCase());
  return word.ticked && before === '`' && after === '`';
}

/** Capitalised inside a sentence that asks. */
function isName(word: Word, text: string): boolean {
  const inside = /[^.!?\s]\s*$/.test(text.slice(Math.max(0, word.at - 4), word.at));
  const ending = /[.!?](?=\s|$)/.exec(text.slice(word.at, word.at + 400))?.[0] ?? '?';
  return /^[A-Z]/.test(word.text) && inside && ending === '?';
}

const platformNames = new Set(
  `error typeerror rangeerror syntaxerror referenceerror evalerror urierror aggregateerror console log stringify parse
  promise require process exit env nexttick settimeout setinterval setimmediate cleartimeout queuemicrotask
  javascript typescript github nodejs valueerror keyerror indexerror runtimeerror attributeerror oserror ioerror
  notimplementederror stopiteration exception assertionerror nullpointerexception illegalargumentexception
  illegalstateexception dict list tuple str int float bool none null undefined self cls args kwargs __init__ keys entries isarray from map filter foreach then catch finally`.split(
    /\s+/,
  ),
);
const placeholders = new Set('foo bar baz qux thing things my our your example sample dummy some xyz'.split(' '));

/** Names that the question declares or assigns itself: `class Sink`, `const routes`, `routes = require(…)`. */
function declaredNames(text: string): ReadonlySet<string> {
  const declared = text.matchAll(/\b(?:class|function|const|let|var|interface)\s+([A-Za-z_$][\w$]{0,80})/g);
  const assigned = text.matchAll(/\b([A-Za-z_$][\w$]{0,80})\s*=\s*(?:await|new|require|async|function|\()/g);
  return new Set([...declared, ...assigned].map((match) => (match[1] ?? '').toLowerCase()));
}

/** Whether an identifier comes from the language, is a stand-in such as `getFoo`, or is declared by the question. */
function isAskersName(word: Word, declared: ReadonlySet<string>): boolean {
  const lower = word.text.toLowerCase();
  return (
    word.own ||
    declared.has(lower) ||
    platformNames.has(lower) ||
    identifierParts(word.text).some((part) => placeholders.has(part))
  );
}
