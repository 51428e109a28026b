/** Runs another part of Switchyard as a child with our terminal, and ends as it ends. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** @param main path of the program, relative to the checkout. @returns the exit code; 128 + n after a signal */
export function runChild(main: string, given: readonly string[]): Promise<number> {
  const file = fileURLToPath(new URL(`../${main}`, import.meta.url));
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file, ...given], { stdio: 'inherit' });
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
    const forward = (signal: NodeJS.Signals) => child.kill(signal);
    for (const signal of signals) process.on(signal, forward);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      for (const each of signals) process.off(each, forward);
      resolve(code ?? 128 + (signal === 'SIGINT' ? 2 : 15));
    });
  });
}
