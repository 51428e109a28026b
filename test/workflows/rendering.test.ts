import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openScene, pipeline } from '../support/scene.ts';
import { calls, goodDraft, says, startTeam } from '../support/team.ts';

test('tool results that are gone from the store are rendered again, byte for byte, though every turn uses the same call id', async () => {
  let home = '';
  let removed = 0;
  const seen: string[][] = [];
  await using team = await startTeam({
    specialist: ({ turn, messages }) => {
      seen.push(messages.filter(({ role }) => role === 'tool').map(({ content }) => content ?? ''));
      if (turn === 0) return calls(['search_code', { query: 'boil' }]);
      if (turn === 1) return calls(['read_lines', { path: 'lib/kettle.js' }]);
      if (turn > 2) return says(goodDraft);
      removed = removeToolResults(home);
      return calls(['search_code', { query: 'water' }]);
    },
  });
  await using scene = await openScene({ modelUrl: team.url });
  home = scene.home;
  const { kind } = await scene.ask('When does boil throw?', { pipeline: pipeline() });
  assert.equal(removed, 2);
  assert.equal(kind, 'answered');
  assert.equal(seen[3]?.length, 3);
  assert.deepEqual(seen[3]?.slice(0, 2), seen[2]);
});

/** Removes what the tools showed from the content store; turns and drafts are JSON and stay. */
function removeToolResults(home: string): number {
  const folder = join(home, 'content');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const results = files
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !readFileSync(file, 'utf8').startsWith('{'));
  for (const file of results) rmSync(file);
  return results.length;
}
