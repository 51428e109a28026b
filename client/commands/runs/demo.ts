/** `switchyard demo`: one question a route about the source of a real package. */
import type { Command } from 'commander';

export function addDemo(program: Command): void {
  program
    .command('demo')
    .summary("ask one question per route about Fastify's source")
    .option('--stay', 'keep the runtime up until Ctrl-C, so that the links stay open', false)
    .action(async ({ stay }: { stay: boolean }) => {
      const { runDemo } = await import('../../ask/run-demo.ts');
      process.exitCode = await runDemo(stay);
    });
}
