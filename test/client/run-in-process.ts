/**
 * Runs a command in the test's own process, where starting one more would be most of what the test takes. What a process
 * alone has (its entry point, signals, pipes, what it loads) is tested with children: run-command.ts.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { runCommand } from '../../client/command-line.ts';
import { expectFitting } from './fits-schema.ts';
import { type CommandEnd, inheritedSettings, mainFile } from './run-command.ts';

/** As client/bin.js has it, for the children of a command. */
const NODE_COMPILE_CACHE = join(mainFile, '../../node_modules/.cache/node-compile');

type Output = { stdout: string; stderr: string };

/** What the runner of the tests prints meanwhile is not the command's. */
const outputs = new AsyncLocalStorage<Output>();

for (const name of ['stdout', 'stderr'] as const) {
  const stream = process[name];
  const write = stream.write.bind(stream) as (...all: unknown[]) => boolean;
  stream.write = (piece: string | Uint8Array, ...rest: unknown[]) => {
    const output = outputs.getStore();
    if (output === undefined) return write(piece, ...rest);
    output[name] += typeof piece === 'string' ? piece : Buffer.from(piece).toString();
    const done = rest.at(-1);
    if (typeof done === 'function') done();
    return true;
  };
  // A pipe, wherever the tests run.
  Object.defineProperty(stream, 'isTTY', { value: false });
}

/** One at a time: environment, exit code and stdin are the process's. */
export async function runInProcess(
  given: readonly string[],
  { env = {}, input }: { env?: Record<string, string>; input?: string } = {},
): Promise<CommandEnd> {
  const [before, codeBefore] = [process.env, process.exitCode];
  const stdin = Object.getOwnPropertyDescriptor(process, 'stdin');
  if (input !== undefined) Object.defineProperty(process, 'stdin', { ...stdin, get: () => piped(input) });
  process.env = { ...inheritedSettings(), NODE_COMPILE_CACHE, ...env };
  process.exitCode = 0;
  const output: Output = { stdout: '', stderr: '' };
  try {
    await outputs.run(output, () => runCommand(given));
    expectFitting(given, output.stdout);
    return { code: Number(process.exitCode), signal: null, ...output };
  } finally {
    process.env = before;
    process.exitCode = codeBefore;
    if (stdin !== undefined) Object.defineProperty(process, 'stdin', stdin);
  }
}

const piped = (text: string) => new PassThrough().end(text);
