/** Workers that are killed in the middle of a call of a foreign tool; a server that goes with them; a call that is approved after restarts. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { promisify } from 'node:util';
import type { AnswerOutcome } from '../../contracts/run.ts';
import { openShop, type Shop } from '../foreign-tools/shop.ts';
import { openScene, pipeline } from '../support/scene.ts';
import { calls, goodDraft, says, startTeam } from '../support/team.ts';
import { checkout } from '../support/temporal.ts';
import { until } from '../support/until.ts';
import { startWorkerProcess } from '../support/worker-process.ts';

const limit = { timeout: 290_000 };

const tools = ['order', 'search'] as const;

const one = (tool: string) =>
  pipeline({
    router: null,
    specialists: [
      { name: 'code', purpose: 'code', prompt: `Ask ${tool}.`, tools: ['search_code', `mcp:shop/${tool}`] },
    ],
    foreignTools: { [`mcp:shop/${tool}`]: { effects: tool === 'order' } },
  });

/** As the setting names it. */
function serversFile({ folder, servers }: Shop): string {
  const file = join(folder, 'servers.json');
  writeFileSync(file, JSON.stringify({ mcpServers: servers }));
  return file;
}

type Ended = { kind: string; made: number; foreign: unknown };

/** Kills the worker while a call of each tool is under way, and lets another one end the runs. */
async function killedInTheirCalls(): Promise<Record<string, Ended>> {
  using shop = openShop({ policy: 'allow' });
  shop.behave({ delayMs: 3_600_000 });
  await using team = await startTeam({
    specialist: ({ turn, system }) => {
      const tool = tools.find((each) => system.includes(`Ask ${each}.`));
      return turn === 0 ? calls([`mcp__shop__${tool}`, { query: 'kettle' }]) : says(goodDraft);
    },
  });
  await using scene = await openScene({ modelUrl: team.url });
  const taskQueue = `foreign-${randomUUID()}`;
  const place = { address: scene.address, dataDirectory: scene.dataDirectory, taskQueue, modelUrl: team.url };
  const settings = { SWITCHYARD_MCP_SERVERS: serversFile(shop) };
  await using first = await startWorkerProcess(place, settings);
  const handles = await Promise.all(
    tools.map((tool) => scene.start('When does boil throw?', { pipeline: one(tool), taskQueue })),
  );
  await until(async () => (shop.calls().length === tools.length ? true : null), 60);
  const started = shop.starts();
  assert.ok(started.length > 0);
  await first.kill('SIGKILL');
  // The call that it is at keeps it, although its stdin has ended.
  await until(async () => (started.every(({ pid }) => isGone(pid)) ? true : null), 20);
  shop.behave({});
  await using _second = await startWorkerProcess(place, settings);
  const ends = await Promise.all(handles.map((handle) => handle.result() as Promise<AnswerOutcome>));
  return Object.fromEntries(
    ends.map(({ kind, state }, at) => {
      const made = shop.calls().filter(({ name }) => name === tools[at]).length;
      return [tools[at], { kind, made, foreign: state.tools_called[0]?.foreign }];
    }),
  );
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}

let ended: Record<string, Ended>;
before(async () => {
  ended = await killedInTheirCalls();
}, limit);

test('a call with effects whose worker was killed is not made again: its outcome is unknown, and the run goes on', () => {
  assert.deepEqual(ended.order, {
    kind: 'answered',
    made: 1,
    foreign: { server: 'shop', end: 'unknown', failure: 'ForeignOutcomeUnknown' },
  });
});

test('a call that only reads is made again after its worker was killed', () => {
  assert.deepEqual(ended.search, { kind: 'answered', made: 2, foreign: { server: 'shop', end: 'answered' } });
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
