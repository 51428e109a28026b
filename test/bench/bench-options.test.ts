/** Every benchmark program says what it takes, and refuses what it does not. Most load too much to be started here. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const checkout = join(import.meta.dirname, '../..');
const manifest = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};
const programs = Object.entries(manifest.scripts).flatMap(([script, command]) =>
  script.startsWith('bench:') ? [{ script, file: command.replace(/^node /, '') }] : [],
);
/** A call outside of functions. */
const call = /^(?:(?:const|let|await|process)\b.*\(|\w+\()/m;

function run(script: string, ...args: string[]) {
  const file = programs.find((program) => program.script === script)?.file ?? '';
  const ran = spawnSync(process.execPath, [file, ...args], { cwd: checkout, encoding: 'utf8' });
  return { code: ran.status, stdout: ran.stdout, stderr: ran.stderr };
}

test('every benchmark program reads its options by the helper, under its own name, before it begins', () => {
  assert.ok(programs.length >= 20);
  for (const { script, file } of programs) {
    const source = readFileSync(join(checkout, file), 'utf8');
    assert.ok(source.includes(`'npm run ${script} --'`), `${file} names npm run ${script}`);
    assert.doesNotMatch(source, /parseArgs|process\.argv/, file);
    const reads = source.indexOf('readOptions(');
    assert.ok(reads > 0, `${file} reads options`);
    assert.doesNotMatch(source.slice(0, source.lastIndexOf('\n', reads) + 1), call, `${file} reads options first`);
  }
});

test('--help names every option with its default, in 80 columns', () => {
  const { code, stdout, stderr } = run('bench:intervals', '--help');
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /^Usage: npm run bench:intervals -- \[options\]\n\nPrints the coverage/);
  for (const option of ['--samples <number>', '-h, --help'])
    assert.ok(stdout.includes(`\n  ${option} `), `${option} is named`);
  assert.match(stdout, /\(default:\s+1000\)/);
  assert.ok(stdout.split('\n').every((line) => line.length <= 80));
});

test('what cannot be read ends with 2 and one line', () => {
  const tryHelp = '(try npm run bench:intervals -- --help)\n';
  const refused: [args: string[], reason: string][] = [
    [['--bogus'], "Unknown option '--bogus'"],
    [['--samples'], "Option '--samples <value>' argument missing"],
    [['--samples', 'many'], '--samples: "many" is not a number'],
  ];
  for (const [args, reason] of refused)
    assert.deepEqual(run('bench:intervals', ...args), { code: 2, stdout: '', stderr: `${reason} ${tryHelp}` });
});

test('an option that is needed is asked for', () => {
  const stderr = '--repository <path> is missing (try npm run bench:index -- --help)\n';
  assert.deepEqual(run('bench:index', '--json'), { code: 2, stdout: '', stderr });
});
