/** Asks a person yes or no before something that costs money, or that is done to many runs at once. */
import { createInterface } from 'node:readline/promises';
import { UsageError } from '../../lib/errors.ts';

/**
 * @param why on a line of its own, before the question
 * @returns false for anything but a yes
 * @throws UsageError where nobody can be asked
 */
export async function confirmed(why: string, question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) throw new UsageError(`${why}: add --yes to go on`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${why}\n${question} [y/N] `);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
