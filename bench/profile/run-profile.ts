/** Asks questions of a profiled stack and reads where their time, CPU, memory and bytes went. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { median, round } from '../support/figures.ts';
import { cpuByRole } from '../peers/measures/blocks.ts';
import { eventually, machineLoad } from '../peers/systems/programs.ts';
import { Switchyard } from '../peers/systems/switchyard.ts';
import type { World } from '../peers/systems/world.ts';
import { probeMarks } from './probe.ts';
import { type HistoryTimes, readHistoryTimes } from './history-times.ts';
import { readThreadProfiles, type WorkerProfile } from './thread-profiles.ts';

export type Profile = {
  startedAt: string;
  commit: string;
  load: string;
  questions: number;
  /** Milliseconds, medians. */
  client: { startMs: number; toAnswerMs: number; afterLastEventMs: number };
  history: HistoryTimes;
  /** Milliseconds of CPU a question, without the profilers. */
  cpuMs: { worker: number; server: number; client: number };
  worker: WorkerProfile;
  /** Bytes a question, by part. */
  diskBytes: Record<string, number>;
};

const warmUps = 20;

/** @param say is told of each step */
export async function runProfile(
  world: World,
  questions: number,
  say: (text: string) => void,
): Promise<Omit<Profile, 'commit'>> {
  const startedAt = new Date().toISOString();
  const folder = join(world.folder, 'profiles');
  mkdirSync(folder, { recursive: true });
  const probe = new URL('./probe.ts', import.meta.url).href;
  const settings = { ...world.settings, NODE_OPTIONS: `--import ${probe}`, PROFILE_FOLDER: folder };
  const dataDirectory = join(world.folder, 'home-profile');
  const options = { ...world, name: 'switchyard' as const, dataDirectory, modelUrl: world.model.url, settings };
  const switchyard = await Switchyard.start(world.programs, options);
  try {
    for (let at = 1; at <= warmUps; at += 1) await switchyard.ask(`warm-${at}`);
    say(`${questions} questions without a profiler`);
    const plain = await askPlain(switchyard, questions);
    say(`${questions} questions under the profilers`);
    writeFileSync(join(folder, probeMarks.begin), '');
    await pause(500);
    for (let at = 1; at <= questions; at += 1) await switchyard.ask(`profiled-${at}`);
    writeFileSync(join(folder, probeMarks.end), '');
    const [pid = 0] = switchyard.pids().worker;
    await profilesWritten(folder, pid);
    const worker = readThreadProfiles(folder, pid, world.checkout, questions);
    return { startedAt, load: machineLoad(), questions, ...plain, worker };
  } finally {
    await switchyard.close();
  }
}

async function askPlain(switchyard: Switchyard, questions: number) {
  const ids = Array.from({ length: questions }, (_, at) => `plain-${at + 1}`);
  const [starts, totals]: [number[], number[]] = [[], []];
  const [disk, cpu, own] = [switchyard.disk(), cpuByRole(switchyard), process.cpuUsage()];
  for (const id of ids) {
    const began = performance.now();
    await switchyard.start(id);
    starts.push(performance.now() - began);
    await switchyard.answerOf(id);
    totals.push(performance.now() - began);
  }
  const [{ user, system }, used] = [process.cpuUsage(own), cpuByRole(switchyard)];
  await pause(3000);
  const diskNow = switchyard.disk();
  const history = await readHistoryTimes(switchyard.session.client, ids);
  const perQuestion = (role: 'worker' | 'server') => round(((used[role] ?? 0) - (cpu[role] ?? 0)) / questions, 1);
  const toAnswerMs = round(median(totals), 1);
  return {
    client: { startMs: round(median(starts), 1), toAnswerMs, afterLastEventMs: round(toAnswerMs - history.spanMs, 1) },
    history,
    cpuMs: {
      worker: perQuestion('worker'),
      server: perQuestion('server'),
      client: round((user + system) / 1000 / questions, 1),
    },
    diskBytes: Object.fromEntries(
      Object.entries(diskNow).map(([part, bytes]) => [part, Math.round((bytes - (disk[part] ?? 0)) / questions)]),
    ),
  };
}

/** Each thread writes a file of its own; two seconds without a new one, and the main thread's there, is all of them. */
async function profilesWritten(folder: string, pid: number): Promise<void> {
  await eventually(() => {
    if (!existsSync(join(folder, `${pid}-0.json`))) throw new Error('the worker wrote no profile');
  });
  for (let before = -1; ; await pause(2000)) {
    const now = readdirSync(folder).length;
    if (now === before) return;
    before = now;
  }
}
