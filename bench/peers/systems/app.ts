/** A peer: a program of `apps/` that is asked over HTTP. */
import { fileURLToPath } from 'node:url';
import { fetchText, freePort, type Program, type Programs } from './programs.ts';
import { treeOf } from './process-figures.ts';
import type { KillableWorker, System, SystemName } from './system.ts';

export type AppOptions = {
  name: SystemName;
  /** Below `apps/`. */
  file: string;
  env: Record<string, string>;
  server?: () => number[];
  disk?: () => Record<string, number>;
  /**
   * How the answer of a run comes after a kill: the caller asks again, or still waits, or a person has the run go on;
   * null: it is not measured.
   */
  afterKill: 'asked again' | 'still waits' | 'person' | null;
};

/** @returns the system, and where its program listens */
export async function startApp(programs: Programs, options: AppOptions): Promise<System & { port: number }> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const launch = () =>
    programs.start({
      name: options.name,
      command: process.execPath,
      args: [fileURLToPath(new URL(`../apps/${options.file}`, import.meta.url))],
      env: { APP_PORT: String(port), ...options.env },
      ready: /^ready/m,
    });
  let program: Program = await launch();
  const post = async (path: string, id: string) => {
    await fetchText(`${url}/${path}?id=${id}`, { method: 'POST' });
  };
  const killAndStart = async () => {
    await program.kill('SIGKILL');
    program = await launch();
  };
  const answers: Record<NonNullable<AppOptions['afterKill']>, KillableWorker['answerAfter']> = {
    'asked again': (id) => post('ask', id),
    person: (id) => post('recover', id),
    'still waits': (_id, asked) => asked,
  };
  const { afterKill } = options;
  return {
    name: options.name,
    port,
    ask: (id) => post('ask', id),
    pids: () => ({ worker: treeOf(program.pid), ...(options.server ? { server: options.server() } : {}) }),
    disk: options.disk ?? (() => ({})),
    kill:
      afterKill === null ? null : { killAndStart, answerAfter: answers[afterKill], personActs: afterKill === 'person' },
  };
}
