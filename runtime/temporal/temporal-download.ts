/** Fetches the Temporal server as the SDK does, from Temporal's download site; in a child, because it can hang. */
import { mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { downloadEnvironment } from '../host/child-environment.ts';
import { runBounded } from './run-bounded.ts';
import { moduleFile } from '../../lib/own-files.ts';

const program = moduleFile('runtime/temporal/temporal-download-main');
const silenceSeconds = 20;

/**
 * Writes the server's executable to `target`. Gives up after 20 s in which no byte arrived.
 * @throws Error that says why there is none.
 */
export async function fetchBySdk(target: string, folder: string, signal?: AbortSignal): Promise<void> {
  const work = mkdtempSync(join(folder, 'sdk-'));
  try {
    const run = await runBounded(process.execPath, [program, work], {
      timeoutSeconds: 600,
      signal,
      env: downloadEnvironment(),
      giveUp: silence(work),
    });
    if (run.kind === 'timed-out') throw new Error("Temporal's download site did not answer in time");
    const name = run.exitCode === 0 ? readdirSync(work).find((file) => file.startsWith('temporal-')) : undefined;
    if (name === undefined) throw new Error(run.output.split('\n').at(-1)?.slice(0, 300) || 'the download failed');
    renameSync(join(work, name), target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** True once nothing in the folder has grown for 20 s. */
function silence(folder: string): () => boolean {
  let [bytes, since] = [0, Date.now()];
  return () => {
    const now = sizeOf(folder);
    if (now !== bytes) [bytes, since] = [now, Date.now()];
    return Date.now() - since > silenceSeconds * 1000;
  };
}

function sizeOf(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => {
    return sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0);
  }, 0);
}
