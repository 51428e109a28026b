/** Command: bundles the workflow code into the file that it is given; see workflow-bundle.ts. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';
import { failureConverterPath } from '../codecs/data-converter.ts';
import { messageOf } from '../lib/errors.ts';
import { replaceFile } from '../lib/fs.ts';
import { bundling } from './workflow-bundle.ts';

try {
  const [target, encoding] = process.argv.slice(2);
  if (target === undefined) throw new Error('usage: bundle-main.ts FILE [encoding]');
  const { code } = await bundleWorkflowCode({
    ...bundling,
    ...(encoding === undefined ? {} : { failureConverterPath }),
  });
  mkdirSync(dirname(target), { recursive: true });
  // Another user may run what this one installed.
  await replaceFile(target, code, { mode: 0o644 });
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
}
