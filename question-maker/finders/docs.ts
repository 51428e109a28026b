/** Questions about documents: what a list, a table or a sentence says of a name or a value, asked from the other end. */
import type { Candidate } from '../../contracts/evaluation/question-making.ts';
import { plainText, type ReadFile } from '../candidate.ts';
import { proseCandidates } from './doc-prose.ts';
import { type Asked, partOf, type Section, sectionsOf, toCandidate, unfit, whatDoes } from './doc-sections.ts';

const skipped =
  /(^|\/)(changelog|changes|history|releases?|news|license|licence|authors|contributors)\b[^/]*$|(^|\/)(changelogs?|releases?)\//i;

export function docsCandidates(file: ReadFile): Candidate[] {
  if (file.class !== 'docs' || skipped.test(file.path) || /requirements|\.txt$/i.test(file.path)) return [];
  const found = sectionsOf(file).flatMap((section) => [
    ...rowsOf(file, section).flatMap((row) => toCandidate(file, section, row, rowQuestion(row, section))),
    ...proseCandidates(file, section),
  ]);
  return found;
}

type Row = { name: string; said: string; fallback: string | null; first: number; last: number; text: string };

const item = /^\s*[-*+]\s+(?:\*\*)?`([^`\n]{2,50})`(?:\*\*)?\s*(?:\(([^)]{1,60})\))?\s*(?:[:–—-]|\bis\b)\s*(\S.*)$/;
const cells = /^\s*\|(.+)\|\s*$/;

/** Lines that say of one name what it is for. */
function rowsOf({ lines }: ReadFile, section: Section): Row[] {
  const rows: Row[] = [];
  for (let at = section.first; at < section.last; at += 1) {
    const line = lines[at] ?? '';
    const listed = item.exec(line);
    if (listed !== null) {
      const more = lines.slice(at + 1, at + 4).findIndex((next) => !/^\s{2,}\S/.test(next) || /^\s*[-*+]\s/.test(next));
      const last = at + (more < 0 ? 3 : more);
      const whole = [listed[3] ?? '', ...lines.slice(at + 1, last + 1)].join(' ');
      rows.push({
        name: listed[1] ?? '',
        said: plainText(whole),
        fallback: defaultIn(whole, listed[2]),
        first: at + 1,
        last: last + 1,
        text: plainText(`${listed[1]}: ${whole}`),
      });
      continue;
    }
    const columns =
      cells
        .exec(line)?.[1]
        ?.split('|')
        .map((cell) => cell.trim()) ?? [];
    const name = /^`([^`]{2,50})`$/.exec(columns[0] ?? '')?.[1];
    const said = columns.slice(1).findLast((cell) => cell.split(/\s+/).length >= 5);
    if (name !== undefined && said !== undefined)
      rows.push({
        name,
        said: plainText(said),
        fallback: null,
        first: at + 1,
        last: at + 1,
        text: plainText(`${name}: ${said}`),
      });
  }
  return rows;
}

function defaultIn(text: string, aside = ''): string | null {
  return /[Dd]efaults?(?: value)?(?: is| to|:)?\s*:?\s*`([^`\s]{2,30})`/.exec(`${text} ${aside}`)?.[1] ?? null;
}

function rowQuestion({ name, said, fallback }: Row, section: Section): Asked | null {
  if (/[\s=]/.test(name) && !/^[\w.]+\(.*\)$/.test(name)) return null;
  const first = said.split(/(?<=[^.]{3})\.(?:\s|$)/)[0] ?? '';
  const words = first.split(' ');
  const part = partOf(section);
  if (words.length < 6 || words.length > 35 || part === '' || unfit.test(first) || first.includes(name)) return null;
  const asked = whatDoes(first);
  if (asked === null) return null;
  const bare = name.replace(/\(.*\)$/, '');
  if (!/[\w]{2}/.test(bare) || /foo|bar\b|baz|example|my_|your/i.test(bare)) return null;
  const facts = fallback === null || fallback === bare ? [bare] : [bare, fallback];
  const tail = facts.length === 2 ? ', and what is its default' : '';
  return { question: `In ${part}, what ${asked}${tail}`, facts };
}
