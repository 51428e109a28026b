/** Whoever writes a file with other software has the schema alone: it says what each field means. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type FileFormat, schemaOf } from '../../../client/evaluate/show-schema.ts';
import { DatasetQuestion } from '../../../contracts/dataset.ts';
import { RunLogRecord } from '../../../contracts/run-log.ts';
import { gradeRecord } from '../../../harness/graded-record.ts';
import { checkout } from '../../support/temporal.ts';

type Schema = { description?: string; properties?: Record<string, Schema> } & Record<string, unknown>;

/** The paths of all properties, at any depth, with their schemas. */
function propertiesOf(schema: unknown, path = ''): [string, Schema][] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties = {}, ...rest } = schema as Schema;
  const own = Object.entries(properties).flatMap(([name, property]): [string, Schema][] => [
    [`${path}${name}`, property],
    ...propertiesOf(property, `${path}${name}.`),
  ]);
  const { default: _, ...others } = rest;
  return [...own, ...Object.values(others).flatMap((value) => propertiesOf(value, path))];
}

for (const [format, least] of [
  ['run-log', 90],
  ['dataset', 30],
  ['pipeline', 40],
] as const satisfies [FileFormat, number][])
  test(`every field of schema ${format} has a description`, () => {
    const properties = propertiesOf(schemaOf(format));
    assert.ok(properties.length >= least, `${properties.length}`);
    const silent = properties.filter(([, { description = '' }]) => description.trim().length < 4);
    assert.deepEqual(
      silent.map(([path]) => path),
      [],
    );
  });

test('the descriptions say how facts are matched', () => {
  const { properties = {} } = schemaOf('dataset') as Schema;
  assert.match(properties.must_mention?.description ?? '', /whole words.*code.*regex/s);
  assert.match(properties.forbidden_claims?.description ?? '', /as the facts/);
});

const documents = readFileSync(join(checkout, 'docs/evaluation.md'), 'utf8');
/** The JSON lines of the code block behind a sentence. */
const shownBehind = (sentence: string): unknown[] => {
  const [, block = ''] = /```json\n(.*?)```/s.exec(documents.slice(documents.indexOf(sentence))) ?? [];
  return block
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
};

test('the records that the documentation shows are read and graded', () => {
  const [question] = shownBehind('A question may be as short as this').map((line) => DatasetQuestion.parse(line));
  const records = shownBehind('A log of other software may be as short as this').map((line) =>
    RunLogRecord.parse(line),
  );
  assert.ok(question);
  assert.deepEqual(
    records.map((record) => gradeRecord(record, question).correct),
    [true, false],
  );
});

test('each shipped pipeline fits the printed schema of its file', () => {
  const { properties = {} } = schemaOf('pipeline') as Schema;
  const { items } = properties.specialists as { items?: Schema & { required?: string[] } };
  assert.ok(items?.properties?.promptFile);
  assert.ok(!items.required?.includes('prompt'));
});
