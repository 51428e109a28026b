/** Keeps the data directory's runtime up and says where everything is. */
import { shownAddress } from '../../lib/redaction.ts';
import { exitCodes } from '../exit-codes.ts';
import { CommandFailure } from '../../lib/errors.ts';
import { type Interrupt, listenForInterrupt } from '../terminal/interrupt.ts';
import { inColumns, note, print } from '../terminal/output.ts';
import { readSettings } from '../../application/read-settings.ts';
import type { JoinedRuntime } from '../../runtime/client/runtime-connection.ts';
import type { ReadyMessage } from '../../runtime/client/runtime-client.ts';
import { joinRuntimeOf } from '../../application/session/session.ts';

/** @returns the exit code, once Ctrl-C was pressed and the runtime has stopped or stays for others */
export async function stayUp(): Promise<number> {
  const settings = readSettings();
  using interrupt = listenForInterrupt();
  const runtime = await joinRuntimeOf({ settings, need: 'worker', onProgress: note, signal: interrupt.signal });
  print(addressesText(runtime.ready, settings.dataDirectory));
  note('Ctrl-C stops it');
  await stayUntilInterrupted(runtime, interrupt);
  return exitCodes.worked;
}

/** @throws CommandFailure when the runtime goes away by itself */
export async function stayUntilInterrupted(runtime: JoinedRuntime, { signal }: Interrupt): Promise<void> {
  const interrupted = new Promise<'interrupted'>((resolve) => {
    if (signal.aborted) resolve('interrupted');
    signal.addEventListener('abort', () => resolve('interrupted'), { once: true });
  });
  const end = await Promise.race([interrupted, runtime.closed]);
  if (end !== 'interrupted')
    throw new CommandFailure('the runtime went away; its log is in the data directory, under logs');
  note('stopping …');
  const parting = await runtime.leave();
  if (parting === 'staying') note('other commands still use the runtime: it stops with the last of them');
  if (parting === 'late') note('the runtime has not stopped yet; its log is in the data directory, under logs');
}

export function addressesText(ready: ReadyMessage, dataDirectory: string): string {
  const offline = ready.offlineModel ? ' (the offline model, which is not a language model)' : '';
  const rows: [string, string][] = [
    ['Temporal', `${ready.address} (namespace ${ready.namespace}, task queue ${ready.taskQueue})`],
    ['Web UI', ready.webUrl ?? 'not known: the server is not ours'],
    ['model', `${ready.modelUrl === null ? 'the provider’s own address' : shownAddress(ready.modelUrl)}${offline}`],
    ['data', dataDirectory],
  ];
  return inColumns(rows).join('\n');
}
