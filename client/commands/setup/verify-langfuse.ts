/** `switchyard verify-langfuse`: does the configured Langfuse keep what it is sent? */
import type { Command } from 'commander';

export function addVerifyLangfuse(program: Command): void {
  program
    .command('verify-langfuse')
    .summary('send a small trace to Langfuse and read it back')
    .description(
      'Sends one small trace and a score to the configured Langfuse, reads both back by its public API, and says what is right or wrong.',
    )
    .option('--json', 'print one JSON object', false)
    .action(async ({ json }: { json: boolean }) => {
      const { verifyLangfuse } = await import('../../doctor/verify-langfuse.ts');
      process.exitCode = await verifyLangfuse(json);
    });
}
