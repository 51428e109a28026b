/** `switchyard model`: the offline model's server alone. */
import type { Command } from 'commander';
import { addPassThrough } from './pass-through.ts';

export function addModel(program: Command): void {
  addPassThrough(program, 'model', 'run the offline model alone', 'offline-model/main').description(
    'Runs the offline model, an OpenAI-compatible server that is not a language model. Its own --help tells more.',
  );
}
