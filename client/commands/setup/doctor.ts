/** `switchyard doctor`: what is configured, what answers, what is missing. */
import type { Command } from 'commander';

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .summary('say what is configured, what answers and what is missing')
    .description('Looks at settings and programs, and tries the Temporal server and the model with a real tool call.')
    .option(
      '--model [name]',
      'also probe what the models of the settings, or this one, take: a few small paid calls each',
    )
    .option('--json', 'print one JSON object', false)
    .action(async ({ json, model = false }: { json: boolean; model?: string | boolean }) => {
      const { examine } = await import('../../doctor/examine.ts');
      process.exitCode = await examine(json, model);
    });
}
