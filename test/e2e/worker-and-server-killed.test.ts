/**
 * Worker and server are killed once, in the middle of all that is under way: calls of foreign tools, calls that wait for a
 * person's approval, and a fork that waits for the reply of a call that it pays. Others take their place.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { WorkflowHandle } from '@temporalio/client';
import { forkedRun, forkInput, planOfFork } from '../../application/forks/fork-run.ts';
import { newRunId, startRun } from '../../application/runs/start-run.ts';
import type { Session } from '../../application/session/session.ts';
import { decideBoth, foreignToolCase, type Row } from '../../bench/durability/decide-both.ts';
import { questionInput } from '../../bench/support/question-input.ts';
import { openStack } from '../../bench/support/stack.ts';
import { startWorkerProcess } from '../../bench/support/worker-process.ts';
import { noEncryption } from '../../codecs/cipher.ts';
import { dataPaths } from '../../config/data-paths.ts';
import { loadConfig } from '../../config/load-config.ts';
import { journalFileName } from '../../contracts/model/journal-key.ts';
import type { AnswerOutcome } from '../../contracts/run.ts';
import { paidOf } from '../../contracts/usage-sum.ts';
import { lives } from '../../lib/process-lives.ts';
import { sessionOf } from '../application/session.ts';
import { openShop } from '../foreign-tools/shop.ts';
import { defaultFiles, pipeline, quickLimits, replayWorkerOf, writeFolder } from '../support/scene.ts';
import { type Cue, calls, goodDraft, roleOf, says, startTeam, unclear } from '../support/team.ts';
import { until } from '../support/until.ts';

const limit = { timeout: 290_000 };

/** Of the foreign server whose calls are under way; the tool named `order` has effects. */
const tools = ['order', 'search'] as const;

const asks = (tool: string) =>
  pipeline({
    router: null,
    specialists: [
      { name: 'code', purpose: 'code', prompt: `Ask ${tool}.`, tools: ['search_code', `mcp:open/${tool}`] },
    ],
    foreignTools: { [`mcp:open/${tool}`]: { effects: tool === 'order' } },
  });

const forkQuestion = 'Why does boil throw?';

function specialist(cue: Cue) {
  const { turn, system, user } = cue;
  const tool = tools.find((each) => system.includes(`Ask ${each}.`));
  if (turn === 0 && tool !== undefined) return calls([`mcp__open__${tool}`, { query: 'kettle' }]);
  if (turn === 0 && user.includes(forkQuestion)) return calls(['search_code', { query: 'boil' }]);
  return foreignToolCase.team.specialist(cue);
}

/** The judge of the fork, who is asked while `reply` is awaited. */
const judge = { reply: null as Promise<void> | null, asked: Promise.withResolvers<void>() };

/** In the fork: two specialists with two turns each, a judge for each, and the synthesis: eight calls. */
const team = {
  router: () => unclear('code', 'docs'),
  specialist,
  judge: async () => {
    const { reply } = judge;
    if (reply !== null) judge.asked.resolve();
    await reply;
    return says({ accepted: true, reasons: [] });
  },
  synthesizer: () => says({ ...goodDraft, answer: 'boil throws KETTLE_EMPTY.', superseded: [] }),
};

let seen: Awaited<ReturnType<typeof killInTheMiddle>>;
const opened = new AsyncDisposableStack();
before(async () => {
  seen = await killInTheMiddle();
}, limit);
after(() => opened.disposeAsync());

async function killInTheMiddle() {
  const model = opened.use(await startTeam(team));
  const stack = opened.use(await openStack(null));
  const repository = join(stack.dataDirectory, 'repository');
  await writeFolder(repository, defaultFiles);
  // The calls of one are allowed and take longer than the test; those of the other are asked for.
  const [open, shop] = [opened.use(openShop({ policy: 'allow' })), opened.use(openShop())];
  open.behave({ delayMs: 3_600_000 });
  const servers = join(open.folder, 'servers.json');
  writeFileSync(servers, JSON.stringify({ mcpServers: { open: open.servers.shop, shop: shop.servers.shop } }));
  const config = { ...stack.config, model: { ...stack.config.model, baseUrl: model.url, specialist: 'test-model' } };
  const { taskQueue } = config;
  const settings = { OPENAI_API_KEY: 'sk-test', SWITCHYARD_MCP_SERVERS: servers };
  const newWorker = () => startWorkerProcess({ ...stack, config }, 'worker/main.ts', settings);
  let worker = await newWorker();
  opened.defer(() => worker.kill());
  const session = opened.use(await sessionOf({ address: stack.address, taskQueue }));

  const forked = await runBeforeFork(session, repository);
  const paidBefore = model.requests.length;
  const { prepared, historyBefore, journalBefore } = await forkOf(session, forked, stack.dataDirectory);
  const reply = Promise.withResolvers<void>();
  judge.reply = reply.promise;
  const fork = await startRun(session, prepared.input, newRunId('fork'));
  const limits = { ...quickLimits, heartbeatSeconds: 2 };
  const called = await Promise.all(
    tools.map((tool) => {
      const input = questionInput('When does boil throw?', asks(tool), { repository, limits });
      return stack.client.workflow.start('answerQuestion', { args: [input], taskQueue, workflowId: tool });
    }),
  );
  const decisions = await decideBoth(
    {
      ...{ stack, shop, repository, taskQueue },
      killWorker: () => worker.kill(),
      startWorker: async () => {
        worker = await newWorker();
      },
      onPending: async () => {
        await until(async () => (open.calls().length === tools.length ? true : null), 60);
        await judge.asked.promise;
      },
      beforeWorker: async () => {
        // The call that it is at keeps a foreign server, although its stdin has ended.
        const started = [...open.starts(), ...shop.starts()];
        assert.ok(started.length > 0);
        await until(async () => (!started.some(({ pid }) => lives(pid)) ? true : null), 20);
        open.behave({});
        judge.reply = null;
        reply.resolve();
      },
    },
    'a foreign tool',
    foreignToolCase,
    'decide',
  );
  const ends = (await Promise.all([...called, fork.handle].map((handle) => handle.result()))) as AnswerOutcome[];
  for (const handle of called) assert.equal(await replayed(handle), null);
  const requests = model.requests.slice(paidBefore).filter(({ text }) => text.includes(forkQuestion));
  return {
    called: Object.fromEntries(
      tools.map((tool, at) => {
        const made = open.calls().filter(({ name }) => name === tool).length;
        return [tool, { kind: ends[at]?.kind, made, foreign: ends[at]?.state.tools_called[0]?.foreign }];
      }),
    ),
    decisions,
    fork: {
      end: ends.at(-1),
      atMost: prepared.plan.atMost.calls,
      paidBefore,
      roles: requests.map(roleOf),
      historyIsKept: isDeepStrictEqual(await forked.handle.fetchHistory(), historyBefore),
      journalIsKept: readFileSync(journalOf(stack.dataDirectory, forked.runId)).equals(journalBefore),
    },
  };
}

type Started = Awaited<ReturnType<typeof startRun>>;

async function runBeforeFork(session: Session, repository: string): Promise<Started> {
  const about = { repository, limits: { ...quickLimits, modelCallAttempts: 3 } };
  const run = await startRun(
    session,
    questionInput(forkQuestion, pipeline({ gate: { judge: {} } }), about),
    newRunId(),
  );
  assert.equal(((await run.handle.result()) as AnswerOutcome).kind, 'answered');
  return run;
}

/** From the second turn of one specialist on: its draft, the judge of that, and the synthesis are paid. */
async function forkOf(session: Session, { handle, runId, workflowId }: Started, dataDirectory: string) {
  const [historyBefore, journalBefore] = [await handle.fetchHistory(), readFileSync(journalOf(dataDirectory, runId))];
  const options = { from: 'code try 1 turn 2' };
  const settings = loadConfig({ SWITCHYARD_HOME: dataDirectory });
  const known = await forkedRun(session, workflowId);
  const prepared = await planOfFork(session, known, await forkInput(known, options, settings));
  return { prepared, historyBefore, journalBefore };
}

const journalOf = (dataDirectory: string, runId: string) =>
  join(dataPaths(dataDirectory).journal, journalFileName(runId));

const replayed = async (handle: WorkflowHandle) =>
  replayWorkerOf(noEncryption).replay(await handle.fetchHistory(), handle.workflowId);

test('a call with effects whose worker was killed is not made again: its outcome is unknown, and the run goes on', () => {
  assert.deepEqual(seen.called.order, {
    kind: 'answered',
    made: 1,
    foreign: { server: 'open', end: 'unknown', failure: 'ForeignOutcomeUnknown' },
  });
});

test('a call that only reads is made again after its worker was killed', () => {
  const foreign = { server: 'open', end: 'answered' };
  assert.deepEqual(seen.called.search, { kind: 'answered', made: 2, foreign });
});

test('a call that is approved after worker and server were killed, or while no worker ran, is made once', () => {
  assert.deepEqual(
    seen.decisions.map(({ decided, applied, outcome, made }: Row) => [decided, applied, outcome, made]),
    [
      ['after a restart', 1, 'answered', 1],
      ['while no worker ran', 1, 'answered', 1],
    ],
  );
});

test('a fork that is killed in its middle pays nothing twice, and leaves the run before it alone', () => {
  const { end, atMost, paidBefore, roles, historyIsKept, journalIsKept } = seen.fork;
  assert.deepEqual([paidBefore, atMost], [8, 3]);
  assert.equal(end?.kind, 'answered');
  assert.equal(end.state.final_answer, 'boil throws KETTLE_EMPTY.');
  // The judge was asked when all was killed: its reply had not arrived, so that it is asked once more.
  assert.deepEqual(roles, ['specialist', 'judge', 'judge', 'synthesizer']);
  assert.deepEqual([paidOf(end.state.usage).modelCalls, end.state.usage.reused?.modelCalls], [3, 5]);
  assert.ok(historyIsKept, 'its history is what it was');
  assert.ok(journalIsKept, 'its journal is what it was');
});
