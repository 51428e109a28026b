import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startOfflineModel } from '../../offline-model/server/server.ts';
import { profiles } from './all.ts';
import { strictGateway } from './local.ts';
import { checkout } from '../support/temporal.ts';
import { runProfiles } from './run-profiles.ts';
import { tableIn } from './table.ts';

/** The repositories are indexed once for all. */
const index = mkdtempSync(join(tmpdir(), 'switchyard-profiles-'));
after(() => rmSync(index, { recursive: true, force: true }));

/** About a small repository, found from the folder of the datasets; `npm run profiles` asks all questions of the demo. */
const questions = [{ id: 'flags', question: 'How are option flags parsed?', repository: '../node_modules/commander' }];

for (const [name, stream] of [
  ['streamed', true],
  ['in one piece', false],
] as const) {
  test(`every endpoint gives the same answer, ${name}, and is learned in three requests`, async () => {
    await using offline = await startOfflineModel();
    const rows = await runProfiles(
      [...profiles, strictGateway].map((make) => make()),
      { offlineUrl: offline.url, index, stream, questions },
    );
    assert.deepEqual(
      rows.flatMap((row) => row.differences.map((difference) => `${row.name}: ${difference}`)),
      [],
    );
    // The gateway names one field in each refusal, and takes fewer fields than any real endpoint.
    for (const row of rows.slice(0, -1)) assert.ok(row.first >= 0 && row.first <= 3, JSON.stringify(row));
  });
}

test('each rule and form says where it was seen, and the docs have a row for each endpoint', () => {
  const rows = tableIn(readFileSync(join(checkout, 'docs/models.md'), 'utf8'))
    .split('\n')
    .slice(2);
  const made = profiles.map((make) => make());
  assert.deepEqual(
    rows.map((row) => row.split('|')[1]?.trim()),
    made.map(({ name }) => name),
  );
  for (const row of rows) assert.equal(row.match(/4 of 4/g)?.length, 2, row);
  for (const { name, seen, rules } of made)
    for (const source of [...seen, ...rules.map((rule) => rule.seen)])
      assert.match(source, /^[\w.-]+\/[\w.-]+#\d+|^[\w.-]+\.(com|dev|ai)\//, name);
});
