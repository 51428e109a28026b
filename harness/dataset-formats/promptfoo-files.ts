/** The files that promptfoo reads tests from: YAML, and CSV with its columns `__expected1`, `__description`, `__metadata:…`. */
import { parse as parseCsv } from 'csv-parse/sync';
import { stringify as writeCsv } from 'csv-stringify/sync';
import { parse as parseYaml, stringify as writeYaml } from 'yaml';
import type { DatasetQuestion } from '../../contracts/dataset.ts';
import { messageOf } from '../../lib/errors.ts';
import { LineProblem } from '../json-lines.ts';
import { fromPromptfoo, type PromptfooAssertion, type PromptfooTest, toPromptfoo, wholeQuestion } from './promptfoo.ts';
import type { ImportDefaults, Losses } from './imported.ts';

/** A list of tests. */
export function toPromptfooYaml(questions: readonly DatasetQuestion[]): string {
  return writeYaml(questions.map(toPromptfoo), { lineWidth: 120 });
}

/** A list of tests, or a configuration with them. @throws LineProblem */
export function fromPromptfooYaml(
  text: string,
  file: string,
  defaults: ImportDefaults,
  losses: Losses,
): DatasetQuestion[] {
  const read = reading(file, () => parseYaml(text, { maxAliasCount: 100 }) as unknown);
  const tests = Array.isArray(read) ? read : (read as { tests?: unknown } | null)?.tests;
  if (!Array.isArray(tests)) throw new LineProblem(`${file} has no list of tests`);
  return tests.map((test: unknown, at) => {
    if (typeof test !== 'object' || test === null)
      throw new LineProblem(`${file}: test ${at + 1} is no test of its own`);
    return fromPromptfoo(test as PromptfooTest, defaults, `${file}: test ${at + 1}`, losses);
  });
}

const metadataColumn = `__metadata:${wholeQuestion}`;

/** With a header; the whole question stands in the last column. */
export function toPromptfooCsv(questions: readonly DatasetQuestion[]): string {
  const rows = questions.map((question) => {
    const { description = '', vars = {}, assert = [] } = toPromptfoo(question);
    const expected = assert.map((one, at) => [`__expected${at + 1}`, expectedText(one)]);
    return {
      __description: description,
      ...vars,
      ...Object.fromEntries(expected),
      [metadataColumn]: JSON.stringify(question),
    };
  });
  const most = Math.max(
    1,
    ...rows.map((row) => Object.keys(row).filter((name) => name.startsWith('__expected')).length),
  );
  const columns = [
    '__description',
    'question',
    'repository',
    'ref',
    ...Array.from({ length: most }, (_, at) => `__expected${at + 1}`),
  ];
  return writeCsv(rows, { header: true, columns: [...columns, metadataColumn] });
}

/** In lists, promptfoo parts texts by commas. */
const expectedText = ({ type, value }: PromptfooAssertion): string =>
  `${type}:${Array.isArray(value) ? value.join(',') : String(value ?? '')}`;

/** @throws LineProblem */
export function fromPromptfooCsv(
  text: string,
  file: string,
  defaults: ImportDefaults,
  losses: Losses,
): DatasetQuestion[] {
  const rows = reading(file, () =>
    parseCsv<Record<string, string>>(text, { columns: true, bom: true, skip_empty_lines: true }),
  );
  return rows.map((row, at) => fromPromptfoo(testOf(row, losses), defaults, `${file}: row ${at + 1}`, losses));
}

function testOf(row: Record<string, string>, losses: Losses): PromptfooTest {
  const test: PromptfooTest & { vars: Record<string, unknown> } = { vars: {}, metadata: {} };
  const expected: string[] = [];
  for (const [name, value] of Object.entries(row)) {
    if (value === '') continue;
    if (/^__expected\d*$/.test(name)) expected.push(value);
    else if (name === '__description') test.description = value;
    else if (name.startsWith('__metadata:')) test.metadata = { ...test.metadata, [name.slice(11)]: jsonOr(value) };
    else if (name.startsWith('__')) losses.add(`the column ${name}`);
    else test.vars[name] = value;
  }
  const whole = test.metadata?.[wholeQuestion] as DatasetQuestion | undefined;
  const ours = whole === undefined ? [] : (toPromptfoo(whole).assert ?? []);
  // What a comma would part differently, the metadata still knows.
  const same =
    expected.length === ours.length && expected.every((each, at) => each === expectedText(ours[at] ?? { type: '' }));
  return { ...test, assert: same ? ours : expected.map(assertionIn) };
}

/** `type(threshold): value`; without a type the whole is what the answer equals. */
function assertionIn(text: string): PromptfooAssertion {
  const [, type = '', threshold, value = ''] = /^([a-z][a-z-]*)(?:\(([\d.]+)\))?:\s*(.*)$/s.exec(text) ?? [];
  if (type === '') return { type: 'equals', value: text };
  const limit = threshold === undefined ? {} : { threshold: Number(threshold) };
  return { type, value: /-(any|all)$/.test(type) ? value.split(',').map((each) => each.trim()) : value, ...limit };
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function reading<Result>(file: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw new LineProblem(`${file} cannot be read: ${messageOf(error).split('\n')[0]}`);
  }
}
