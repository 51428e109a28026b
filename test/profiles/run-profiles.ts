/** Asks the demo's questions through profiles, and tells how that compares with the plain one. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadPipeline } from '../../application/pipelines/pipeline-files.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { openScene, type Scene } from '../support/scene.ts';
import { checkout } from '../support/temporal.ts';
import { plain } from './all.ts';
import type { Profile } from './profile.ts';
import { type ProfileServer, startProfiles } from './profile-server.ts';

export type DemoQuestion = { id: string; question: string; repository: string };

export const demoQuestions: readonly DemoQuestion[] = readFileSync(join(checkout, 'datasets/demo.jsonl'), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as DemoQuestion);

/** What must be the same everywhere, and the requests that it took. */
export type Asked = { answer: string; requests: number };

export type Row = {
  name: string;
  model: string;
  questions: number;
  /** Questions that were answered as on the plain profile: outcome, route, citations and their checks. */
  same: number;
  /** Requests more for the first question, while the endpoint is learned, and for those after it. */
  first: number;
  later: number;
  /** The sources of what was refused. */
  refused: string[];
  /** How the answers differ, for people. */
  differences: string[];
};

export type RunOptions = {
  offlineUrl: string;
  index: string;
  stream: boolean;
  questions: readonly DemoQuestion[];
  /** What the plain profile gave before; it is asked beside the others unless given. */
  expected?: readonly Asked[];
};

/**
 * All of them in one scene, side by side; each asks one question after another, so that what each costs can be counted. One
 * alone is asked under its own address.
 */
export async function runProfiles(profiles: readonly Profile[], options: RunOptions): Promise<Row[]> {
  const { offlineUrl, index, stream, expected } = options;
  const [only] = profiles.length === 1 ? profiles : [];
  const all = expected === undefined ? [plain(), ...profiles] : profiles;
  await using server = await startProfiles(all, offlineUrl, only && (only.base ?? '/v1'));
  await using scene = await openScene({ modelUrl: server.url, index, model: { stream, reasoningTokens: 4000 } });
  const ran = await Promise.all(all.map((profile) => askAll(profile, options, { server, scene })));
  const wanted = expected ?? ran.shift() ?? [];
  return profiles.map((profile, at) => rowOf(profile, ran[at] ?? [], wanted, server));
}

export async function runPlain({ offlineUrl, index, stream, ...options }: RunOptions): Promise<Asked[]> {
  const profile = plain();
  await using server = await startProfiles([profile], offlineUrl);
  await using scene = await openScene({ modelUrl: server.url, index, model: { stream } });
  return await askAll(profile, { offlineUrl, index, stream, ...options }, { server, scene });
}

type Stage = { server: ProfileServer; scene: Scene };

async function askAll({ model }: Profile, { questions }: RunOptions, { server, scene }: Stage): Promise<Asked[]> {
  const pipeline = withModel(await loadPipeline('orchestrated'), model);
  const asked: Asked[] = [];
  for (const { question, repository } of questions) {
    const before = requestsOf(server, model);
    const place = { kind: 'path', path: join(checkout, 'datasets', repository) } as const;
    const { kind, state } = await scene.ask(question, { pipeline, repository: place });
    if (state.evidence.length === 0) throw new Error(`${model}: ${question} ended as ${kind}, with no evidence`);
    const evidence = state.evidence.map((each) => `${each.path}:${each.firstLine}-${each.lastLine} ${each.status}`);
    const answer = JSON.stringify([kind, state.route, ...evidence]);
    asked.push({ answer, requests: requestsOf(server, model) - before });
  }
  return asked;
}

/** Not counted: what is sent again under the same key, when a busy machine has lost an attempt. */
function requestsOf({ requests }: ProfileServer, model: string): number {
  return new Set(requests.filter(({ body }) => body.model === model).map(({ headers }) => headers['idempotency-key']))
    .size;
}

function withModel(pipeline: PipelineSpec, model: string): PipelineSpec {
  const { gate, router } = pipeline;
  return {
    ...pipeline,
    router: router === null ? null : { ...router, model },
    specialists: pipeline.specialists.map((each) => ({ ...each, model })),
    gate: gate === null || gate.judge === null ? gate : { ...gate, judge: { ...gate.judge, model } },
    synthesis: { ...pipeline.synthesis, model },
  };
}

function rowOf({ name, model }: Profile, asked: Asked[], expected: readonly Asked[], { refused }: ProfileServer): Row {
  const more = asked.map(({ requests }, at) => requests - (expected[at]?.requests ?? 0));
  const differences = asked.flatMap(({ answer }, at) =>
    answer === expected[at]?.answer ? [] : [`${answer}, not ${expected[at]?.answer}`],
  );
  return {
    name,
    model,
    questions: asked.length,
    same: asked.length - differences.length,
    first: more[0] ?? 0,
    later: more.slice(1).reduce((sum, each) => sum + each, 0),
    refused: refused.filter((each) => each.model === model).map(({ seen }) => seen),
    differences,
  };
}
