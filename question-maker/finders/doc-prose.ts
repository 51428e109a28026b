/** Questions about what sentences of documents say, and about sections on one name or one task. */
import type { Candidate } from '../../contracts/evaluation/question-making.ts';
import { firstSentence, lowerFirst, plainText, type ReadFile } from '../candidate.ts';
import { baseOfGerund } from '../verbs.ts';
import { type Asked, partOf, type Section, toCandidate, unfit, whatDoes } from './doc-sections.ts';

export function proseCandidates(file: ReadFile, section: Section): Candidate[] {
  const told = sentencesOf(file, section);
  return [
    ...sectionQuestions(file, section),
    ...told.flatMap((one) => toCandidate(file, section, one, sentenceQuestion(one.text, section))),
  ];
}

type Sentence = { text: string; first: number; last: number };

/** Sentences of paragraphs that hold a code span or a number. */
function sentencesOf({ lines }: ReadFile, section: Section): Sentence[] {
  const found: Sentence[] = [];
  let fenced = false;
  for (let at = section.first; at < section.last; at += 1) {
    const line = lines[at] ?? '';
    if (/^\s*(```|~~~)/.test(line)) fenced = !fenced;
    if (fenced || !/^[A-Z`*_[]/.test(line)) continue;
    const first = at;
    while (
      at + 1 < section.last &&
      /\S/.test(lines[at + 1] ?? '') &&
      !/^\s*([-*+>|]|\d+\.|```|\.\. )/.test(lines[at + 1] ?? '')
    )
      at += 1;
    const paragraph = plainText(lines.slice(first, at + 1).join(' '));
    for (const text of paragraph.split(/(?<=[^.]{3}\.)\s+(?=[A-Z`])/))
      found.push({ text, first: first + 1, last: at + 1 });
  }
  return found;
}

const span = '`([^`\\s]{2,40}(?:\\([^`)]*\\))?)`';
const useToDo = new RegExp(
  `^(?:You can |You may )?(?:use|call|set|pass|add|run) (?:the )?${span}(?: \\w+)? (?:to|in order to) ([a-z].{15,140})$`,
  'i',
);
const toDoUse = new RegExp(
  `^(?:In order to|To|If you (?:want|need|wish) to) ([a-z][^,]{10,120}?),? (?:you can |you may |simply |just |please )?(?:use|call|set|pass|add|run) (?:the )?${span}`,
  'i',
);
const byDefault =
  /^(?:By default,? )?(?:the )?([a-z][\w\s-]{3,60}?) (?:defaults? to|is by default|default is) `?([^`\s,]{2,30}?)`?(?:[\s.,]|$)/i;
const version =
  /\b(?:requires?|supports?|needs?)\b.{0,40}?\b(Node(?:\.js)?|Python|Go|Ruby|Java|TypeScript|Rust|PHP)\b\s*(?:version )?(?:>=\s*)?v?(\d+(?:\.\d+)+|\d{2,})/;

function sentenceQuestion(given: string, section: Section): Asked | null {
  const text = given.replace(/\.$/, '');
  if (unfit.test(text) || text.length > 260) return null;
  const part = partOf(section);
  const about = part === '' ? '' : `In ${part}: `;
  const use = useToDo.exec(text);
  if (use !== null && standsAlone(use[2]))
    return { question: `${about}what does one use to ${use[2]}`, facts: [bareName(use[1])] };
  const goal = toDoUse.exec(text);
  if (goal !== null && standsAlone(goal[1]))
    return { question: `${about}what does one use to ${goal[1]}`, facts: [bareName(goal[2])] };
  const needed = version.exec(text);
  if (needed !== null)
    return {
      question: `Which version of ${needed[1]} do the docs say that it needs`,
      facts: [needed[2] ?? ''],
      as: 'version',
    };
  const preset = byDefault.exec(text);
  if (preset !== null && standsAlone(preset[1]) && /\d|`/.test(given))
    return { question: `${about}what is the default of the ${preset[1]}`, facts: [preset[2] ?? ''], as: 'words' };
  return null;
}

/** Of a call with one argument by name the argument: that is what the sentence tells. */
const bareName = (text = ''): string =>
  /^@?[\w.]{1,60}\((\w{3,40})=[^(),]{0,60}\)$/.exec(text)?.[1] ?? text.replace(/\(.*$/, '').replace(/=.*$/, '');
/** What a question may hold: no pronoun that points out of the sentence. */
const standsAlone = (text = ''): boolean =>
  !/\b(this|that|these|those|it|its|them|they|such|both|same|we|us)\b/i.test(text) && text.split(' ').length >= 3;

// A section about one name, and one about how to do something.

const named = /^`([\w.$-]{3,40})(?:\(.*\))?`$/;

function sectionQuestions(file: ReadFile, section: Section): Candidate[] {
  const raw = file.lines.slice(section.first - 1, section.last);
  const name = named
    .exec((raw[0] ?? '').replace(/^#+\s*/, '').trim())?.[1]
    ?.split('.')
    .at(-1);
  if (name !== undefined) return aboutName(file, section, name, raw);
  return aboutTask(file, section, raw);
}

/** "### `name`", a type and a default, and a sentence of what it is for. */
function aboutName(file: ReadFile, section: Section, name: string, raw: readonly string[]): Candidate[] {
  const at = raw.findIndex(
    (line, index) => index > 0 && /^[A-Z]/.test(line) && !/^(Type|Default|Version|Since|Note|See)\b/.test(line),
  );
  if (at < 0 || at > 14) return [];
  const said = firstSentence(plainText(raw[at] ?? ''));
  const raised = /Error$/.test(name) && /^when\b/i.test(said) ? `is raised ${lowerFirst(said)}` : null;
  const asked = said.split(' ').length < 6 || said.length > 200 || unfit.test(said) ? null : (raised ?? whatDoes(said));
  if (asked === null) return [];
  const preset = raw
    .slice(0, at + 4)
    .flatMap((line) => /\bDefault\W{1,6}`(['"]?)([^`'"]{2,30})\1`/i.exec(line)?.[2] ?? [])[0];
  const facts = [
    name,
    ...(preset === undefined || preset === name || /^(undefined|null|none|nil)$/i.test(preset) || /[{[(]/.test(preset)
      ? []
      : [preset]),
  ];
  const question = `According to the documentation, which ${/Error$/.test(name) ? 'error' : 'option, property or function'} ${asked}${facts.length > 1 ? ', and what is its default' : ''}`;
  return toCandidate(
    file,
    section,
    { first: section.first, last: section.first + at, text: `${facts.join(', default ')}: ${said}` },
    { question, facts },
  );
}

/** "Customizing the pager": what is used for it is the name that this section has and others have not. */
function aboutTask(file: ReadFile, section: Section, raw: readonly string[]): Candidate[] {
  const [first = '', ...rest] = inLowerCase(section.title.replace(/`/g, '')).split(' ');
  const base = baseOfGerund(first);
  if (base === null || rest.length < 1 || section.title.length > 70 || unfit.test(section.title)) return [];
  const counts = new Map<string, number>();
  for (const [, name = ''] of raw.join('\n').matchAll(/`{1,2}\.?([A-Za-z_][\w.-]{3,40})(?:\(\)|=[^`]*)?`{1,2}/g))
    counts.set(name, (counts.get(name) ?? 0) + 1);
  const [best, second] = [...counts].sort(([, one], [, other]) => other - one);
  if (best === undefined || best[1] < 2 || (second?.[1] ?? 0) >= best[1]) return [];
  const elsewhere = file.text.split(best[0]).length - 1 - (raw.join('\n').split(best[0]).length - 1);
  const at = raw.findIndex((line) => line.includes(best[0]));
  // A name of code shows as one somewhere: called, set, or with capitals inside.
  const isCode =
    /[a-z][A-Z]|_|\./.test(best[0]) || new RegExp(`${best[0].replace(/[.$]/g, '\\$&')}\\s*[(=]`).test(raw.join('\n'));
  if (elsewhere > 2 || at < 0 || !isCode || isOfStrings(best[0], raw.join('\n'))) return [];
  const name = best[0].split('.').at(-1) ?? best[0];
  const question = `The documentation tells how to ${base} ${rest.join(' ')}. What has to be used, set or called for that`;
  const lines = {
    first: section.first,
    last: Math.min(section.last, section.first + Math.max(at, 8) + 3),
    text: `\`${best[0]}\``,
  };
  return toCandidate(file, section, lines, { question, facts: [name] });
}

/** Whether the code of a section has a name inside of string literals alone: a host, a file, a value. */
function isOfStrings(name: string, text: string): boolean {
  const bare = text.replace(/"(?:[^"\\\n]|\\.)*"|(?<!\w)'(?:[^'\\\n]|\\.)*'/g, '""');
  const isQuoted = bare.split(name).length < text.split(name).length;
  return isQuoted && !bare.replace(/(`{1,2})[^`\n]*\1/g, '').includes(name);
}

/** A title in capitals as a sentence has it. */
function inLowerCase(title: string): string {
  const words = title.split(' ');
  const large = words.filter((word) => /^[A-Z][a-z]+$/.test(word));
  return large.length <= 1 ? title : words.map((word) => (large.includes(word) ? word.toLowerCase() : word)).join(' ');
}
