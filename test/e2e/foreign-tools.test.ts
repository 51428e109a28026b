/** Workers that are killed in the middle of a call of a foreign tool; a server that goes with them; a call that is approved after restarts. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import type { AnswerOutcome } from '../../contracts/run.ts';
import { openShop, type Shop } from '../foreign-tools/shop.ts';
import { openScene, pipeline } from '../support/scene.ts';
import { calls, goodDraft, says, startTeam } from '../support/team.ts';
import { checkout } from '../support/temporal.ts';
import { until } from '../support/until.ts';
import { startWorkerProcess } from '../support/worker-process.ts';

const limit = { timeout: 200_000 };

const one = (tool: string) =>
  pipeline({
    router: null,
    specialists: [{ name: 'code', purpose: 'code', prompt: 'Answer.', tools: ['search_code', `mcp:shop/${tool}`] }],
    foreignTools: { [`mcp:shop/${tool}`]: { effects: tool === 'order' } },
  });

/** As the setting names it. */
function serversFile({ folder, servers }: Shop): string {
  const file = join(folder, 'servers.json');
  writeFileSync(file, JSON.stringify({ mcpServers: servers }));
  return file;
}

/** Kills the worker while the call is under way, and lets another one end the run. */
async function killedInACall(tool: 'search' | 'order') {
  using shop = openShop({ policy: 'allow' });
  shop.behave({ delayMs: 3_600_000 });
  await using team = await startTeam({
    specialist: ({ turn }) => (turn === 0 ? calls([`mcp__shop__${tool}`, { query: 'kettle' }]) : says(goodDraft)),
  });
  await using scene = await openScene({ modelUrl: team.url });
  const taskQueue = `foreign-${randomUUID()}`;
  const place = { address: scene.address, dataDirectory: scene.dataDirectory, taskQueue, modelUrl: team.url };
  const settings = { SWITCHYARD_MCP_SERVERS: serversFile(shop) };
  await using first = await startWorkerProcess(place, settings);
  const handle = await scene.start('When does boil throw?', { pipeline: one(tool), taskQueue });
  await until(async () => (shop.calls().length === 1 ? true : null), 60);
  const [started] = shop.starts();
  assert.ok(started !== undefined);
  await first.kill('SIGKILL');
  // The call that it is at keeps it, although its stdin has ended.
  await until(async () => (isGone(started.pid) ? true : null), 20);
  shop.behave({});
  await using _second = await startWorkerProcess(place, settings);
  const { kind, state } = (await handle.result()) as AnswerOutcome;
  return { kind, made: shop.calls().length, foreign: state.tools_called[0]?.foreign };
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}

test(
  'a call with effects whose worker was killed is not made again: its outcome is unknown, and the run goes on',
  limit,
  async () => {
    assert.deepEqual(await killedInACall('order'), {
      kind: 'answered',
      made: 1,
      foreign: { server: 'shop', end: 'unknown', failure: 'ForeignOutcomeUnknown' },
    });
  },
);

test('a call that only reads is made again after its worker was killed', limit, async () => {
  assert.deepEqual(await killedInACall('search'), {
    kind: 'answered',
    made: 2,
    foreign: { server: 'shop', end: 'answered' },
  });
});

test(
  'a call that is approved after worker and server were killed, or while no worker ran, is made once',
  limit,
  async () => {
    const script = join(checkout, 'bench/durability/decisions.ts');
    const { stdout } = await promisify(execFile)(process.execPath, [script, '--json', '--kind', 'a foreign tool'], {
      cwd: checkout,
    });
    const rows = JSON.parse(stdout) as { decided: string; applied: number; outcome: string; made: number }[];
    assert.deepEqual(
      rows.map(({ decided, applied, outcome, made }) => [decided, applied, outcome, made]),
      [
        ['after a restart', 1, 'answered', 1],
        ['while no worker ran', 1, 'answered', 1],
      ],
    );
  },
);
