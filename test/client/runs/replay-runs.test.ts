import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { historyPath, readStored } from '../../replay/stored.ts';
import { keysWithCapitals } from '../snake-keys.ts';
import { temporaryFolder } from '../run-command.ts';
import { runInProcess } from '../run-in-process.ts';

test('replay says which run the code fits, and of the others the first command that differs', async () => {
  using folder = temporaryFolder();
  const env = { SWITCHYARD_HOME: folder.path };
  const history = structuredClone(readStored('route-only'));
  const scheduled = history.events?.find((event) => event.activityTaskScheduledEventAttributes);
  const { activityType } = scheduled?.activityTaskScheduledEventAttributes ?? {};
  assert.ok(activityType);
  activityType.name = 'anotherActivity';
  const other = join(folder.path, 'other.json');
  writeFileSync(other, historyToJSON(history));
  const { code, stdout, stderr } = await runInProcess(['replay', historyPath('route-only'), other, '--json'], { env });
  assert.equal(code, 1, stderr);
  const [fits, differs] = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(keysWithCapitals([fits, differs]), []);
  assert.deepEqual([fits.workflow_id, fits.difference], [historyPath('route-only'), null]);
  assert.match(differs.difference, /^\[TMPRL1100\] .*'anotherActivity' does not match .*'routeQuestion'$/);
  assert.match(stderr, /1 of 2 do not replay/);

  const nothing = await runInProcess(['replay'], { env });
  assert.deepEqual([nothing.code, /--recent/.test(nothing.stderr)], [2, true]);
  writeFileSync(other, 'no JSON');
  const broken = await runInProcess(['replay', other], { env });
  assert.deepEqual([broken.code, /other\.json is no Temporal history/.test(broken.stderr)], [2, true]);
});
