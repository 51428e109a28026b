/** `switchyard pipeline`: what pipelines there are, and what is wrong with one. */
import type { Command } from 'commander';

export function addPipeline(program: Command): void {
  const pipeline = program.command('pipeline').summary('check, list and show pipelines');
  pipeline
    .command('check')
    .summary('say everything that is wrong with a pipeline file')
    .argument('<name or file>', 'a pipeline that ships, or a file of your own')
    .option('--json', 'print one JSON object', false)
    .action(async (nameOrFile: string, { json }: { json: boolean }) => {
      const { checkPipeline } = await import('../../pipelines/show-pipelines.ts');
      process.exitCode = await checkPipeline(nameOrFile, json);
    });
  pipeline
    .command('list')
    .summary('list the pipelines that ship')
    .option('--json', 'print one JSON array', false)
    .action(async ({ json }: { json: boolean }) => {
      const { listPipelines } = await import('../../pipelines/show-pipelines.ts');
      process.exitCode = await listPipelines(json);
    });
  pipeline
    .command('show')
    .summary('print a pipeline with its prompts and defaults filled in, as JSON')
    .argument('<name or file>', 'a pipeline that ships, or a file of your own')
    .action(async (nameOrFile: string) => {
      const { showPipeline } = await import('../../pipelines/show-pipelines.ts');
      process.exitCode = await showPipeline(nameOrFile);
    });
}
