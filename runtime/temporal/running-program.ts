/** Recognises a program by its id and start time, since the system gives ids out again, and stops it. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { serverEnvironment } from '../host/child-environment.ts';
import { systemErrorCode } from '../../lib/errors.ts';

const run = promisify(execFile);

/** When the program of this id was started, in the system's own words; null: none is running. */
export async function startTimeOf(pid: number): Promise<string | null> {
  return process.platform === 'linux' ? startTimeOnLinux(pid) : startTimeByPs(pid);
}

/** SIGTERM, and after `graceSeconds` SIGKILL; resolves once it is gone. Does nothing to a program started later. */
export async function stopProgram(pid: number, startTime: string, graceSeconds: number): Promise<void> {
  const deadline = Date.now() + graceSeconds * 1000;
  if ((await startTimeOf(pid)) !== startTime) return;
  send(pid, 'SIGTERM');
  let killed = false;
  while ((await startTimeOf(pid)) === startTime) {
    if (!killed && Date.now() > deadline) {
      send(pid, 'SIGKILL');
      killed = true;
    }
    await delay(20);
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (systemErrorCode(error) !== 'ESRCH') throw error;
  }
}

/** Field 22 of /proc/PID/stat (proc(5)), counted behind the name, which may hold anything; a zombie counts as gone. */
async function startTimeOnLinux(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return null;
    throw error;
  });
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields?.[0] === 'Z' || fields?.[0] === 'X' ? null : (fields?.[19] ?? null);
}

async function startTimeByPs(pid: number): Promise<string | null> {
  try {
    // The date is in the locale's words, and two runtimes may have different ones.
    const env = { ...serverEnvironment(), LC_ALL: 'C' };
    const { stdout } = await run('ps', ['-o', 'state=,lstart=', '-p', String(pid)], { env });
    const [state = '', ...started] = stdout.trim().split(/\s+/);
    return state === '' || state.startsWith('Z') ? null : started.join(' ');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 1) return null;
    throw error;
  }
}
