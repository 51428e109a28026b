/** Forks: a run that takes every unchanged finished call of another one, and pays for the rest. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WorkflowHandle } from '@temporalio/client';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import type { RunStep } from '../../contracts/reuse.ts';
import type { AnswerOutcome, QuestionInput } from '../../contracts/run.ts';
import { paidOf } from '../../contracts/usage-sum.ts';
import { restsOn } from '../../contracts/run-steps.ts';
import { openScene, pipeline, replayAtEachTask, type Scene } from '../support/scene.ts';
import { sceneOfFile } from '../support/scene-of-file.ts';
import { calls, goodDraft, roleOf, says, type Team, unclear } from '../support/team.ts';

replayAtEachTask();
const file = sceneOfFile();

const question = 'When does boil throw?';

/** Two specialists whose drafts are both accepted; no reply is ever the same as one before it. */
function freshWords(): Partial<Team> {
  let said = 0;
  const next = () => (said += 1);
  return {
    router: () => unclear('code', 'docs'),
    specialist: ({ turn }) =>
      turn === 0
        ? calls(['search_code', { query: `boil ${next()}` }])
        : says({ ...goodDraft, answer: `${goodDraft.answer} Said ${next()}.` }),
    synthesizer: () => says({ ...goodDraft, answer: `${goodDraft.answer} In all ${next()}.`, superseded: [] }),
    judge: () => says({ accepted: true, reasons: [], note: next() }),
  };
}

const twoRoutes = (more: Record<string, unknown> = {}): PipelineSpec => pipeline({ gate: { judge: {} }, ...more });

async function played(scene: Scene, spec: PipelineSpec, forkOf?: QuestionInput['forkOf']) {
  const handle = await scene.start(question, { pipeline: spec, ...(forkOf === undefined ? {} : { forkOf }) });
  const outcome = (await handle.result()) as AnswerOutcome;
  return { outcome, usage: outcome.state.usage, ...(await refOf(handle)) };
}

async function refOf(handle: WorkflowHandle) {
  return { workflowId: handle.workflowId, runId: (await handle.describe()).runId };
}

type Played = Awaited<ReturnType<typeof played>>;
let original: Promise<Played & { requests: number }> | undefined;

/** The run that each test makes forks of, and how many requests it took. */
const playedFirst = () => (original ??= playFirst());

async function playFirst() {
  file.play(freshWords());
  const old = await played(file.scene, twoRoutes());
  assert.equal(old.outcome.kind, 'answered');
  const asked = file.asked.map(roleOf);
  assert.equal(asked.filter((role) => role === 'synthesizer').length, 1);
  return { ...old, requests: asked.length };
}

const ref = ({ workflowId, runId }: { workflowId: string; runId: string }) => ({ workflowId, runId });

test('a fork with another synthesizer prompt pays for one call, and one without a change for none', async () => {
  const old = await playedFirst();
  const { scene, model } = file;
  const before = model.requests.length;
  const same = await played(scene, twoRoutes(), ref(old));
  assert.equal(model.requests.length, before, 'nothing was asked');
  assert.equal(same.outcome.state.final_answer, old.outcome.state.final_answer);
  assert.equal(paidOf(same.usage).tokens, 0);
  assert.equal(same.usage.modelCalls, old.usage.modelCalls, 'all of it counts against its budget');
  const { synthesis } = twoRoutes();
  const edited = twoRoutes({ synthesis: { ...synthesis, prompt: 'Write one short answer.' } });
  const fork = await played(scene, edited, ref(old));
  assert.deepEqual(model.requests.slice(before).map(roleOf), ['synthesizer']);
  assert.notEqual(fork.outcome.state.final_answer, old.outcome.state.final_answer);
  assert.equal(paidOf(fork.usage).modelCalls, 1);
  // Forked again, with the prompt that its own run before had not: that of the first run is found behind it.
  const again = await played(scene, twoRoutes(), { ...ref(fork), earlier: [ref(old)] });
  assert.equal(again.outcome.state.final_answer, old.outcome.state.final_answer);
  assert.equal(model.requests.length, before + 1);
  assert.equal(paidOf(again.usage).modelCalls, 0);
});

test('from a step on all is asked anew, though it is unchanged; what works beside it is taken', async () => {
  const old = await playedFirst();
  const { scene, model } = file;
  const paidFrom = async (from: RunStep) => {
    const before = model.requests.length;
    const { outcome } = await played(scene, twoRoutes(), { ...ref(old), from });
    assert.equal(outcome.kind, 'answered');
    return model.requests.slice(before).map(roleOf).toSorted().join(' ');
  };
  assert.equal(await paidFrom({ stage: 'synthesis' }), 'synthesizer');
  assert.equal(await paidFrom({ stage: 'gate', specialist: 'code', round: 1 }), 'judge synthesizer');
  const turn = { stage: 'specialist', specialist: 'code', round: 1, turn: 2 } as const;
  assert.equal(await paidFrom(turn), 'judge specialist synthesizer');
  assert.equal(await paidFrom({ ...turn, turn: 1 }), 'judge specialist specialist synthesizer');
});

test('another model is another request: the fork pays for all', async () => {
  const old = await playedFirst();
  const { dataDirectory } = file.scene;
  const before = file.model.requests.length;
  const model = { router: 'other', specialist: 'other', judge: 'other', synthesizer: 'other' };
  await using other = await openScene({ modelUrl: file.model.url, dataDirectory, keepsDirectory: true, model });
  const fork = await played(other, twoRoutes(), ref(old));
  assert.equal(file.model.requests.length, before + old.requests);
  assert.equal(fork.usage.reused, undefined);
});

test('what rests on a step: its own stage and specialist from there, later rounds, and the synthesis', () => {
  const draft = (specialist: string, round: number, turn = 1) =>
    ({ stage: 'specialist', specialist, round, turn }) as const;
  const review = (specialist: string, round: number) => ({ stage: 'gate', specialist, round }) as const;
  const [route, synthesis] = [{ stage: 'routing' } as const, { stage: 'synthesis' } as const];
  const course: RunStep[] = [
    route,
    draft('a', 1),
    draft('b', 1),
    review('a', 1),
    review('b', 1),
    draft('a', 2),
    synthesis,
  ];
  const resting = (from: RunStep) => course.map((step) => (restsOn(step, from) ? 'x' : '-')).join('');
  assert.equal(resting(route), 'xxxxxxx');
  assert.equal(resting(draft('a', 1)), '-x-x-xx');
  assert.equal(resting(draft('a', 1, 2)), '---x-xx');
  assert.equal(resting(review('b', 1)), '----xxx');
  assert.equal(resting(draft('a', 2)), '-----xx');
  assert.equal(resting(synthesis), '------x');
});
