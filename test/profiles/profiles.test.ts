import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startOfflineModel } from '../../offline-model/server/server.ts';
import { profiles } from './all.ts';
import { strictGateway } from './local.ts';
import { demoQuestions, runProfiles } from './run-profiles.ts';

/** The repositories are indexed once for all. */
const index = mkdtempSync(join(tmpdir(), 'switchyard-profiles-'));
after(() => rmSync(index, { recursive: true, force: true }));

// One question of the demo and both transports; `npm run profiles` asks all of them.
for (const [name, stream] of [
  ['streamed', true],
  ['in one piece', false],
] as const) {
  test(`every endpoint gives the same answer, ${name}, and is learned in three requests`, async () => {
    await using offline = await startOfflineModel();
    const questions = demoQuestions.slice(0, 1);
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
