/** What messages send a person to exists: files of the checkout, and commands. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Command } from 'commander';
import { createProgram } from '../../client/program.ts';

const checkout = join(import.meta.dirname, '../..');
const folders =
  '{application,client,config,contracts,harness,lib,models,observability,offline-model,retrieval,runtime,worker}';

/** Every line of source that is neither an import nor a comment, with its place. */
const lines = globSync(`${folders}/**/*.{ts,js}`, { cwd: checkout }).flatMap((file) =>
  readFileSync(join(checkout, file), 'utf8')
    .split('\n')
    .map((text, at) => ({ place: `${file}:${at + 1}`, text }))
    .filter(({ text }) => !/^\s*(import |export .* from |\} from |\/?\*|\/\/)|import\(/.test(text)),
);

test('files of the checkout that messages name exist', () => {
  const named = lines.flatMap(({ place, text }) =>
    [
      ...text.matchAll(/(?<![\w./-])((?:docs|contracts|datasets|deploy|pipelines)\/[\w./-]+\.(?:ts|md|jsonl?|sh))/g),
    ].map((match) => ({ place, file: match[1] ?? '' })),
  );
  assert.ok(named.length > 3);
  for (const { place, file } of named) assert.ok(existsSync(join(checkout, file)), `${place} names ${file}`);
});

test('commands that messages name exist', () => {
  const program = createProgram();
  const below = (command: Command, name = '') => command.commands.find((each) => each.name() === name);
  const named = lines.flatMap(({ place, text }) =>
    [...text.matchAll(/(?:"|: |npx |with )switchyard ([a-z][a-z-]+)(?: ([a-z][a-z-]+))?/g)].map(([, first, second]) => {
      const command = below(program, first);
      return { place, first, second, command };
    }),
  );
  assert.ok(named.length > 30, `${named.length}`);
  for (const { place, first, second, command } of named) {
    assert.ok(command !== undefined, `${place} names switchyard ${first}`);
    // Where a command has commands below it, the next word is one of them.
    const known = command.commands.length === 0 || second === undefined || below(command, second) !== undefined;
    assert.ok(known, `${place} names switchyard ${first} ${second}`);
  }
});
