/** Has the server start a benchmark every night: each night runs under an id and in a folder of its own. */
import { ScheduleAlreadyRunning, ScheduleNotFoundError, ScheduleOverlapPolicy } from '@temporalio/client';
import { workflowTypes } from '../../contracts/names.ts';
import { benchmarkIds } from '../../application/benchmarks/benchmark-folders.ts';
import { createBenchmark } from './benchmark-folder.ts';
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../../lib/errors.ts';
import { listenForInterrupt } from '../terminal/interrupt.ts';
import { note, print, printJson } from '../terminal/output.ts';
import { printableLine } from '../../lib/printable.ts';
import { agreed, type PlanOptions, planBenchmark } from './plan-benchmark.ts';
import { readSettings } from '../../application/read-settings.ts';
import { openSession, type Session } from '../../application/session/session.ts';
import { benchmarkInput, benchmarkStart } from './start-benchmark.ts';
import type { Printed } from '../output-schemas/output-schemas.ts';

export type ScheduleOptions = Omit<PlanOptions, 'cache'> & {
  at: { hour: number; minute: number };
  yes: boolean;
  json: boolean;
};

/** The folder of the schedule's id is the template of every night's. */
export async function createSchedule(options: ScheduleOptions): Promise<number> {
  const settings = readSettings();
  const { name } = options;
  if (name !== undefined && (await benchmarkIds(settings.dataDirectory)).includes(name))
    throw new UsageError(`there is already a benchmark or a schedule ${name}: give another --name`);
  // What changes overnight is what it is there to show.
  const planned = await planBenchmark({ ...options, cache: false }, settings);
  if (!(await agreed(planned, options))) return exitCodes.worked;
  const { manifest, chosen } = planned;
  const { id } = manifest;
  await createBenchmark(settings, manifest, chosen.text);
  return withSession(async (session) => {
    const { concurrency, limit = null, at } = options;
    const input = await benchmarkInput(session, id, { concurrency, limit }, settings);
    const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const create = session.client.schedule.create({
      scheduleId: id,
      spec: { calendars: [at], timezone },
      action: {
        ...benchmarkStart(id, { ...input, scheduled: true }),
        type: 'startWorkflow',
        workflowType: workflowTypes.runBenchmark,
        taskQueue: session.taskQueue,
        workflowId: id,
      },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '12 hours' },
    });
    await create.catch((error: unknown) => {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error;
      throw new UsageError(`there is already a schedule ${id}: give another --name`);
    });
    const time = [at.hour, at.minute].map((part) => String(part).padStart(2, '0')).join(':');
    if (options.json) printJson({ id, at: time, timezone } satisfies Printed<'bench schedule'>);
    else print(`${id} runs every night at ${time} (${timezone}), while "switchyard up" or a worker is running`);
    return exitCodes.worked;
  });
}

export function listSchedules(json: boolean): Promise<number> {
  return withSession(async (session) => {
    let found = 0;
    for await (const { scheduleId, action, info } of session.client.schedule.list()) {
      if (action?.workflowType !== workflowTypes.runBenchmark) continue;
      found += 1;
      const next = info.nextActionTimes[0]?.toISOString() ?? null;
      const recent = info.recentActions.map(({ action: { workflow } }) => workflow.workflowId);
      if (json) printJson({ id: scheduleId, next, recent } satisfies Printed<'bench schedule list'>);
      else print(printableLine(`${scheduleId}: next at ${next ?? 'no time'}; ran ${recent.join(', ') || 'not yet'}`));
    }
    if (found === 0) note('there are no schedules: switchyard bench schedule --name nightly');
    return exitCodes.worked;
  });
}

/** @throws UsageError where there is no schedule of that name */
export function deleteSchedule(id: string, json: boolean): Promise<number> {
  return withSession(async (session) => {
    try {
      await session.client.schedule.getHandle(id).delete();
    } catch (error) {
      if (!(error instanceof ScheduleNotFoundError)) throw error;
      throw new UsageError(`there is no schedule ${id}: "switchyard bench schedule list" lists those there are`);
    }
    if (json) printJson({ id, deleted: true } satisfies Printed<'bench schedule delete'>);
    else
      print(
        `${id} runs no more; what it has run is kept, and so is its plan: "switchyard bench delete ${id}" removes it`,
      );
    return exitCodes.worked;
  });
}

async function withSession(work: (session: Session) => Promise<number>): Promise<number> {
  const settings = readSettings();
  using interrupt = listenForInterrupt();
  await using session = await openSession({ settings, need: 'server', onProgress: note, signal: interrupt.signal });
  return await work(session);
}
