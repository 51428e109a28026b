/** `switchyard worker`: a worker alone, against the server that the environment names. */
import type { Command } from 'commander';
import { addPassThrough } from './pass-through.ts';

export function addWorker(program: Command): void {
  const summary = 'run a worker alone against the server that TEMPORAL_ADDRESS or TEMPORAL_PROFILE names';
  addPassThrough(program, 'worker', summary, 'worker/main');
}
