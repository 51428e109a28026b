/** `switchyard mcp`: its tools for editors and agents, by the Model Context Protocol. */
import type { Command } from 'commander';
import { positiveCount } from '../../input/option-values.ts';
import type { McpCommandOptions } from '../../mcp/run-mcp.ts';

export function addMcp(program: Command): void {
  program
    .command('mcp')
    .summary('serve editors and agents by the Model Context Protocol, on stdin and stdout')
    .description(
      'Serves the tools ask, search, read_lines, map, start, status, result, cancel and decide to the editor or agent that ' +
        'starts it, until that closes stdin. Runs go on without it while a runtime is up ("switchyard up").',
    )
    .option('--repo <folder or git URL>', 'the repository that is meant where a call names none', '.')
    .option(
      '--only <folder or git URL>',
      'a repository that may be asked about, may be repeated; any unless given',
      add,
    )
    .option('--pipeline <name or file>', 'a pipeline that ships, or a file of your own', 'orchestrated')
    .option('--wait-seconds <n>', 'how long a call waits where the client hears no progress', positiveCount, 45)
    .action(async (options: McpCommandOptions) => {
      const { runMcp } = await import('../../mcp/run-mcp.ts');
      process.exitCode = await runMcp(options);
    });
}

const add = (place: string, before: string[] = []): string[] => [...before, place];
