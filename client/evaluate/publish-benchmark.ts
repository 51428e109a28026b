/** Has a benchmark sent to Langfuse, in a child process: the client itself renders no traces. */
import { type ChildProcessByStdio, spawn, type StdioOptions } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { UsageError } from '../../lib/errors.ts';
import { printableLine } from '../../lib/printable.ts';
import { exitCodes } from '../exit-codes.ts';
import { readSettings } from '../../application/read-settings.ts';
import { listenForInterrupt } from '../terminal/interrupt.ts';
import { note, print, printJson } from '../terminal/output.ts';
import { readManifest } from '../../application/benchmarks/benchmark-folders.ts';
import { moduleFile } from '../../lib/own-files.ts';
import type { Printed } from '../output-schemas/output-schemas.ts';

/** What the child says of one run. */
const Published = z.object({ question_id: z.string(), variant: z.string(), trial: z.int(), trace: z.string() });
type Published = z.infer<typeof Published>;

/** @returns 1 where not every run has its trace there @throws UsageError without a Langfuse, and for an unknown benchmark */
export async function publishBenchmark(id: string, { all, json }: { all: boolean; json: boolean }): Promise<number> {
  const settings = readSettings();
  const { langfuse } = settings.traces;
  if (langfuse === null)
    throw new UsageError('no Langfuse is configured: set LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY');
  const { questions, trials, variants } = await readManifest(settings.dataDirectory, id);
  using interrupt = listenForInterrupt();
  const published: Published[] = [];
  const total = questions * trials * variants.length;
  const whole = await publish([id, ...(all ? ['--all'] : [])], interrupt.signal, (run) => {
    published.push(run);
    if (published.length % 20 === 0) note(`${published.length} of at most ${total} runs`);
  });
  interrupt.signal.throwIfAborted();
  const count = (trace: string) => published.filter((run) => run.trace === trace).length;
  const failed = published.filter(({ trace }) => trace !== 'sent' && trace !== 'held');
  const summary = { id, baseUrl: langfuse.baseUrl, runs: published.length, sent: count('sent'), held: count('held') };
  if (json) printJson({ ...summary, whole, failed } satisfies Printed<'bench publish'>);
  else {
    for (const { question_id, variant, trial, trace } of failed)
      note(printableLine(`${question_id} ${variant} ${trial}: not sent: ${trace}`));
    print(`${summary.runs} runs of ${id}: ${summary.sent} traces sent, ${summary.held} were there; scores are there`);
  }
  return whole && failed.length === 0 ? exitCodes.worked : exitCodes.failed;
}

/** @returns whether it came to its end; it has said why not */
async function publish(given: string[], signal: AbortSignal, onRun: (run: Published) => void): Promise<boolean> {
  const file = moduleFile('worker/traces/publish-main');
  // The channel tells it of our death, however we die.
  const stdio: StdioOptions = ['ignore', 'pipe', 'inherit', 'ipc'];
  const child = spawn(process.execPath, [file, ...given], { stdio, signal }) as ChildProcessByStdio<
    null,
    Readable,
    null
  >;
  const ended = new Promise<boolean>((resolve) => {
    child.once('error', () => resolve(false));
    child.once('close', (code) => resolve(code === 0));
  });
  for await (const line of createInterface({ input: child.stdout })) onRun(Published.parse(JSON.parse(line)));
  return ended;
}
