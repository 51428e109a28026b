/** `npm run test:mutants`: how many small changes of the code do the tests notice? See CONTRIBUTING.md. */
import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { build } from './build.ts';
import { outdated, readEquivalents } from './equivalents.ts';
import { type Group, groups } from './groups.ts';
import { killMutants, observeTests, type Result } from './kill.ts';
import { readScores, recordScores, reportsOf, textOf } from './scores.ts';
import { messageOf } from '../../lib/errors.ts';

type Options = { changed?: string | true; json?: true; record?: true; sample?: number; jobs: number };

const root = join(import.meta.dirname, '../..');
const scoresPath = join(import.meta.dirname, 'scores.json');
const equivalentPath = join(import.meta.dirname, 'equivalent.json');
const say = (line: string) => process.stderr.write(`${line}\n`);

const program = new Command('npm run test:mutants --')
  .argument('[files...]', 'files or folders of code; all that have mutants unless given')
  .option('--changed [base]', 'only files that differ from this commit (main)')
  .option('--record', 'write the scores into test/mutants/scores.json')
  .option('--json', 'scores and survivors as JSON')
  .option('--sample <n>', 'only so many mutants of each group, evenly spread; for a look, never recorded', whole)
  .option('--jobs <n>', 'processes at a time', whole, 2)
  .addHelpText('after', '\nEnds with 0, with 1 where a score fell, with 2 when it could not be measured.')
  .exitOverride();

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => interrupted.abort(new Error('interrupted')));
try {
  program.parse();
  process.exitCode = await main(program.args, program.opts<Options>());
} catch (error) {
  const shown = error instanceof Error && 'code' in error && String(error.code).startsWith('commander.');
  if (!shown) say(messageOf(error));
  process.exitCode = shown && 'exitCode' in error && error.exitCode === 0 ? 0 : 2;
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('not a whole number from 1');
  return value;
}

async function main(named: readonly string[], options: Options): Promise<number> {
  if (options.record && options.sample) throw new Error('a sample is never recorded');
  const files = chosenFiles(named, options);
  if (files.length === 0) {
    say('no file with mutants is changed');
    return 0;
  }
  const results: Result[] = [];
  for (const group of groups) {
    const own = files.filter((file) => isIn(group, file));
    if (own.length > 0) results.push(...(await runGroup(group, own, options)));
  }
  const reports = reportsOf(files, results, readScores(scoresPath));
  process.stdout.write(`${options.json ? JSON.stringify({ files: reports }, null, 2) : textOf(reports)}\n`);
  if (options.record) recordScores(scoresPath, reports);
  if (options.record || options.sample) return 0;
  const fallen = reports.filter(({ fell }) => fell).map(({ file }) => file);
  if (fallen.length === 0) return 0;
  say(
    `The score of ${fallen.join(', ')} fell. Add the test that is missing, or record: npm run test:mutants -- --record ${fallen.join(' ')}`,
  );
  return 1;
}

function isIn({ code }: Group, file: string): boolean {
  return code.some((folder) => file.startsWith(`${folder}/`));
}

/** @throws Error for a name that stands for no file with mutants */
function chosenFiles(named: readonly string[], { changed }: Options): string[] {
  const all = groups
    .flatMap(({ code }) => code.flatMap((folder) => globSync(`${folder}/**/*.ts`, { cwd: root })))
    .sort();
  const stands = (name: string, file: string) => file === name || file.startsWith(`${name.replace(/\/$/, '')}/`);
  const wrong = named.find((name) => !all.some((file) => stands(name, file)));
  if (wrong !== undefined)
    throw new Error(`${wrong}: no file with mutants (they are in ${groups.flatMap(({ code }) => code).join(', ')})`);
  const chosen = named.length === 0 ? all : all.filter((file) => named.some((name) => stands(name, file)));
  return changed === undefined ? chosen : chosen.filter(isChangedSince(changed === true ? 'main' : changed));
}

/** Committed or not. */
function isChangedSince(base: string): (file: string) => boolean {
  const git = (...args: string[]) => execFileSync('git', ['-C', root, ...args], { encoding: 'utf8' }).trim();
  const from = git('merge-base', base, 'HEAD');
  const names = [git('diff', '--name-only', from), git('ls-files', '--others', '--exclude-standard')]
    .join('\n')
    .split('\n');
  return (file) => names.includes(file);
}

async function runGroup(group: Group, files: readonly string[], { jobs, sample }: Options): Promise<Result[]> {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-mutants-'));
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  process.once('exit', remove);
  try {
    const equivalents = readEquivalents(equivalentPath);
    const { mutants } = await build(root, files, folder, { equivalents, workflows: group.workflows });
    for (const { file, original, replacement } of outdated(equivalents, mutants, files))
      say(`equivalent.json names a mutant of ${file} that is gone: ${original} -> ${replacement}`);
    const setting = {
      folder,
      root,
      jobs,
      say,
      leftOut: group.leftOut,
      signal: interrupted.signal,
    };
    const tests = globSync([...group.tests], { cwd: root })
      .filter((file) => !group.leftOut.includes(file))
      .map((file) => join(root, file));
    const observed = await observeTests(tests, setting);
    const every = Math.max(1, mutants.length / (sample ?? mutants.length));
    const counted = mutants.filter(({ equivalent }) => !equivalent);
    const taken = counted.filter((_, at) => Math.floor(at / every) !== Math.floor((at - 1) / every));
    const killed = await killMutants(taken, observed, setting);
    const marked = mutants.filter(({ equivalent }) => equivalent);
    return [...killed, ...marked.map((mutant) => ({ mutant, killedBy: null, tests: 0 }))];
  } finally {
    process.off('exit', remove);
    remove();
  }
}
