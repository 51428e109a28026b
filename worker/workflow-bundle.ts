/** Bundles the workflow code once for each state of its sources, because bundling is most of a worker's start. */
import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type BundleOptions, DefaultLogger, type WorkerOptions } from '@temporalio/worker';
import { failureConverterPath } from '../codecs/data-converter.ts';
import type { Config } from '../config/config.ts';
import { messageOf } from '../lib/errors.ts';
import { fingerprintOf, isPackaged, moduleFile, packageFolder } from '../lib/own-files.ts';
import { userFolders } from '../lib/user-folders.ts';
import { bundlerEnvironment } from '../runtime/host/child-environment.ts';

/** All that workflow code may import of ours: the folder boundaries hold it to these. */
const sourceFolders = ['workflows', 'contracts', 'lib'];
const prefix = 'workflows-';
const encodingPrefix = 'encoding-workflows-';

export const workflowsPath = moduleFile('workflows/index');

/**
 * All modules are evaluated once for each workflow thread, not once for each workflow, which costs time and memory: that
 * holds as long as none of them has state at its top level (a test holds them to that). The source map has no sources:
 * stack traces need the places alone, and they were half of what a thread reads.
 */
export const bundling: BundleOptions = {
  workflowsPath,
  preloadModules: [workflowsPath],
  webpackConfigHook: (config) => withTarget({ ...config, devtool: 'inline-nosources-source-map' }),
  logger: new DefaultLogger('WARN'),
};

type WebpackConfig = Parameters<NonNullable<BundleOptions['webpackConfigHook']>>[0];

/**
 * The SDK has TypeScript compiled for ES2017, where each spread of an object and each private field is a call of a helper:
 * every Node that runs a worker has them itself.
 */
function withTarget(config: WebpackConfig): WebpackConfig {
  const rules = config.module?.rules?.map((rule) => {
    if (typeof rule !== 'object' || rule === null || typeof rule.use !== 'object') return rule;
    const { use } = rule as { use: { options?: { jsc?: object } } };
    if (use.options?.jsc === undefined) return rule;
    return { ...rule, use: { ...use, options: { ...use.options, jsc: { ...use.options.jsc, target: 'es2022' } } } };
  });
  return { ...config, module: { ...config.module, rules } } as WebpackConfig;
}

/** For all data directories. That of a checkout is not writable where another user installed it. */
const sharedCache = isPackaged
  ? join(userFolders(process.env).cache, 'workflows')
  : join(packageFolder, 'node_modules', '.cache', 'switchyard');

export type BundleChoice = {
  /** Messages of failures are payloads, for a codec to encrypt. */
  encodesFailures?: boolean;
  /** A folder for all data directories. */
  shared?: string;
};

/**
 * The path of a bundle of workflows/index.ts as it is now.
 * @param cache the data directory's folder for what can be made again: taken where `shared` cannot be written
 */
export async function workflowBundle(
  cache: string,
  { encodesFailures = false, shared = sharedCache }: BundleChoice = {},
): Promise<{ codePath: string }> {
  const kind = encodesFailures ? encodingPrefix : prefix;
  const name = `${kind}${fingerprint()}.js`;
  const known = [shared, cache].map((folder) => join(folder, name)).find((path) => existsSync(path));
  if (known !== undefined) return { codePath: known };
  const folder = isWritable(shared) ? shared : cache;
  const codePath = join(folder, name);
  await bundleTo(codePath, encodesFailures);
  removeOthers(folder, name, kind);
  return { codePath };
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

/** In a process of its own: a worker that bundled would keep the 200 MB that the bundler took. */
async function bundleTo(codePath: string, encodesFailures: boolean): Promise<void> {
  const main = moduleFile('worker/bundle-main');
  try {
    // Modules are named from there.
    const options = { cwd: packageFolder, env: bundlerEnvironment(), maxBuffer: 2 ** 26 };
    const { stderr: warnings } = await promisify(execFile)(
      process.execPath,
      [main, codePath, ...(encodesFailures ? ['encoding'] : [])],
      options,
    );
    process.stderr.write(warnings);
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim();
    throw new Error(`the workflow code could not be bundled: ${said || messageOf(error)}`);
  }
}

/** Those of the other kind stay: workers of several data directories share the folder. */
function removeOthers(folder: string, name: string, kind: string): void {
  const old = readdirSync(folder).filter((file) => file.startsWith(kind) && file.endsWith('.js') && file !== name);
  for (const file of old) rmSync(join(folder, file), { force: true });
}

/** Worker Versioning, where it is on: each run stays on the code that it began with, and so do its continuations and children. */
export function versioningOf({ deployment }: Config): Pick<WorkerOptions, 'workerDeploymentOptions'> {
  if (deployment === null) return {};
  const version = { deploymentName: deployment.name, buildId: deployment.buildId ?? fingerprint().slice(0, 12) };
  return { workerDeploymentOptions: { version, useWorkerVersioning: true, defaultVersioningBehavior: 'PINNED' } };
}

function fingerprint(): string {
  const require = createRequire(import.meta.url);
  const { version } = require('@temporalio/worker/package.json') as { version: string };
  const code = [import.meta.filename, failureConverterPath].map((file) => readFileSync(file));
  return fingerprintOf(sourceFolders, version, process.version, ...code).slice(0, 32);
}
