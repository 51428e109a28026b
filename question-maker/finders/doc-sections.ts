/** Documents by their sections, and what a description in one of them asks for. */
import { candidate, codeFact, lowerFirst, plainText, type ReadFile, versionFact, wordFact } from '../candidate.ts';
import { baseOfThird, isBaseVerb, thirdOf } from '../verbs.ts';

export type Section = { title: string; above: string; first: number; last: number };
export type Asked = { question: string; facts: string[]; as?: 'code' | 'words' | 'version' };

const factOf = {
  code: codeFact,
  words: (text: string) => wordFact(text),
  version: (text: string) => versionFact(text),
};

export function toCandidate(
  file: ReadFile,
  section: Section,
  at: { first: number; last: number; text: string },
  asked: Asked | null,
) {
  if (asked === null) return [];
  const { question, facts, as = 'code' } = asked;
  const lines: [number, number] = [at.first, at.last];
  return [
    candidate({
      ...{ source: 'heading', route: 'docs', file, question, lines },
      also: [{ file, lines: [section.first, section.first] }],
      facts: facts.map((fact) => factOf[as](fact)),
      secrets: as === 'code' ? facts : [],
      reference: at.text,
      key: `${section.title}\0${facts.join('\0')}`,
    }),
  ];
}

export function sectionsOf({ lines, definitions }: ReadFile): Section[] {
  const headings = definitions.filter(({ kind }) => kind === 'heading');
  return headings.map(({ name, line }, at) => {
    const next = headings[at + 1]?.line ?? lines.length + 1;
    const above = headings.slice(0, at).findLast((one) => one.last >= line)?.name ?? '';
    return { title: plainText(name), above: plainText(above), first: line, last: next - 1 };
  });
}

/** "the part on timeouts": only a title that stands for itself is one. */
export function partOf({ title, above }: Section): string {
  const plain = title
    .replace(/`/g, '')
    .replace(/[.:?!]+$/, '')
    .trim();
  const general =
    /^(options?|usage|examples?|api|notes?|parameters|arguments|overview|introduction|methods|properties|features|default|type|return.*)$/i;
  if (general.test(plain))
    return above === '' || general.test(above) ? '' : `the documentation of ${above.replace(/`/g, '')}`;
  return plain.length < 3 || plain.length > 60 ? '' : `the documentation on “${plain}”`;
}

/** "is the name of what …": a description turned into what is asked for. */
export function whatDoes(text: string): string | null {
  const [first = '', ...rest] = text.split(' ');
  const third = baseOfThird(first);
  if (third !== null) return `${thirdOf(third)} ${rest.join(' ')}`;
  if (isBaseVerb(first)) return `is used to ${first.toLowerCase()} ${rest.join(' ')}`;
  if (
    /^(whether|how|where)$/i.test(first) ||
    /^if (the|an?|to)\b[^,]*$/i.test(text) ||
    /^the (number|maximum|minimum|time|size|name|path)\b/i.test(text)
  )
    return `decides or tells ${lowerFirst(text)}`;
  if (/\b(is|are|was|were|has|have|had|can|will|must|should|does)\b/i.test(text))
    return `stands for this: ${lowerFirst(text)}`;
  if (/^(an?|the)$/i.test(first)) return `is described as ${lowerFirst(text)}`;
  return null;
}

/** What points to somewhere else. */
export const unfit =
  /\b(see (also|the|`|above|below|\[)|above|below|following|deprecated|example|e\.g|i\.e|todo|this (section|page|option|function|method|property|is))\b|https?:|[{}<>|\\]|:$|\.\.\./i;
