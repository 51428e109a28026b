/** What `switchyard serve` refuses before anything is started, and the key that it makes where no setting has one. */
import assert from 'node:assert/strict';
import { chmodSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadConfig } from '../../config/load-config.ts';
import { ConfigError } from '../../config/read-config.ts';
import { ownServeKey } from '../../config/serve-keys.ts';
import { temporaryFolder } from '../client/run-command.ts';
import { runInProcess } from '../client/run-in-process.ts';

for (const [name, given, words] of [
  ['an address that others reach, without keys', ['--host', '0.0.0.0'], /SWITCHYARD_SERVE_KEYS is not set/],
  ['a repository that there is not', ['--repo', '/nowhere/at/all'], /there is nothing at \/nowhere\/at\/all/],
  ['a repository twice', ['--repo', '.', '--repo', './'], /named twice/],
  ['a pipeline that there is not', ['--pipeline', 'nobody'], /there is no pipeline "nobody"/],
  ['a port that is none', ['--port', '70000'], /--port must be a port, or 0/],
  ['a public address with a path', ['--public-url', 'https://ask.example/x'], /without a path/],
  ['an origin that is none', ['--allow-origin', 'chat.example'], /--allow-origin must be an origin/],
] as const)
  test(`${name} is refused with the way out`, async () => {
    using folder = temporaryFolder();
    const { code, stderr, stdout } = await runInProcess(['serve', ...given], { env: { SWITCHYARD_HOME: folder.path } });
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, words);
  });

test('keys are read from the setting or from its file; what is wrong is told without the key', () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 'keys');
  const [ana, ben] = ['ana:key-of-ana-0123456789', 'ben:key-of-ben-0123456789'];
  const keysOf = (SWITCHYARD_SERVE_KEYS: string) => loadConfig({ SWITCHYARD_SERVE_KEYS }, folder.path).serve.keys;
  const names = (setting: string) => keysOf(setting).map(({ name }) => name);
  assert.deepEqual(names(`${ana}, ${ben}`), ['ana', 'ben']);
  writeFileSync(file, `# ours\n${ana}\n\n${ben}\n`, { mode: 0o600 });
  assert.deepEqual(names(file), ['ana', 'ben']);
  const mistakeOf = (setting: string): string => {
    try {
      keysOf(setting);
    } catch (error) {
      if (error instanceof ConfigError) return error.message;
      throw error;
    }
    return '';
  };
  for (const setting of ['ana:short', `${ana},${ana}`, `${ana},ben:key-of-ana-0123456789`, 'key-of-ana-0123456789'])
    assert.match(mistakeOf(setting), /^SWITCHYARD_SERVE_KEYS: expected NAME:KEY/);
  writeFileSync(file, `${ana}\nben key-of-ben-0123456789\n`);
  assert.match(mistakeOf(file), /^SWITCHYARD_SERVE_KEYS: .*keys: line 2: expected NAME:KEY/);
  chmodSync(file, 0o644);
  assert.match(mistakeOf(file), /others may read it: chmod 600/);
  assert.match(mistakeOf(join(folder.path, 'none')), /there is no such file/);
  assert.ok(![`${ana},${ana}`, file].some((setting) => mistakeOf(setting).includes('0123456789')));
});

test('a key is made once, and only its owner may read it', () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 'home', 'serve-keys');
  const first = ownServeKey(file);
  const again = ownServeKey(file);
  assert.deepEqual([first.isNew, again.isNew, again.keys], [true, false, first.keys]);
  assert.match(first.keys[0]?.key ?? '', /^sy-[\w-]{43}$/);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  writeFileSync(file, 'nonsense\n');
  assert.match(ownServeKey(file).mistakes.join(), /line 1/);
});
