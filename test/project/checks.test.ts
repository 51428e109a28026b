import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

const checkout = join(import.meta.dirname, '../..');

/** A project with this one's settings and the given files; `check` runs a linter of ours on it. */
function project(files: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-checks-'));
  for (const name of ['biome.json', '.oxlintrc.json', 'tsconfig.json', 'package.json']) {
    cpSync(join(checkout, name), join(folder, name));
  }
  symlinkSync(join(checkout, 'node_modules'), join(folder, 'node_modules'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const check = (program: 'biome' | 'oxlint') => {
    const args = program === 'biome' ? ['lint', '--error-on-warnings', '.'] : ['--type-aware', '--deny-warnings'];
    const ran = spawnSync(join(checkout, 'node_modules/.bin', program), args, { cwd: folder, encoding: 'utf8' });
    return { code: ran.status, output: ran.stdout + ran.stderr };
  };
  return { check, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

test('an activity call that nobody awaits is an error', () => {
  const source = (call: string) => `import { proxyActivities } from '@temporalio/workflow';
const { greet } = proxyActivities<{ greet(name: string): Promise<string> }>({ startToCloseTimeout: '1s' });
export async function flow(): Promise<void> {
  ${call}
}
`;
  using awaited = project({ 'workflows/flow.ts': source("await greet('you');") });
  assert.equal(awaited.check('oxlint').code, 0);
  using forgotten = project({ 'workflows/flow.ts': source("greet('you');") });
  const { code, output } = forgotten.check('oxlint');
  assert.notEqual(code, 0);
  assert.match(output, /no-floating-promises/);
});

test('a switch that forgets a case of a union is an error', () => {
  using forgetful = project({
    'agents/a.ts': `export function f(x: 'a' | 'b'): number | undefined {
  switch (x) {
    case 'a':
      return 1;
  }
  return undefined;
}
`,
  });
  assert.match(forgetful.check('oxlint').output, /switch-exhaustiveness-check/);
});

test('files over 250 lines, functions over 40, and import cycles are errors', () => {
  const lines = (n: number) => Array.from({ length: n }, (_, at) => `  total += ${at};`).join('\n');
  using big = project({
    'agents/long-function.ts': `export function f(): number {\n  let total = 0;\n${lines(41)}\n  return total;\n}\n`,
    'agents/long-file.ts': `${Array.from({ length: 260 }, (_, at) => `export const a${at} = ${at};`).join('\n')}\n`,
    'agents/a.ts': "import { b } from './b.ts';\nexport const a: number = b;\n",
    'agents/b.ts': "import { a } from './a.ts';\nexport const b: number = a;\n",
  });
  const { output } = big.check('biome');
  assert.match(output, /noExcessiveLinesPerFunction/);
  assert.match(output, /noExcessiveLinesPerFile/);
  assert.match(output, /noImportCycles/);
});
