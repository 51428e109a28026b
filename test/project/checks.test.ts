import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

const checkout = join(import.meta.dirname, '../..');

/** What a linter of ours says of the given files, in a project with this one's settings. */
function lint(program: 'biome' | 'oxlint', files: Record<string, string>): { code: number | null; output: string } {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-checks-'));
  try {
    for (const name of ['biome.json', '.oxlintrc.json', 'tsconfig.json', 'package.json'])
      cpSync(join(checkout, name), join(folder, name));
    symlinkSync(join(checkout, 'node_modules'), join(folder, 'node_modules'));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const args =
      program === 'biome'
        ? ['lint', '--error-on-warnings', '.']
        : ['--type-aware', '--deny-warnings', '--format', 'unix'];
    const ran = spawnSync(join(checkout, 'node_modules/.bin', program), args, { cwd: folder, encoding: 'utf8' });
    return { code: ran.status, output: ran.stdout + ran.stderr };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const activityCall = (call: string) => `import { proxyActivities } from '@temporalio/workflow';
const { greet } = proxyActivities<{ greet(name: string): Promise<string> }>({ startToCloseTimeout: '1s' });
export async function flow(): Promise<void> {
  ${call}
}
`;
const switchOf = (cases: string) => `export function f(x: 'a' | 'b'): number | undefined {
  switch (x) {
${cases}
  }
  return undefined;
}
`;
const one = "    case 'a':\n      return 1;";
const typed = lint('oxlint', {
  'workflows/awaited.ts': activityCall("await greet('you');"),
  'workflows/forgotten.ts': activityCall("greet('you');"),
  'agents/whole.ts': switchOf(`${one}\n    case 'b':\n      return 2;`),
  'agents/forgetful.ts': switchOf(one),
});

test('an activity call that nobody awaits is an error', () => {
  assert.notEqual(typed.code, 0);
  assert.match(typed.output, /workflows\/forgotten\.ts:.*no-floating-promises/);
  assert.doesNotMatch(typed.output, /workflows\/awaited/);
});

test('a switch that forgets a case of a union is an error', () => {
  assert.notEqual(typed.code, 0);
  assert.match(typed.output, /agents\/forgetful\.ts:.*switch-exhaustiveness-check/);
  assert.doesNotMatch(typed.output, /agents\/whole/);
});

test('files over 250 lines and functions over 40 are errors', () => {
  const lines = (n: number) => Array.from({ length: n }, (_, at) => `  total += ${at};`).join('\n');
  const { code, output } = lint('biome', {
    'agents/long-function.ts': `export function f(): number {\n  let total = 0;\n${lines(41)}\n  return total;\n}\n`,
    'agents/long-file.ts': `${Array.from({ length: 260 }, (_, at) => `export const a${at} = ${at};`).join('\n')}\n`,
  });
  assert.notEqual(code, 0);
  assert.match(output, /noExcessiveLinesPerFunction/);
  assert.match(output, /noExcessiveLinesPerFile/);
});
