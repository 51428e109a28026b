/** Reads fields of a model's JSON with the forgiveness that models need, and no more: nothing is made up. */
import type { Draft } from '../contracts/agent.ts';
import { answerCharacters } from '../contracts/draft-stream.ts';
import type { Citation } from '../contracts/evidence.ts';
import type { ChatMessage } from '../contracts/chat.ts';

type Fields = Record<string, unknown>;

const first = (fields: Fields, names: readonly string[]): unknown =>
  names.map((name) => fields[name]).find((value) => value !== undefined && value !== null);

export const noAnswer = 'the JSON object has no "answer" text';

/** An answer with its citations; null when there is no answer text. */
export function readDraft(fields: Fields): Draft | null {
  const { answer } = fields;
  if (typeof answer !== 'string' || answer.trim() === '') return null;
  const text = answer.trim();
  const { citations, leftOut } = readCitations(fields.citations);
  const cut = [
    ...(text.length > answerCharacters ? [`the answer was cut at ${answerCharacters} characters`] : []),
    ...(leftOut > 0 ? [`${leftOut} citations were left out: there were too many, or they were too long`] : []),
  ];
  return {
    answer: text.slice(0, answerCharacters).toWellFormed(),
    citations,
    confidence: readConfidence(fields, 0.5),
    insufficient: fields.insufficient === true || fields.insufficient === 'true',
    gaps: [...cut, ...readSentences(fields.gaps, mostGaps - cut.length)],
  };
}

const mostGaps = 20;
const mostCitations = 40;
/** All of them as JSON, so that an activity's result fits into one payload whatever is quoted. */
const citationBytes = 300_000;

/** A probability from 0.8, "0.8", 80 or "80%"; `otherwise` when there is none. */
function readConfidence(fields: Fields, otherwise: number): number {
  const value = first(fields, ['confidence', 'score']);
  const number = typeof value === 'string' ? Number.parseFloat(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) return otherwise;
  return Math.min(1, Math.max(0, number > 1 ? number / 100 : number));
}

/** The non-empty strings of a list, or of a single string, each cut to 500 characters. */
export function readSentences(value: unknown, most: number): string[] {
  const list = Array.isArray(value) ? value : [value];
  return list
    .filter((entry): entry is string => typeof entry === 'string' && entry.trim() !== '')
    .slice(0, most)
    .map((entry) => entry.trim().slice(0, 500).toWellFormed());
}

/** The citations that name a file, lines and words; others are none, for they cannot be checked. */
function readCitations(value: unknown): { citations: Citation[]; leftOut: number } {
  const citations: Citation[] = [];
  let [leftOut, bytes] = [0, 0];
  for (const entry of Array.isArray(value) ? value : []) {
    const citation = typeof entry === 'object' && entry !== null ? readCitation(entry as Fields) : null;
    if (citation === null) continue;
    bytes += Buffer.byteLength(JSON.stringify(citation));
    if (citations.length < mostCitations && bytes <= citationBytes) citations.push(citation);
    else leftOut += 1;
  }
  return { citations, leftOut };
}

function readCitation(fields: Fields): Citation | null {
  const path = first(fields, ['path', 'file']);
  const quote = first(fields, ['quote', 'text']);
  const [from, to] = readLines(fields);
  if (typeof path !== 'string' || path.trim() === '' || typeof quote !== 'string' || from === null) return null;
  return {
    path: path.trim().replace(/^\.\//, '').slice(0, 1024).toWellFormed(),
    firstLine: from,
    lastLine: Math.max(from, to ?? from),
    quote: quote.slice(0, 2000).toWellFormed(),
  };
}

function readLines(fields: Fields): [number | null, number | null] {
  const lines = first(fields, ['lines']);
  const range = typeof lines === 'string' ? lines.match(/\d+/g) : Array.isArray(lines) ? lines : null;
  return [
    readLine(first(fields, ['first_line', 'firstLine', 'start_line', 'line']) ?? range?.[0]),
    readLine(first(fields, ['last_line', 'lastLine', 'end_line']) ?? range?.[1]),
  ];
}

function readLine(value: unknown): number | null {
  const number = typeof value === 'string' ? Number.parseInt(value, 10) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number > 0 ? number : null;
}

// Asks again after a reply that could not be used: with the reply in view, and what was wrong with it.

/** @param problem what was wrong with the last reply, as a sentence; @param mustAnswer true: no tool may be called any more */
export function repairMessage(problem: string, mustAnswer: boolean): ChatMessage {
  const wanted = mustAnswer ? '' : 'Call a tool, or reply ';
  const again = mustAnswer ? 'Reply again ' : '';
  return {
    role: 'user',
    content: `<problem>\n${problem}\n</problem>\nYour last reply could not be used. ${again}${wanted}with the one JSON object that was asked for, and nothing else.`,
  };
}
