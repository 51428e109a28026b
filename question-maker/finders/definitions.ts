/** Questions about what is defined: the documentation comment says what it does, and its name is to be found. */
import type { Candidate } from '../../contracts/evaluation/question-making.ts';
import { candidate, codeFact, firstSentence, lowerFirst, plainText, type ReadFile } from '../candidate.ts';
import type { Corpus, Definition } from '../corpus.ts';
import { baseOfThird, isBaseVerb, thirdOf } from '../verbs.ts';

const commentLine = /^\s*(\/\/[/!]?|\/\*\*?|\*\/?|#(?!\[|!|include|define|if|endif)|--|;;)/;
const attributeLine = /^\s*(@\w|#\[|\[\w+.*\]\s*$)/;
const callables = /^(function|method|func|fn|def|constructor|macro|arrow)/i;
const types = /^(class|struct|interface|trait|enum|type|protocol|object|record|module)/i;

export function definitionCandidates(file: ReadFile, corpus: Corpus): Candidate[] {
  if (file.class !== 'code') return [];
  return file.definitions.flatMap((definition) => {
    const { name } = definition;
    if (!/^[A-Za-z_$][\w$]{3,}$/.test(name) || name.startsWith('__')) return [];
    // Of several with one name, an answer could name another place.
    if ((corpus.definitions.get(name) ?? []).length !== 1) return [];
    const doc = docOf(file, definition);
    if (doc === null) return [];
    const asked = askedFor(doc.text, definition);
    if (asked === null) return [];
    const last = Math.min(definition.last, definition.line + 60);
    return [
      candidate({
        ...{ source: 'definition', route: 'code', file, key: name },
        question: asked,
        lines: [Math.min(doc.first, definition.line), Math.max(last, doc.last)],
        facts: [codeFact(name)],
        secrets: [name],
        reference: `\`${name}\` in ${file.path}: ${doc.text}`,
      }),
    ];
  });
}

/** "Which function parses …?": null for a comment that says no such thing. */
function askedFor(text: string, { name, kind }: Definition): string | null {
  const what = callables.test(kind) ? 'function or method' : types.test(kind) ? 'type or class' : null;
  if (what === null) return null;
  // Go writes the name first.
  const bare = text.replace(new RegExp(`^\`?${name.replace(/\$/g, '\\$')}\`?(\\(\\))?\\s+`), '');
  const words = bare.split(' ');
  if (words.length < 6 || words.length > 26 || unfit.test(bare) || oneLetter.test(bare)) return null;
  const [first = '', ...rest] = words;
  const base = baseOfThird(first);
  if (base !== null) return `Which ${what} ${thirdOf(base)} ${rest.join(' ')}`;
  if (isBaseVerb(first)) return `Which ${what} ${thirdOf(first.toLowerCase())} ${rest.join(' ')}`;
  if (/^(is|can|has)$/i.test(first)) return `Which ${what} ${first.toLowerCase()} ${rest.join(' ')}`;
  if (types.test(kind) && /^(an?|the)$/i.test(first)) return `Which ${what} is ${lowerFirst(bare)}`;
  return null;
}

/** What is only meant for readers of that very line. */
const unfit =
  /\b(todo|fixme|hack|deprecated|see (also|above|below)|this (function|method|class|is)|same as|like above|the above|following|below|eslint|istanbul|noqa|ts-ignore|copyright|internal use|returns? (true )?if|used (by|internally))\b|https?:|[[\]{}<>|\\]|:$|\.\.\.|@\w|\b[a-z]$/i;

/** A parameter of one letter, which is nothing to who does not see the line; "a", and the letter of "isn't" and "e.g.", are none. */
const oneLetter = /(?<![\w'’.$-])[b-z](?![\w'’.$-])|`[A-Za-z]`/;

type Doc = { text: string; first: number; last: number };

/** The first sentence of the comment above a definition, or of the docstring below it. */
export function docOf(file: ReadFile, definition: Definition): Doc | null {
  return (/\.pyi?$/.test(file.path) ? docstring(file, definition) : null) ?? commentAbove(file, definition);
}

function commentAbove({ lines }: ReadFile, { line }: Definition): Doc | null {
  let at = line - 2;
  while (at >= 0 && attributeLine.test(lines[at] ?? '') && !commentLine.test(lines[at] ?? '')) at -= 1;
  const end = at;
  while (at >= 0 && end - at < 40 && commentLine.test(lines[at] ?? '')) at -= 1;
  // The body of a block comment may be written without stars.
  if (end >= 0 && /\*\/\s*$/.test(lines[end] ?? '') && !/\/\*/.test(lines[at + 1] ?? '')) {
    at = end;
    while (at >= 0 && end - at < 40 && !/\/\*/.test(lines[at] ?? '')) at -= 1;
    at -= 1;
  }
  if (at === end) return null;
  const text = lines
    .slice(at + 1, end + 1)
    .map((each) => each.replace(/^\s*(\/\/[/!]?|\/\*\*?|\*\/|\*|#+|--+|;;+)\s?/, '').replace(/\*\/\s*$/, ''))
    .join('\n');
  return toDoc(text, at + 2, end + 1);
}

function docstring({ lines }: ReadFile, { line, last }: Definition): Doc | null {
  const until = Math.min(last, line + 30);
  let at = line - 1;
  while (at < until && !/:\s*(#.*)?$/.test(lines[at] ?? '')) at += 1;
  const opening = /^\s*[rRbuU]?("""|''')(.*)$/.exec(lines[at + 1] ?? '');
  if (opening === null) return null;
  const [, quotes = '"""', head = ''] = opening;
  const body = [head];
  let end = at + 1;
  while (!(body.at(-1) ?? '').includes(quotes) && end < Math.min(lines.length, at + 40)) {
    end += 1;
    body.push(lines[end] ?? '');
  }
  return toDoc(body.join('\n').split(quotes)[0] ?? '', at + 2, end + 1);
}

function toDoc(text: string, first: number, last: number): Doc | null {
  const [paragraph = ''] = text.split(/\n\s*(?:\n|@\w|:param|Args:|Parameters\n|Returns:|Example)/);
  // What looks like a tag says something that plain text would lose.
  if (/<[A-Za-z_]/.test(paragraph.split('. ')[0] ?? '')) return null;
  const said = firstSentence(plainText(paragraph));
  return said === '' ? null : { text: said, first, last };
}
