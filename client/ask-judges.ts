/** Has answers graded by models, in a child process: the client itself loads no model code. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { JudgingResult, type JudgingTask } from '../contracts/judging.ts';
import { CommandFailure } from './failures.ts';

/**
 * @param onResult told of each as it comes
 * @throws CommandFailure when the child ends before every answer is judged; the signal's reason when it is aborted
 */
export async function askJudges(
  tasks: readonly JudgingTask[],
  { signal, onResult }: { signal: AbortSignal; onResult: (result: JudgingResult) => void },
): Promise<void> {
  const file = fileURLToPath(new URL('../worker/judge-main.ts', import.meta.url));
  const child = spawn(process.execPath, [file], { stdio: ['pipe', 'pipe', 'inherit'], signal });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve());
  });
  child.stdin.on('error', () => undefined); // its end is told by 'close'
  child.stdin.end(tasks.map((task) => `${JSON.stringify(task)}\n`).join(''));
  let results = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    onResult(JudgingResult.parse(JSON.parse(line)));
    results += 1;
  }
  await ended.catch(() => undefined);
  signal.throwIfAborted();
  if (results < tasks.length) throw new CommandFailure(`the judges ended after ${results} of ${tasks.length} answers`);
}
