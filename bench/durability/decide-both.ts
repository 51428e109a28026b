/** Two runs that ask a person the same, whose worker and server are killed while they wait: one is decided meanwhile, one afterwards. */
import type { Connection, WorkflowHandle } from '@temporalio/client';
import { decideRun } from '../../application/runs/decide-run.ts';
import type { Decision, DecisionRequest } from '../../contracts/decision.ts';
import type { AnswerOutcome } from '../../contracts/run.ts';
import { pipeline, quickLimits } from '../../test/support/scene.ts';
import type { Shop } from '../../test/foreign-tools/shop.ts';
import { calls, goodDraft, says, type Team } from '../../test/support/team.ts';
import { until } from '../../test/support/until.ts';
import { questionInput } from '../support/question-input.ts';
import type { Stack } from '../support/stack.ts';

export const moments = ['after a restart', 'while no worker ran'] as const;
export type Moment = (typeof moments)[number];

/** A way in which a run asks a person. */
export type Case = {
  team?: Partial<Team>;
  pipeline: Record<string, unknown>;
  decision: Omit<Decision, 'requestId' | 'by'>;
  outcome: AnswerOutcome['kind'];
};

/** What the policy of each kind of request is. */
export const ask = { policy: 'ask' };

/** A call of the tool `order` of the foreign server `shop`; what is ordered is the moment. */
export const foreignToolCase = {
  team: {
    specialist: ({ turn, user }) => {
      const query = moments.find((decided) => user.includes(questionOf(decided)));
      return turn === 0 ? calls(['mcp__shop__order', { query }]) : says(goodDraft);
    },
  },
  pipeline: {
    router: null,
    specialists: [{ name: 'code', purpose: 'code', prompt: 'Answer.', tools: ['search_code', 'mcp:shop/order'] }],
    foreignTools: { 'mcp:shop/order': { effects: true } },
    decisions: { tool: ask },
  },
  decision: { decision: 'allow' },
  outcome: 'answered',
} as const satisfies Case;

export type Row = {
  kind: string;
  decided: string;
  answer: string;
  applied: number;
  outcome: string;
  /** Calls of the foreign server. */
  made: number;
  as_expected: boolean;
};

export type DecisionPlace = {
  stack: Stack;
  shop: Shop;
  /** A folder. */
  repository: string;
  taskQueue: string;
  /** The one worker of the queue. */
  killWorker: () => Promise<void>;
  startWorker: () => Promise<void>;
  /** Both runs wait for a person; both will be killed when this resolves. */
  onPending: () => Promise<void> | void;
  /** No worker runs; the server is back. */
  beforeWorker?: () => Promise<void>;
};

/** @param name of the runs, in their workflow ids */
export async function decideBoth(place: DecisionPlace, kind: string, each: Case, name: string): Promise<Row[]> {
  const { stack } = place;
  const server = { client: stack.client, connection: stack.client.connection as Connection };
  const handles = await Promise.all(moments.map((decided) => start(place, decided, each, name)));
  const pending = await Promise.all(
    handles.map((handle) => until(async () => (await pendingOf(handle))[0] ?? null, 60)),
  );
  await place.onPending();
  const decide = (at: number) => {
    const [handle, request] = [handles[at], pending[at]];
    if (handle === undefined || request === undefined) throw new Error(`no run is decided ${moments[at]}`);
    return decideRun(server, handle.workflowId, { requestId: request.requestId, by: 'ann', ...each.decision });
  };
  await place.killWorker();
  const early = await decide(moments.indexOf('while no worker ran'));
  await stack.killServer();
  await place.beforeWorker?.();
  await place.startWorker();
  const told = { 'after a restart': await decide(moments.indexOf('after a restart')), 'while no worker ran': early };
  const ends = await Promise.all(handles.map((handle) => handle.result() as Promise<AnswerOutcome>));
  return ends.map((end, at) => rowOf(place.shop, kind, each, moments[at] ?? 'after a restart', told, end));
}

type Told = Record<Moment, { kind: string }>;

function rowOf(shop: Shop, kind: string, each: Case, decided: Moment, told: Told, end: AnswerOutcome): Row {
  const { kind: outcome, state } = end;
  const applied = (state.decisions ?? []).filter(({ refused }) => refused === undefined).length;
  const made = shop.calls().filter(({ given }) => (given as { query?: string }).query === decided).length;
  const asExpected = outcome === each.outcome && made === (kind === 'a foreign tool' ? 1 : 0);
  return { kind, decided, answer: told[decided].kind, applied, outcome, made, as_expected: asExpected };
}

/** Each run is named by its question. */
function questionOf(decided: Moment): string {
  return `When does boil throw, asked ${decided}?`;
}

/** A worker that has just started on a busy machine may be late by seconds: none of its calls is to count as lost. */
function start(place: DecisionPlace, decided: Moment, each: Case, name: string): Promise<WorkflowHandle> {
  const { repository, taskQueue, stack } = place;
  const about = { repository, limits: { ...quickLimits, heartbeatSeconds: 20, modelCallAttempts: 1 } };
  const input = questionInput(questionOf(decided), pipeline(each.pipeline), about);
  const options = { args: [input], taskQueue, workflowId: `${name}-${moments.indexOf(decided)}` };
  return stack.client.workflow.start('answerQuestion', options);
}

async function pendingOf(handle: WorkflowHandle): Promise<DecisionRequest[]> {
  return handle.query<DecisionRequest[]>('pending').catch(() => []);
}
