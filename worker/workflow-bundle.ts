/** Bundles the workflow code once for each state of its sources, because bundling is most of a worker's start. */
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type BundleOptions, bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { replaceFile } from '../lib/fs.ts';

const checkout = join(import.meta.dirname, '..');
/** All that workflow code may import of ours: the folder boundaries hold it to these. */
const sourceFolders = ['workflows', 'contracts', 'lib'];
const prefix = 'workflows-';

export const workflowsPath = join(checkout, 'workflows', 'index.ts');

/**
 * All modules are evaluated once for each workflow thread, not once for each workflow, which costs time and memory: that
 * holds as long as none of them has state at its top level (a test holds them to that). The source map has no sources:
 * stack traces need the places alone, and they were half of what a thread reads.
 */
export const bundling: BundleOptions = {
  workflowsPath,
  preloadModules: [workflowsPath],
  webpackConfigHook: (config) => ({ ...config, devtool: 'inline-nosources-source-map' }),
  logger: new DefaultLogger('WARN'),
};

/** With the code that it is made of, for all data directories; not writable where another user installed the code. */
const checkoutCache = join(checkout, 'node_modules', '.cache', 'switchyard');

/**
 * The path of a bundle of workflows/index.ts as it is now.
 * @param cache the data directory's folder for what can be made again: taken where `shared` cannot be written
 * @param shared a folder for all data directories
 */
export async function workflowBundle(cache: string, shared = checkoutCache): Promise<{ codePath: string }> {
  const name = `${prefix}${fingerprint()}.js`;
  const known = [shared, cache].map((folder) => join(folder, name)).find((path) => existsSync(path));
  if (known !== undefined) return { codePath: known };
  const { code } = await bundleWorkflowCode(bundling);
  return { codePath: await keep(name, code, isWritable(shared) ? shared : cache) };
}

function isWritable(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

async function keep(name: string, code: string, cache: string): Promise<string> {
  const codePath = join(cache, name);
  mkdirSync(cache, { recursive: true });
  await replaceFile(codePath, code);
  const old = readdirSync(cache).filter((file) => file.startsWith(prefix) && file.endsWith('.js') && file !== name);
  for (const file of old) rmSync(join(cache, file), { force: true });
  return codePath;
}

function fingerprint(): string {
  const hash = createHash('sha256');
  const require = createRequire(import.meta.url);
  const { version } = require('@temporalio/worker/package.json') as { version: string };
  hash.update(`${version}\n${process.version}\n`);
  hash.update(readFileSync(import.meta.filename));
  for (const folder of sourceFolders) {
    const files = readdirSync(join(checkout, folder), { recursive: true, encoding: 'utf8' });
    for (const file of files.filter((path) => /\.(ts|json)$/.test(path)).sort()) {
      const text = readFileSync(join(checkout, folder, file));
      hash.update(`${folder}/${file}\n${text.length}\n`).update(text);
    }
  }
  return hash.digest('hex').slice(0, 32);
}
