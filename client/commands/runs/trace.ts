/** `switchyard trace`: a run as a tree, from its history alone. */
import type { Command } from 'commander';
import type { TraceOptions } from '../../runs/show-trace.ts';

export function addTrace(program: Command): void {
  program
    .command('trace')
    .summary('show what a run did, how long it took and what it cost')
    .description(
      'Shows the trace of a run as a tree, from its history alone. With a second run both are laid side by side. ' +
        'A run is named by its id, or by a history that was saved as .json or .json.gz.',
    )
    .argument('<run>', 'a run id, or a history file')
    .argument('[other]', 'another one, to compare with')
    .option('--latency', 'where the time went: parts that add up to the wall clock', false)
    .option('--json', 'print one JSON object', false)
    .action(async (run: string, other: string | undefined, options: TraceOptions) => {
      const { showTrace } = await import('../../runs/show-trace.ts');
      process.exitCode = await showTrace(other === undefined ? [run] : [run, other], options);
    });
}
