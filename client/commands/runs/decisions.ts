/** `switchyard runs pending` and `runs decide`: what runs ask people, and what they decide. */
import type { Command } from 'commander';
import type { DecideOptions } from '../../runs/decide.ts';
import { knownRunId, positiveAmount } from '../../input/option-values.ts';

type Json = { json: boolean };

export function decisionCommands(runs: Command): void {
  runs
    .command('pending')
    .summary('list what runs ask people')
    .description('Lists what runs ask people: the choices, and what is taken where nobody decides.')
    .argument('[run]', 'the id of one run', knownRunId)
    .option('--json', 'print one JSON array', false)
    .action(async (id: string | undefined, { json }: Json) => {
      const { printPending } = await import('../../runs/decide.ts');
      process.exitCode = await printPending(id ?? null, json || runs.opts<Json>().json);
    });
  runs
    .command('decide')
    .summary('decide what a run asks')
    .description(
      'Decides what a run asks. The same decision twice is taken once; another one is refused, and told who has decided.',
    )
    .argument('<run>', 'the id of the run', knownRunId)
    .argument('<request>', 'what it asks, such as draft-1')
    .argument('<choice>', 'one of its choices')
    .option('--note <text>', 'what the run is told beside it')
    .option('--edit <file>', 'of the choice "edit": the answer as text, or a draft as JSON')
    .option('--amount <number>', 'of the choice "grant": by how much the limit is raised', positiveAmount)
    .option('--by <name>', 'who decides; the user of this machine unless given')
    .option('--json', 'print one JSON object', false)
    .action(async (id: string, request: string, choice: string, options: DecideOptions) => {
      const { decide } = await import('../../runs/decide.ts');
      const json = options.json || runs.opts<Json>().json;
      process.exitCode = await decide(id, [request, choice], { ...options, json });
    });
}
