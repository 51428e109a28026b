/** Reads a query as what it is: a question, or an issue's text with its title, quotes, code, traces and boilerplate. */
import type { Weights } from './weights.ts';
import { isStopWord } from '../index/words.ts';
import { LruMap } from '../../lib/lru.ts';
import { splitCase } from '../../lib/words.ts';
import { DatabaseSync, type StatementSync } from 'node:sqlite';

/** `terms` are full-text terms with their weights, most important first; `identifiers` as the query spells them. */
export type ReadQuery = {
  terms: Map<string, number>;
  phrases: string[];
  /** Words that follow each other, stop words between them left out. */
  pairs: string[];
  identifiers: Map<string, number>;
  /** Two or three words in a row put together, as a symbol may be named: lower case, with and without underscores. */
  composed: string[];
  aboutTests: boolean;
};

type Zone = keyof Weights['zones'];
type Part = { zone: Zone; text: string };

const maxTerms = 64;
const maxPhrases = 12;
const maxCharacters = 20_000;
/** Longer blocks are output or listings: the beginning tells most. */
const maxBlock = 3_000;

export function readQuery(query: string, weights: Weights): ReadQuery {
  const text = query.slice(0, maxCharacters).normalize('NFC');
  const found: ReadQuery = {
    terms: new Map(),
    phrases: [],
    pairs: [],
    identifiers: new Map(),
    composed: [],
    aboutTests: false,
  };
  const parts = splitZones(text);
  for (const part of parts) addTerms(found, part, weights);
  found.terms = new Map([...oneAStem(found.terms)].sort((one, other) => other[1] - one[1]).slice(0, maxTerms));
  const rows = wordRow(text);
  found.composed = composedNames(rows);
  found.pairs = [...new Set(rows.slice(0, -1).map((one, at) => `${one} ${rows[at + 1]}`))].slice(0, maxPairs);
  found.phrases = phrasesOf(parts).slice(0, maxPhrases);
  const told = parts.filter(({ zone }) => zone === 'title' || zone === 'prose').map((part) => part.text);
  const asked = parts.length === 1 ? told.join(' ') : (told[0] ?? '');
  found.aboutTests = /\b(tests?|testing|specs?|fixtures?|mock(s|ed)?)\b/i.test(asked);
  return found;
}

const wordsComposed = 60;
const maxPairs = 16;

/** The words of a query in a row, without stop words. */
function wordRow(text: string): string[] {
  return [...splitCase(text.slice(0, 3_000).replace(/https?:\S+/g, ' ')).matchAll(/[\p{L}\p{N}]+/gu)]
    .map(([one]) => one.toLowerCase())
    .filter((one) => one.length > 1 && !isStopWord(one) && !/^\d+$/.test(one))
    .slice(0, wordsComposed);
}

function composedNames(words: readonly string[]): string[] {
  const names = new Set<string>();
  for (const at of words.keys()) {
    for (const count of [2, 3]) {
      const row = words.slice(at, at + count);
      if (row.length === count) for (const joint of ['', '_']) names.add(row.join(joint));
    }
  }
  return [...names];
}

/** Words of one stem are one term: said in several forms, they would count several times. */
function oneAStem(terms: ReadonlyMap<string, number>): Map<string, number> {
  const stems = stemsOf([...terms.keys()]);
  const weights = new Map<string, number>();
  const words = new Map<string, string>();
  for (const [term, weight] of terms) {
    const stem = stems.get(term) ?? term;
    raise(weights, stem, weight);
    if (!words.has(stem)) words.set(stem, term);
  }
  return new Map([...weights].map(([stem, weight]) => [words.get(stem) ?? stem, weight]));
}

/** A text of one line is all prose; of several, the first is the title. */
function splitZones(text: string): Part[] {
  const parts: Part[] = [];
  const visible = text.replace(/<!--[\s\S]*?(-->|$)/g, ' ');
  const [title = '', ...rest] = visible.trim().split('\n');
  const body = rest.join('\n');
  addInline(parts, body.trim() === '' ? 'prose' : 'title', title);
  for (const [at, block] of body.split(/^[ \t]*(?:```|~~~).*$/m).entries()) {
    if (at % 2 === 1) parts.push(...blockParts(block.slice(0, maxBlock)));
    else for (const line of block.split('\n')) addLine(parts, line);
  }
  return parts;
}

const traceLine = /^\s*(at\s+\S.*[:(]\d+|File "[^"]+", line \d+|\S+\.\w+:\d+(:\d+)?:?\s)/;

function blockParts(block: string): Part[] {
  return block.split('\n').map((text) => ({ zone: traceLine.test(text) ? 'trace' : 'block', text }));
}

/** Lines of issue forms that say the same in every issue, and lists of versions. */
const boilerplate =
  /^\s*([-*]\s*\[[ xX]\]|#{1,6}\s*(steps to reproduce|reproduc|expected|actual|current|environment|system info|version|describe the bug|what happened|what did you|additional|screenshots?|context|link|used package|validations|logs|related|your env|node|browser|os\b|checklist|possible|minimal|duplicates|latest version|search keywords|relevant)|\|\s*(tech|browser|react|typescript|etc|os|node|npm)\b|(os|node|npm|yarn|pnpm|browsers?|chrome|firefox|safari|python|version|platform|operating system)\b[^.]{0,30}[:=v|])/i;

function addLine(parts: Part[], line: string): void {
  if (line.trim() === '') return;
  if (boilerplate.test(line)) parts.push({ zone: 'noise', text: line });
  else if (traceLine.test(line)) parts.push({ zone: 'trace', text: line });
  else if (/^(\t| {4})\s*\S|^\s*>>>/.test(line)) parts.push({ zone: 'block', text: line });
  else addInline(parts, 'prose', line);
}

function addInline(parts: Part[], zone: Zone, line: string): void {
  const text = line.replace(/https?:\/\/\S+/g, (url) => ` ${linkWords(url)} `);
  for (const [at, piece] of text.split(/`+/).entries()) {
    if (piece.trim() !== '') parts.push({ zone: at % 2 === 1 ? 'inline' : zone, text: piece });
  }
}

/** Of a link into a repository's code, the path; of any other the last part, which often is a page's name. */
function linkWords(url: string): string {
  const path = /\/(?:blob|tree)\/[^/]+\/([^#?\s)]+)/.exec(url)?.[1];
  if (path !== undefined) return path;
  return /codesandbox|stackblitz|github\.com|githubusercontent|imgur|gist/.test(url)
    ? ''
    : (/\/([\w-]+)\/?(?:[#?][\s\S]*)?$/.exec(url)?.[1] ?? '');
}

const word = /[\p{L}\p{N}_$]+/gu;
const dotted = /(?<![\p{L}\p{N}_$])[\p{L}_$][\p{L}\p{N}_$]*(?:(?:\.|::|#)[\p{L}_$][\p{L}\p{N}_$]*)+/gu;

function addTerms(found: ReadQuery, { zone, text }: Part, weights: Weights): void {
  const zoneWeight = weights.zones[zone];
  if (zoneWeight === 0) return;
  for (const [written] of text.matchAll(word)) {
    const split = splitCase(written)
      .split(/[\s_$]+/)
      .filter((piece) => piece !== '');
    const isIdentifier = split.length > 1;
    const weight = zoneWeight * (isIdentifier ? weights.identifier : 1);
    if (isIdentifier || zone === 'inline') raise(found.identifiers, written, zoneWeight);
    for (const piece of [written, ...split]) {
      const term = piece.toLowerCase().replace(/^[_$]+|(?<![_$])[_$]+$/g, '');
      if (term.length > 1 && term.length <= 80 && !isStopWord(term) && !/^\d+$/.test(term))
        raise(found.terms, term, weight);
    }
  }
  for (const [name] of text.matchAll(dotted)) raise(found.identifiers, name, zoneWeight);
}

/** The most important place counts; being said again adds a little. */
function raise(map: Map<string, number>, key: string, weight: number): void {
  const known = map.get(key);
  map.set(key, known === undefined ? weight : Math.max(known, weight) + 0.1 * Math.min(known, weight));
}

/** Quoted messages of three words or more, error lines, and dotted names. */
function phrasesOf(parts: readonly Part[]): string[] {
  const phrases = new Set<string>();
  for (const { zone, text } of parts) {
    if (zone === 'noise') continue;
    for (const [, quoted = ''] of text.matchAll(/["'“”‘’]([^"'“”‘’\n]{8,120})["'“”‘’]/g)) addPhrase(phrases, quoted, 2);
    const message = /(?:Error|Exception|Warning|error|warning)\w{0,60}:\s*(.{8,160})/.exec(text)?.[1];
    if (message !== undefined) for (const run of message.split(/['"`“”:;,()[\]{}<>]|\d+/)) addPhrase(phrases, run, 3);
    if (zone !== 'trace') for (const [name] of text.matchAll(dotted)) addPhrase(phrases, name, 2);
  }
  return [...phrases];
}

function addPhrase(phrases: Set<string>, text: string, least: number): void {
  const words = [...text.matchAll(/[\p{L}\p{N}]+/gu)].map(([one]) => one.toLowerCase());
  if (words.length >= least && words.length <= 10) phrases.add(words.join(' '));
}

// Tells which words the index takes for the same: its own tokenizer is asked, so that the two can never differ.

type Stemmer = { store: DatabaseSync; add: StatementSync; read: StatementSync };

let stemmer: Stemmer | null = null;
/** Words whose stems are remembered: questions are made of few. Longer words are rare, and would fill it. */
const wordsRemembered = 10_000;
const longestRemembered = 40;
const remembered = new LruMap<string, string>(wordsRemembered);

/** The stem of each word; a word of which the tokenizer makes several or none stands for itself. */
export function stemsOf(words: readonly string[]): Map<string, string> {
  const stems = new Map(words.map((word) => [word, remembered.get(word)]));
  const unknown = [...stems.keys()].filter((word) => stems.get(word) === undefined);
  for (const [word, stem] of unknown.length === 0 ? [] : tokenized(unknown)) {
    stems.set(word, stem);
    if (word.length <= longestRemembered) remembered.set(word, stem);
  }
  return stems as Map<string, string>;
}

function tokenized(words: readonly string[]): [word: string, stem: string][] {
  stemmer ??= openStemmer();
  const { store, add, read } = stemmer;
  // In one transaction that is taken back: a commit for each word would take most of the time.
  store.exec('BEGIN');
  try {
    for (const [at, word] of words.entries()) add.run(at + 1, word);
    const found = Map.groupBy(read.all(), ({ doc }) => Number(doc) - 1);
    return words.map((word, at) => {
      const stems = found.get(at) ?? [];
      return [word, stems.length === 1 ? String(stems[0]?.term) : word];
    });
  } finally {
    store.exec('ROLLBACK');
  }
}

function openStemmer(): Stemmer {
  const store = new DatabaseSync(':memory:');
  store.exec(`CREATE VIRTUAL TABLE word USING fts5 (text, tokenize = 'porter unicode61');
    CREATE VIRTUAL TABLE stem USING fts5vocab (word, instance)`);
  return {
    store,
    add: store.prepare('INSERT INTO word (rowid, text) VALUES (?, ?)'),
    read: store.prepare('SELECT DISTINCT term, doc FROM stem'),
  };
}
