/** One of two workers killed under load, each with a data directory of its own: what becomes of the questions, and what is paid twice. */
import { setTimeout as pause } from 'node:timers/promises';
import { createCipher } from '../../codecs/cipher.ts';
import { unpackedEntry } from '../../models/journal-entry.ts';
import { round } from '../support/figures.ts';
import type { World } from '../peers/systems/world.ts';
import { inLanes, openTeam } from './team.ts';
import type { TeamServer } from './temporal-on-postgres.ts';

export type KillFigures = {
  questions: number;
  answered: number;
  /** How those ended that were not answered. */
  otherwise: string[];
  /** Questions that had not ended when the worker was killed. */
  inFlight: number;
  calls: number;
  requests: number;
  /** The first reply was in the shared store when the worker was killed: must be 0. */
  repeatedAfterStored: number;
  /** It had left the model, and was on its way into the store. */
  repeatedOnTheWay: number;
  /** The model was still at work for the worker that was killed. */
  repeatedInFlight: number;
  /** From the kill to the last answer. */
  seconds: number;
};

const latencyMs = 300;

export async function killWorker(
  world: World,
  server: TeamServer,
  { trial, questions, afterRequests }: { trial: number; questions: number; afterRequests: number },
): Promise<KillFigures> {
  const name = `kill-${trial}`;
  await using team = await openTeam(world, server, { name, workers: 2, keeping: 'shared' });
  await world.model.set(0);
  await inLanes(8, 16, async (at) => void (await team.ask(`warm-${name}-${at}`)));
  await world.model.set(latencyMs);
  let open = questions;
  const otherwise: string[] = [];
  const all = Array.from({ length: questions }, (_, at) =>
    team
      .ask(`${name}-${at}`)
      .catch((error: unknown) => void otherwise.push(String(error).slice(0, 300)))
      .finally(() => {
        open -= 1;
      }),
  );
  while (open > 0 && (await world.model.requests()).length < afterRequests) await pause(20);
  const inFlight = open;
  await team.workers[0]?.kill('SIGKILL');
  const killedAt = Date.now();
  const stored = await storedCalls(server);
  await Promise.all(all);
  const seconds = round((Date.now() - killedAt) / 1000, 1);
  const requests = (await world.model.requests()).filter(({ run }) => run.startsWith(`${name}-`));
  const counts = { repeatedAfterStored: 0, repeatedOnTheWay: 0, repeatedInFlight: 0 };
  const byKey = Map.groupBy(requests, ({ key }) => key);
  for (const [key, [first, ...again]] of byKey) {
    if (first === undefined || again.length === 0) continue;
    if (stored.has(key)) counts.repeatedAfterStored += again.length;
    else if (first.repliedMs !== null && first.repliedMs <= killedAt) counts.repeatedOnTheWay += again.length;
    else counts.repeatedInFlight += again.length;
  }
  const answered = questions - otherwise.length;
  const totals = { calls: byKey.size, requests: requests.length };
  return { questions, answered, otherwise, inFlight, ...totals, ...counts, seconds };
}

/** By the key that the model server is sent. */
async function storedCalls(server: TeamServer): Promise<Set<string>> {
  const none = createCipher([]);
  const keys = server.storedEntries().flatMap((packed) => {
    const entry = unpackedEntry(packed, none);
    return entry?.kind === 'reply' ? [`${entry.key.workflowId}/${entry.key.runId}/${entry.key.callKey}`] : [];
  });
  return new Set(keys);
}
