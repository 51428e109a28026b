/** The faults: what each does to the processes, and what is promised under it. */
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { execFileSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import type { CallLimits } from '../../contracts/run.ts';
import { poison } from './poison.ts';
import type { FaultScene, Settings } from './fault-scene.ts';

export type Fault = {
  name: string;
  about: string;
  /** `same`: every question ends as without it; `ends`: every question ends with an outcome that has a name. */
  promise: 'same' | 'ends';
  /** It holds only where something was hit. */
  mustHit?: true;
  /** The offline model's fault switch. */
  model?: (settings: Settings) => string;
  limits?: Partial<CallLimits>;
  env?: Record<string, string>;
  /** Changes the repository before it is asked about. */
  poison?: (folder: string) => Promise<void>;
  /** The workers' data directory on a small disk of its own, in megabytes. */
  diskMegabytes?: number;
  /** Runs beside the questions; a worker is there when it ends. */
  disturb(scene: FaultScene): Promise<void>;
};

/** Replies take long enough to be hit. */
export const ordinaryModel = 'seed=1;latency=100-300';
const quickBeats = { heartbeatSeconds: 2 };

const undisturbed = async (scene: FaultScene) => void (await scene.startWorker());

async function killWorkers(scene: FaultScene): Promise<void> {
  let worker = await scene.startWorker();
  for (await scene.moment(); scene.open > 0; await scene.moment()) {
    const kills = scene.hit(true);
    await worker.kill();
    worker = await scene.startWorker();
    scene.mended(kills);
  }
}

async function killServer(scene: FaultScene): Promise<void> {
  for (let times = 0; times < scene.settings.restarts; times += 1) {
    await scene.moment(2);
    if (scene.open === 0) return;
    scene.hit();
    await scene.stack.killServer();
    scene.mended();
  }
}

async function killRuntime(scene: FaultScene): Promise<void> {
  await scene.stack.stopServer();
  let runtime = await scene.startRuntime();
  for (let times = 0; times < scene.settings.restarts; times += 1) {
    await scene.moment();
    if (scene.open === 0) return;
    const kills = scene.hit(true);
    await runtime.kill();
    runtime = await scene.startRuntime();
    scene.mended(kills);
  }
}

/** A signal that stands a process still, and one that lets it go on. */
async function standStill(scene: FaultScene, pid: number, seconds: number): Promise<void> {
  scene.hit();
  process.kill(pid, 'SIGSTOP');
  await pause(seconds * 1000);
  process.kill(pid, 'SIGCONT');
  scene.mended();
}

/** Every kind that passes by itself, together at this rate. */
export function modelFaults(rate: number): string {
  const kinds = ['429', '500', '503', 'disconnect', 'cut', 'truncate', 'garbage', 'malformed-json'];
  const each = (rate / kinds.length).toFixed(4);
  return `${ordinaryModel};retry-after=1;max-in-a-row=3;${kinds.map((kind) => `${kind}=${each}`).join(';')}`;
}

async function fillDisk(scene: FaultScene): Promise<void> {
  await scene.startWorker();
  const ballast = join(scene.place.dataDirectory, 'ballast');
  for (let times = 0; times < 2; times += 1) {
    await scene.moment();
    if (scene.open === 0) return;
    scene.hit();
    await writeFile(ballast, Buffer.alloc(1_000_000_000)).catch(() => {});
    await scene.moment();
    await rm(ballast, { force: true });
    scene.mended();
  }
}

/** A disk of so many megabytes. @throws Error where the system does not let us make one */
export async function smallDisk(megabytes: number): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'switchyard-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path], { stdio: 'pipe' });
  const release = async () => {
    execFileSync('umount', ['-l', path]);
    await rm(path, { recursive: true });
  };
  return { path, [Symbol.asyncDispose]: release };
}

/** A copy of a repository with what makes readers stumble. */
export async function poisonedCopy(repository: string): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'switchyard-poisoned-'));
  await cp(repository, path, { recursive: true });
  await poison(path);
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

const nowhere = 'http://127.0.0.1:9';
const clock = pathToFileURL(join(import.meta.dirname, 'shifted-clock.ts')).href;

export const faults: readonly Fault[] = [
  {
    name: 'worker-killed',
    about: 'kill -9 of the worker, again and again',
    promise: 'same',
    mustHit: true,
    disturb: killWorkers,
  },
  {
    name: 'server-killed',
    about: 'kill -9 of the Temporal server under a working worker',
    promise: 'same',
    mustHit: true,
    disturb: async (scene) => {
      await scene.startWorker();
      await killServer(scene);
    },
  },
  {
    name: 'both-killed',
    about: 'kill -9 of worker and server together',
    promise: 'same',
    mustHit: true,
    disturb: async (scene) => {
      let worker = await scene.startWorker();
      for (let times = 0; times < scene.settings.restarts; times += 1) {
        await scene.moment();
        if (scene.open === 0) return;
        const kills = scene.hit(true);
        await Promise.all([worker.kill(), scene.stack.killServer()]);
        worker = await scene.startWorker();
        scene.mended(kills);
      }
    },
  },
  {
    name: 'runtime-killed',
    about: 'kill -9 of the runtime that `switchyard up` has started, and `up` again',
    promise: 'same',
    mustHit: true,
    disturb: killRuntime,
  },
  {
    name: 'model-faults',
    about: 'of every kind that passes, at the given rate',
    promise: 'same',
    model: ({ modelFaults: rate }) => modelFaults(rate),
    disturb: undisturbed,
  },
  {
    name: 'model-hangs',
    about: 'one call in ten never answers, or stops in the middle',
    promise: 'same',
    model: () => `${ordinaryModel};hang=0.05;stall=0.05;max-in-a-row=2`,
    limits: { modelCallSeconds: 3 },
    disturb: undisturbed,
  },
  {
    name: 'disconnects',
    about: 'one connection to the model in five breaks',
    promise: 'same',
    model: () => `${ordinaryModel};disconnect=0.1;cut=0.1;max-in-a-row=3`,
    disturb: undisturbed,
  },
  {
    name: 'worker-stands-still',
    about: 'SIGSTOP of one of two workers for three heartbeat time-outs',
    promise: 'same',
    mustHit: true,
    limits: quickBeats,
    disturb: async (scene) => {
      const [worker] = [await scene.startWorker(), await scene.startWorker()];
      await scene.moment();
      if (scene.open > 0) await standStill(scene, worker.pid, 6);
    },
  },
  {
    name: 'server-stands-still',
    about: 'SIGSTOP of the server for longer than workflow tasks and heartbeats may take',
    promise: 'same',
    mustHit: true,
    disturb: async (scene) => {
      await scene.startWorker();
      await scene.moment();
      if (scene.open > 0) await standStill(scene, scene.stack.serverPid(), 12);
    },
  },
  {
    name: 'clock-jumps',
    about: 'the wall clock of the worker jumps an hour ahead and half an hour back every 4 s',
    promise: 'same',
    env: { NODE_OPTIONS: `--import=${clock}` },
    disturb: undisturbed,
  },
  {
    name: 'langfuse-gone',
    about: 'nothing listens where traces are sent',
    promise: 'same',
    env: {
      ...{ SWITCHYARD_TRACES: 'langfuse', LANGFUSE_BASE_URL: nowhere },
      ...{ LANGFUSE_PUBLIC_KEY: 'pk-none', LANGFUSE_SECRET_KEY: 'sk-none' },
    },
    disturb: undisturbed,
  },
  {
    name: 'disk-full',
    about: 'no room for journal, content, index and logs, twice for some seconds',
    promise: 'ends',
    mustHit: true,
    diskMegabytes: 96,
    disturb: fillDisk,
  },
  {
    name: 'poisoned-repository',
    about: 'files that are slow to read, deep, broken, or full of instructions',
    promise: 'ends',
    poison,
    disturb: undisturbed,
  },
  {
    name: 'random',
    about: 'the worker killed every few seconds, model faults at the given rate, the server restarted',
    promise: 'same',
    mustHit: true,
    model: ({ modelFaults: rate }) => modelFaults(rate),
    disturb: async (scene) => void (await Promise.all([killWorkers(scene), killServer(scene)])),
  },
];
