/** Bundles the workflow code once for each state of its sources, because bundling is most of a worker's start. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { replaceFile } from '../lib/fs.ts';

const checkout = join(import.meta.dirname, '..');
/** All that workflow code may import of ours: the folder boundaries hold it to these. */
const sourceFolders = ['workflows', 'contracts', 'lib'];
const prefix = 'workflows-';

export const workflowsPath = join(checkout, 'workflows', 'index.ts');

/**
 * The path of a bundle of workflows/index.ts as it is now.
 * @param cache the data directory's folder for what can be made again.
 */
export async function workflowBundle(cache: string): Promise<{ codePath: string }> {
  const name = `${prefix}${fingerprint()}.js`;
  const codePath = join(cache, name);
  if (existsSync(codePath)) return { codePath };
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
  mkdirSync(cache, { recursive: true });
  await replaceFile(codePath, code);
  const old = readdirSync(cache).filter((file) => file.startsWith(prefix) && file.endsWith('.js') && file !== name);
  for (const file of old) rmSync(join(cache, file), { force: true });
  return { codePath };
}

function fingerprint(): string {
  const hash = createHash('sha256');
  const require = createRequire(import.meta.url);
  const { version } = require('@temporalio/worker/package.json') as { version: string };
  hash.update(`${version}\n${process.version}\n`);
  for (const folder of sourceFolders) {
    const files = readdirSync(join(checkout, folder), { recursive: true, encoding: 'utf8' });
    for (const file of files.filter((path) => /\.(ts|json)$/.test(path)).sort()) {
      const text = readFileSync(join(checkout, folder, file));
      hash.update(`${folder}/${file}\n${text.length}\n`).update(text);
    }
  }
  return hash.digest('hex').slice(0, 32);
}
