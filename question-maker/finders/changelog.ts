/** Questions about a changelog: an entry is told, and the release is to be found. */
import type { Candidate } from '../../contracts/evaluation/question-making.ts';
import { candidate, firstSentence, plainText, type ReadFile, wordFact } from '../candidate.ts';
import { pastOf } from '../verbs.ts';

const names = /(^|\/)(changelog|changes|history|releases|news)(\.(md|rst|txt|markdown|adoc))?$/i;
const heading =
  /^(?:#{1,3}\s*)?\[?(?:v(?:ersion)?\.?\s*)?(\d+\.\d+(?:\.\d+)?(?:[-.]?(?:alpha|beta|rc)\.?\d*)?)\]?(?:\([^)]*\))?(?:\s*[-–—(/:].*|\s+\d.*|\s*)$/i;
const bullet = /^\s*[-*+]\s+(\S.*)$/;
/** Of the newest releases alone: further back nobody asks. */
const releases = 40;

export function changelogCandidates(file: ReadFile): Candidate[] {
  if (!names.test(file.path)) return [];
  const found: Candidate[] = [];
  let release: { version: string; line: number } | null = null;
  let count = 0;
  for (let at = 0; at < file.lines.length && count <= releases; at += 1) {
    const line = file.lines[at] ?? '';
    const version = isHeading(file.lines, at) ? heading.exec(line.trim().replace(/^#+\s*/, ''))?.[1] : undefined;
    if (version !== undefined) {
      release = { version, line: at + 1 };
      count += 1;
      continue;
    }
    if (release === null) continue;
    const entry = entryAt(file.lines, at);
    if (entry !== null) found.push(...toCandidate(file, release, entry));
  }
  return found;
}

function isHeading(lines: readonly string[], at: number): boolean {
  return /^#{1,3}\s/.test(lines[at] ?? '') || /^[-=~^]{3,}\s*$/.test(lines[at + 1] ?? '');
}

function entryAt(lines: readonly string[], at: number): { text: string; first: number; last: number } | null {
  const begun = bullet.exec(lines[at] ?? '')?.[1];
  if (begun === undefined) return null;
  let last = at;
  while (last + 1 < lines.length && last - at < 5 && /^\s+[^\s*+-]/.test(lines[last + 1] ?? '')) last += 1;
  const text = [begun, ...lines.slice(at + 1, last + 1)].join(' ');
  return { text, first: at + 1, last: last + 1 };
}

function toCandidate(
  file: ReadFile,
  { version, line }: { version: string; line: number },
  { text, first, last }: { text: string; first: number; last: number },
): Candidate[] {
  const plain = firstSentence(
    plainText(text)
      .replace(/\s*\(?(?:#|gh-|pr #?)\d+\)?(?:\s*,\s*#\d+)*/gi, '')
      .replace(/\s*\(?\bby @[\w-]+\)?|\bthanks? (to )?@?[\w-]+.*$/gi, '')
      .replace(/\b[0-9a-f]{7,40}\b/g, ''),
  ).replace(/^[\w/()-]+:\s+/, '');
  const [verb = '', ...rest] = plain.split(' ');
  const past = pastOf(verb);
  if (past === null || rest.length < 4 || rest.length > 35 || unfit.test(plain) || !plain.includes(' ')) return [];
  return [
    candidate({
      ...{ source: 'changelog', route: 'general', file, key: `${version}\0${plain}` },
      question: `Which release ${past} ${rest.join(' ').replace(/[`]/g, '`')}`,
      lines: [first, last],
      also: [{ file, lines: [line, line] }],
      facts: [wordFact(version, `v${version}`)],
      reference: `${version}: ${plain}`,
    }),
  ];
}

const unfit =
  /\b(bump|upgrade[ds]?|dependenc|typo|readme|lint|ci\b|docs?\b|documentation|changelog|tests?\b|this release)|https?:|[<>{}|]/i;
