/** Runs a program, bounded in time and output; it does not outlive us. */
import { spawnTied } from '../../lib/tied-child.ts';

export type RunOptions = {
  timeoutSeconds: number;
  signal?: AbortSignal | undefined;
  env?: Record<string, string> | undefined;
  /** Asked about every second; true ends the run early. */
  giveUp?: (() => boolean) | undefined;
};

/** `kind` is `unstartable` when the program is missing or may not be run; `output` is the end of stdout and stderr. */
export type RunResult = { kind: 'ended' | 'timed-out' | 'unstartable'; exitCode: number | null; output: string };

const outputLimit = 16_000;
/** What a shell ends with for a program that it may not run, or does not find. */
const notRun: readonly number[] = [126, 127];

/** Never rejects because of what the program does; a signal's abort rejects with its reason once the program is gone. */
export async function runBounded(program: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  options.signal?.throwIfAborted();
  const result = await watchChild(program, args, options);
  options.signal?.throwIfAborted();
  return result;
}

function watchChild(program: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  return new Promise((resolve) => {
    const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
    const child = spawnTied(program, args, { stdio, ...(options.env && { env: options.env }) });
    let output = '';
    let timedOut = false;
    const deadline = Date.now() + options.timeoutSeconds * 1000;
    const kill = () => child.kill('SIGKILL');
    const watch = setInterval(() => {
      if (Date.now() < deadline && options.giveUp?.() !== true) return;
      timedOut = true;
      kill();
    }, 250);
    const keep = (chunk: Buffer) => {
      output = (output + chunk.toString('utf8')).slice(-outputLimit);
    };
    const finish = (result: RunResult) => {
      clearInterval(watch);
      options.signal?.removeEventListener('abort', kill);
      resolve(result);
    };
    options.signal?.addEventListener('abort', kill);
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.on('error', (error) => finish({ kind: 'unstartable', exitCode: null, output: error.message }));
    child.on('close', (exitCode) => {
      const missing = exitCode !== null && notRun.includes(exitCode);
      finish({ kind: timedOut ? 'timed-out' : missing ? 'unstartable' : 'ended', exitCode, output: output.trim() });
    });
  });
}
