import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { mkdirSync, writeFileSync } from 'node:fs';
import { temporaryFolder } from '../client/run-command.ts';
import { undescribed } from './entry-comments.ts';

const root = join(import.meta.dirname, '../..');
const { exports: entries } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, string | { types: string }>;
};

test('whatever an entry of the package exports has a comment, which the API documentation shows', () => {
  const sources = Object.entries(entries).flatMap(([name, entry]) =>
    typeof entry === 'string' || name.includes('*')
      ? []
      : [entry.types.replace('./dist/', '').replace(/\.d\.ts$/, '.ts')],
  );
  assert.ok(sources.length >= 8);
  assert.deepEqual(undescribed(root, sources), []);
});

test('an export without a comment is found, wherever an entry takes it from', () => {
  using folder = temporaryFolder();
  mkdirSync(join(folder.path, 'a'));
  const write = (name: string, text: string) => writeFileSync(join(folder.path, name), text);
  write('index.ts', "export * from './a/b.ts';\nexport { d as e, type F } from './a/c.ts';\nexport const g = 1;\n");
  write('a/b.ts', '/** Said. */\nexport function said() {}\nexport class Unsaid {}\n');
  write(
    'a/c.ts',
    'export const d = 1;\n/** Both of one name. */\nexport const F = 1;\nexport type F = 1;\nexport const no = 2;\n',
  );
  assert.deepEqual(undescribed(folder.path, ['index.ts']), ['a/b.ts Unsaid', 'a/c.ts d', 'index.ts g']);
});
