/** Questions about options and their defaults: of a command line, and of constants in code. */
import type { Candidate } from '../../contracts/evaluation/question-making.ts';
import {
  candidate,
  codeFact,
  enclosing,
  firstSentence,
  lowerFirst,
  plainText,
  type ReadFile,
  wordFact,
} from '../candidate.ts';
import { splitCase } from '../../lib/words.ts';
import { baseOfThird, isBaseVerb } from '../verbs.ts';

const quoted = `(?:"((?:[^"\\\\]|\\\\.){2,160})"|'((?:[^'\\\\]|\\\\.){2,160})'|\`([^\`]{2,160})\`)`;
/** The flag, then what it says of itself within the same call. */
const flag = /["'`](?:-\w,?\s*[|/]?\s*)?(--[a-z][\w-]{2,40})\b[^"'`]*["'`]/;
const flagOfGo =
  /\bFlags\(\)\.\w+\(\s*(?:&?[\w.]+,\s*)?"([a-z][\w-]{2,40})"|\bflag\.\w+\(\s*(?:&\w+,\s*)?"([a-z][\w-]{2,40})"/;
const help = new RegExp(`\\b(?:help|description|desc|describe)\\s*[=:]\\s*(?:_\\(|\\()?\\s*${quoted}`);
const preset = /\bdefault(?:_value|Value)?\s*[=:]\s*(?:"([^"\n]{2,30})"|'([^'\n]{2,30})'|(-?\d[\d_.]*\d)\b)/;
const callLines = 8;

export function optionCandidates(file: ReadFile): Candidate[] {
  if (file.class !== 'code' && file.class !== 'sample') return [];
  return file.class === 'code' ? [...flagsOf(file), ...constantsOf(file)] : [];
}

function flagsOf(file: ReadFile): Candidate[] {
  return file.lines.flatMap((line, at) => {
    if (line.length > 300) return [];
    const go = flagOfGo.exec(line);
    const name = flag.exec(line)?.[1] ?? (go === null ? undefined : `--${go[1] ?? go[2]}`);
    if (name === undefined || /^\s*(\/\/|#|\*)/.test(line)) return [];
    const call = callAt(file.lines, at);
    const named = flag.exec(call.text) ?? flagOfGo.exec(call.text);
    const rest = call.text.slice((named?.index ?? 0) + (named?.[0].length ?? 0));
    const said = plainText(helpIn(rest));
    const asked = askedOf(said);
    if (asked === null) return [];
    const value =
      preset
        .exec(rest)
        ?.slice(1)
        .find((each) => each !== undefined) ?? null;
    return [
      candidate({
        ...{ source: 'option', route: 'code', file, key: name },
        question: `Which command-line option ${asked}${value === null ? '' : ', and what is its default'}`,
        lines: [at + 1, call.last],
        facts: [codeFact(name), ...(value === null ? [] : [wordFact(value)])],
        secrets: [name],
        reference: `\`${name}\`: ${said}${value === null ? '' : ` (default ${value})`}`,
      }),
    ];
  });
}

/** The call that begins on a line, up to where its brackets close. */
function callAt(lines: readonly string[], at: number): { text: string; last: number } {
  let depth = 0;
  let end = at;
  for (; end < Math.min(lines.length, at + callLines); end += 1) {
    for (const mark of lines[end] ?? '') depth += mark === '(' ? 1 : mark === ')' ? -1 : 0;
    if (end > at - 1 && depth <= 0 && (end > at || /\)/.test(lines[end] ?? ''))) break;
  }
  end = Math.min(end, lines.length - 1, at + callLines - 1);
  return { text: lines.slice(at, end + 1).join('\n'), last: end + 1 };
}

function helpIn(call: string): string {
  const named = help
    .exec(call)
    ?.slice(1)
    .find((each) => each !== undefined);
  if (named !== undefined) return named;
  const texts = [...call.matchAll(new RegExp(quoted, 'g'))].map(([, one, two, three]) => one ?? two ?? three ?? '');
  return texts.find((each) => each.split(' ').length >= 4) ?? '';
}

/** "makes it …": null for a help text that says too little. */
function askedOf(said: string): string | null {
  const text = firstSentence(said);
  const words = text.split(' ');
  const [first = '', ...rest] = words;
  if (words.length < 4 || words.length > 30 || /[{}<>]|%[sd(]|\$\{/.test(text)) return null;
  if (isBaseVerb(first)) return `does one give to ${first.toLowerCase()} ${rest.join(' ')}`;
  const third = baseOfThird(first);
  if (third !== null) return `does one give to ${third} ${rest.join(' ')}`;
  if (/^(the|an?|number|maximum|minimum|path|whether|if|how|comma|list|name|file|directory)$/i.test(first))
    return `sets ${lowerFirst(text)}`;
  return null;
}

const constant =
  /^\s*(?:export\s+|public\s+|private\s+|static\s+|pub(?:\([^)]*\))?\s+|final\s+)*(?:const|let|static|final|var|val)?\s*(?:int|long|double|string|String|float)?\s*([A-Za-z][A-Za-z0-9_]{4,50})(?::\s*&?'?[\w. ]+)?\s*=\s*(-?\d[\d_]*(?:\.\d+)?(?:\s*\*\s*\d[\d_]*)*|"[^"\n]{3,40}"|'[^'\n]{3,40}')\s*[;,]?\s*(?:(?:\/\/|#).*)?$/;
const meant =
  /default|max|min|limit|timeout|size|count|interval|delay|threshold|retr|capacity|depth|width|length|prefix|suffix|buffer|ttl|expir/i;

function constantsOf(file: ReadFile): Candidate[] {
  const names = new Map<string, number>();
  const found = file.lines.flatMap((line, at) => {
    // Without runs of spaces, which would cost the pattern dearly.
    const plain = line.length > 200 || !line.includes('=') ? '' : line.trim().replace(/\s+/g, ' ');
    const [, name = '', value = ''] = constant.exec(plain) ?? [];
    if (name === '' || !meant.test(name)) return [];
    names.set(name, (names.get(name) ?? 0) + 1);
    const text = value.replace(/^["']|["']$/g, '');
    // One digit stands in every answer.
    if (/^-?\d(\.0)?$|[$%{}\\]/.test(text)) return [];
    return [{ name, text, at }];
  });
  return found.flatMap(({ name, text, at }) => {
    const words = splitCase(name).replaceAll('_', ' ').toLowerCase().replace(/\s+/g, ' ').trim().split(' ');
    if (names.get(name) !== 1 || words.length < 2) return [];
    const plain = text.replaceAll('_', '');
    const said = /^\d{4,}$/.test(plain) ? [text, plain, Number(plain).toLocaleString('en-US')] : [text];
    const facts = [[...new Set(said)].map((each) => ({ text: each, match: 'words' as const }))];
    const inside = enclosing(file, at + 1)?.names.at(-1);
    return [
      candidate({
        ...{ source: 'option', route: 'code', file, key: name, facts },
        question: `What value does the code set for the ${words.join(' ')}${inside === undefined ? '' : ` in \`${inside}\``}`,
        lines: [Math.max(1, at), Math.min(at + 2, file.lines.length)],
        reference: `\`${name}\` is ${text}.`,
      }),
    ];
  });
}
