/** `map` and `index` on a folder: what does not exist is a mistake in the command, told in its own options. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runSwitchyard, temporaryFolder } from './run-command.ts';

function aFolder(parent: string): { repo: string; env: Record<string, string> } {
  const repo = join(parent, 'repo');
  mkdirSync(repo);
  writeFileSync(join(repo, 'cart.ts'), 'export function total() {}\n');
  writeFileSync(join(repo, 'notes.md'), 'Notes.\n');
  return { repo, env: { SWITCHYARD_HOME: join(parent, 'home') } };
}

test('a --path of map that nothing matches is told in options of the command', async () => {
  using folder = temporaryFolder();
  const { repo, env } = aFolder(folder.path);
  const end = await runSwitchyard(['map', '--repo', repo, '--path', 'zzzz'], { env });
  assert.match(end.stderr, /^switchyard: no file of this snapshot matches --path "zzzz"; leave --path out [^\n]+\n$/);
  assert.doesNotMatch(end.stderr, /list_files/);
  assert.deepEqual([end.code, end.stdout], [2, '']);
  const empty = await runSwitchyard(['map', '--repo', repo, '--path', 'notes.md'], { env });
  assert.match(empty.stdout, /nothing to show/);
  assert.doesNotMatch(empty.stdout, /list_files/);
});

test('index --explain of a file that does not exist is a mistake, with --json too', async () => {
  using folder = temporaryFolder();
  const { repo, env } = aFolder(folder.path);
  const plain = await runSwitchyard(['index', '--repo', repo, '--explain', 'nope.go'], { env });
  assert.match(plain.stderr, /^switchyard: --explain nope\.go: there is no such file in repo[^\n]*\n$/);
  assert.deepEqual([plain.code, plain.stdout], [2, '']);
  const json = await runSwitchyard(['index', '--repo', repo, '--explain', 'nope.go', '--json'], { env });
  assert.equal(JSON.parse(json.stdout).found, false);
  assert.equal(json.code, 2);
  const found = await runSwitchyard(['index', '--repo', repo, '--explain', 'cart.ts'], { env });
  assert.match(found.stdout, /^cart\.ts: searchable: code/);
  assert.equal(found.code, 0);
});

test('index names what is left out, and how to have the secrets', async () => {
  using folder = temporaryFolder();
  const { repo, env } = aFolder(folder.path);
  writeFileSync(join(repo, '.env'), 'TOKEN=hidden\n');
  writeFileSync(join(repo, 'logo.png'), Buffer.from([137, 80, 0, 1]));
  const plain = await runSwitchyard(['index', '--repo', repo], { env });
  assert.match(plain.stdout, /is searchable: 2 files.*\nleft out:\n {2}1 secret: \.env\n {2}1 binary: logo\.png\n$/);
  assert.match(plain.stderr, /left out a file that is known to hold secrets: \.env \(--include-secrets reads it\)\n$/);
  const whole = await runSwitchyard(['index', '--repo', repo, '--include-secrets', '--json'], { env });
  assert.deepEqual(JSON.parse(whole.stdout).left_out, [{ reason: 'binary', count: 1, examples: ['logo.png'] }]);
  assert.doesNotMatch(whole.stderr, /secret/);
});
