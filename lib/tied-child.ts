/**
 * Starts a program that ends when this process dies, however it dies. Linux alone knows a signal for the death of a parent,
 * and no Node can ask for it; so a second small process waits at the end of a pipe that the system closes with us.
 */
import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import type { Duplex } from 'node:stream';

/** The program takes the place of the shell that started the watcher: its id, parent and exit code are as without it. */
const start = 'watch=$1; shift; /bin/sh -c "$watch" switchyard-watcher $$ <&3 3<&- >/dev/null 2>&1 & exec 3<&- "$@"';

/** A line says that the program has ended; the end of the pipe without one, that its parent has. */
const watch =
  'read -r line && exit; kill -TERM $1; for fifth in 1 2 3 4 5 6 7 8 9 10; do sleep 0.2; kill -0 $1 || exit; done; kill -KILL $1';

export type TiedOptions = Pick<SpawnOptions, 'cwd' | 'env' | 'detached' | 'signal'> & {
  stdio: readonly [stdin: number | 'ignore' | 'pipe', stdout: number | 'pipe', stderr: number | 'pipe'];
};

/**
 * As `spawn`. On our death the program gets SIGTERM, and SIGKILL two seconds later. The arguments reach it as they are. A
 * program that is missing shows as exit code 127. Needs a POSIX shell.
 */
export function spawnTied(program: string, args: readonly string[], options: TiedOptions): ChildProcess {
  const stdio = [...options.stdio, 'pipe' as const];
  const child = spawn('/bin/sh', ['-c', start, 'sh', watch, program, ...args], { ...options, stdio });
  const pipe = child.stdio[3] as Duplex;
  // A watcher that was killed leaves us a pipe without a reader.
  pipe.on('error', () => pipe.destroy());
  child.once('exit', () => pipe.end('\n'));
  return child;
}

/** For a program that may have been started with a channel (`'ipc'`): it gets SIGTERM when who started it dies. */
export function endWithParent(): void {
  if (process.channel === undefined || process.channel === null) return;
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel.unref();
}
