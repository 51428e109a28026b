/** JSON lines and CSV with a field map: other software's names on one side, the fields of a question on the other. */
import { parse as parseCsv } from 'csv-parse/sync';
import { stringify as writeCsv } from 'csv-stringify/sync';
import { DatasetQuestion } from '../../contracts/dataset.ts';
import { messageOf } from '../../lib/errors.ts';
import { LineProblem } from '../json-lines.ts';
import { type ImportDefaults, importedQuestion, type Losses } from './imported.ts';

/** Our field to theirs. */
export type FieldMap = Readonly<Record<string, string>>;

const fields = Object.keys(DatasetQuestion.shape);
export const isField = (name: string): boolean => fields.includes(name);

/** @throws LineProblem */
export function fromJsonLines(
  text: string,
  file: string,
  map: FieldMap,
  defaults: ImportDefaults,
  losses: Losses,
): DatasetQuestion[] {
  return text.split('\n').flatMap((line, at) => {
    if (line.trim() === '') return [];
    const place = `${file}:${at + 1}`;
    const row = parsed(line, place);
    if (typeof row !== 'object' || row === null || Array.isArray(row))
      throw new LineProblem(`${place}: it is no object`);
    return [fromRow(row as Record<string, unknown>, { map, defaults, losses, place })];
  });
}

/** One object a line, its fields by their names. */
export function toJsonLines(questions: readonly DatasetQuestion[], map: FieldMap): string {
  return questions.map((question) => `${JSON.stringify(renamed(question, map))}\n`).join('');
}

/** @throws LineProblem */
export function fromCsv(
  text: string,
  file: string,
  map: FieldMap,
  defaults: ImportDefaults,
  losses: Losses,
): DatasetQuestion[] {
  let rows: Record<string, string>[];
  try {
    rows = parseCsv<Record<string, string>>(text, { columns: true, bom: true, skip_empty_lines: true });
  } catch (error) {
    throw new LineProblem(`${file} cannot be read: ${messageOf(error)}`);
  }
  return rows.map((row, at) => {
    const filled = Object.entries(row).filter(([, value]) => value !== '');
    const place = `${file}: row ${at + 1}`;
    return fromRow(Object.fromEntries(filled), { map, defaults, losses, place });
  });
}

/** Texts as they are, everything else as JSON. */
export function toCsv(questions: readonly DatasetQuestion[], map: FieldMap): string {
  const rows = questions.map((question) => {
    const entries = Object.entries(renamed(question, map));
    return Object.fromEntries(
      entries.map(([name, value]) => [
        name,
        value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    );
  });
  return writeCsv(rows, { header: true, columns: fields.map((name) => map[name] ?? name) });
}

function renamed(question: DatasetQuestion, map: FieldMap): Record<string, unknown> {
  return Object.fromEntries(Object.entries(question).map(([name, value]) => [map[name] ?? name, value]));
}

type Row = { map: FieldMap; defaults: ImportDefaults; losses: Losses; place: string };

function fromRow(row: Record<string, unknown>, { map, defaults, losses, place }: Row): DatasetQuestion {
  const given: Record<string, unknown> = {};
  for (const field of fields) {
    const value = row[map[field] ?? field];
    if (value !== undefined) given[field] = fieldValue(field, value, place);
  }
  const read = new Set(fields.map((field) => map[field] ?? field));
  for (const name of Object.keys(row))
    if (!read.has(name)) losses.add(`the field "${name}": map it with --map FIELD=${name}`);
  if (given.id === undefined) given.id = place.replace(/^.*[/\\]/, '');
  return importedQuestion(given, defaults, place, losses);
}

const texts = new Set([
  'id',
  'question',
  'repository',
  'ref',
  'expected_route',
  'second_route',
  'kind',
  'reference_answer',
  'split',
  'note',
]);

const listed = new Set(['must_mention', 'forbidden_claims', 'shared_wordings', 'tags']);

/** A cell of a table, or a text where a list is wanted: facts may be one text. */
function fieldValue(field: string, value: unknown, place: string): unknown {
  if (texts.has(field)) return typeof value === 'string' || value === null ? value : String(value);
  if (field === 'gold' && typeof value === 'string' && !/^\s*\{/.test(value)) return { paths: value.split(/[;,]\s*/) };
  if (typeof value !== 'string') return value;
  if (/^\s*[[{"]|^null$/.test(value)) return parsed(value, `${place}: ${field}`);
  return listed.has(field) ? [value] : value;
}

function parsed(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new LineProblem(`${place}: ${messageOf(error)}`);
  }
}
