/** kill -9 at seeded moments of a question, a supervisor that starts the program again at once, and what came of it. */
import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../../../lib/errors.ts';
import type { StubModel } from '../systems/model.ts';
import type { KillableWorker } from '../systems/system.ts';
import { quantile, round } from '../../support/figures.ts';

export type KillTarget = KillableWorker & { name: string; ask(id: string): Promise<void> };

export type KillTrial = {
  afterMs: number;
  /** From the kill until the answer was there; null: it never came. */
  toAnswerMs: number | null;
  restartMs: number;
  /** Calls asked again although their reply had been handed over before the kill. */
  finishedRepeated: number;
  /** Of each of those, how long before the kill: a worker needs some milliseconds to write a reply down. */
  finishedBeforeMs: number[];
  inFlightRepeated: number;
  problem: string | null;
};

export type KillFigures = {
  name: string;
  kills: number;
  p50Ms: number | null;
  worstMs: number | null;
  restartP50Ms: number;
  unanswered: number;
  finishedRepeated: number;
  inFlightRepeated: number;
  personActs: boolean;
  trials: KillTrial[];
};

const callsAQuestion = 5;
const golden = 0.618_034;
const stamp = Date.now().toString(36);

/** @param latencyMs of each model call; the kills are spread over the five of them */
export async function measureKills(
  target: KillTarget,
  model: StubModel,
  { kills, latencyMs }: { kills: number; latencyMs: number },
): Promise<KillFigures> {
  const trials: KillTrial[] = [];
  for (let at = 0; at < kills; at += 1) trials.push(await trial(target, model, at, latencyMs));
  await model.set(0);
  const times = trials.flatMap(({ toAnswerMs }) => (toAnswerMs === null ? [] : [toAnswerMs]));
  const sum = (pick: (each: KillTrial) => number) => trials.reduce((total, each) => total + pick(each), 0);
  return {
    name: target.name,
    kills,
    p50Ms: times.length === 0 ? null : quantile(times, 0.5),
    worstMs: times.length === 0 ? null : Math.max(...times),
    restartP50Ms: quantile(
      trials.map(({ restartMs }) => restartMs),
      0.5,
    ),
    unanswered: kills - times.length,
    finishedRepeated: sum(({ finishedRepeated }) => finishedRepeated),
    inFlightRepeated: sum(({ inFlightRepeated }) => inFlightRepeated),
    personActs: target.personActs,
    trials,
  };
}

async function trial(target: KillTarget, model: StubModel, at: number, latencyMs: number): Promise<KillTrial> {
  const id = `${target.name.replaceAll(' ', '-')}-kill-${stamp}-${at}`;
  const afterMs = 60 + ((at * golden) % 1) * latencyMs * callsAQuestion;
  await model.set(latencyMs);
  const asked = target.ask(id);
  asked.catch(() => {});
  await pause(afterMs);
  const [killedAt, began] = [Date.now(), performance.now()];
  let [restartMs, problem]: [number, string | null] = [0, null];
  try {
    await target.killAndStart();
    restartMs = performance.now() - began;
    await target.answerAfter(id, asked);
  } catch (error) {
    problem = messageOf(error);
  }
  const toAnswerMs = problem === null ? round(performance.now() - began, 0) : null;
  return {
    afterMs: round(afterMs, 0),
    toAnswerMs,
    restartMs: round(restartMs, 0),
    ...(await repeats(model, id, killedAt)),
    problem,
  };
}

async function repeats(model: StubModel, id: string, killedAt: number) {
  const counts = { finishedRepeated: 0, finishedBeforeMs: [] as number[], inFlightRepeated: 0 };
  for (const requests of Map.groupBy(await model.requestsOf(id), ({ call }) => call).values()) {
    const repliedMs = requests[0]?.repliedMs ?? null;
    const isFinished = repliedMs !== null && repliedMs <= killedAt;
    counts[isFinished ? 'finishedRepeated' : 'inFlightRepeated'] += requests.length - 1;
    if (isFinished && requests.length > 1) counts.finishedBeforeMs.push(killedAt - repliedMs);
  }
  return counts;
}
