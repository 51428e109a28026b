/** `switchyard model`: the offline model's server alone. */
import type { Command } from 'commander';

export function addModel(program: Command): void {
  program
    .command('model')
    .summary('run the offline model alone')
    .description(
      'Runs the offline model, an OpenAI-compatible server that is not a language model. Its own --help tells more.',
    )
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .passThroughOptions()
    .argument('[options...]')
    .action(async (given: string[]) => {
      const { runChild } = await import('../child-program.ts');
      process.exitCode = await runChild('models/offline/main.ts', given);
    });
}
