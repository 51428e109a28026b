import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { undocumented } from './documented.ts';

test('what another folder calls has a comment that says what it takes, gives or throws', () => {
  assert.deepEqual(undocumented(join(import.meta.dirname, '../..')), []);
});

test('a function without one is found where another folder imports it, and not where its own does', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'switchyard-documented-'));
  t.after(() => rmSync(root, { recursive: true }));
  const files = {
    'lib/a.ts':
      '/** The file. */\nimport {} from "node:fs";\nexport function bare() {}\nexport const arrow = () => 1;\n' +
      '/** Says it. */\nexport function told() {}\nexport function own() {}\nexport const plain = 1;\n',
    'lib/b.ts': "import { own } from './a.ts';\nown();\n",
    'client/c.ts': "import { arrow, bare, plain, told } from '../lib/a.ts';\narrow(bare(), plain, told());\n",
  };
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  execFileSync('git', ['init', '-q'], { cwd: root });
  assert.deepEqual(undocumented(root), ['lib/a.ts:3 bare', 'lib/a.ts:4 arrow']);
});
