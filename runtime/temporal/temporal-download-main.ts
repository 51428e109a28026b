/** Child of temporal-download.ts: has the SDK fetch its server into the folder of its first argument, and ends. */
import { readdirSync } from 'node:fs';
import { messageOf } from '../../lib/errors.ts';

const [folder = ''] = process.argv.slice(2);
let failure = 'the SDK fetched nothing';
try {
  // Loaded here and not above: a production install may lack it, and that is one more reason to try the next way.
  const { TestWorkflowEnvironment } = await import('@temporalio/testing');
  const executable = { type: 'cached-download', downloadDir: folder } as const;
  // `--help`: the executable is fetched and run, but no server starts, so a killed child leaves none behind.
  const environment = await TestWorkflowEnvironment.createLocal({ server: { executable, extraArgs: ['--help'] } });
  await environment.teardown();
} catch (error) {
  failure = messageOf(error);
}
const fetched = readdirSync(folder).some((name) => name.startsWith('temporal-') && !name.endsWith('.downloading'));
if (!fetched) process.stderr.write(`${failure}\n`);
process.exit(fetched ? 0 : 1);
