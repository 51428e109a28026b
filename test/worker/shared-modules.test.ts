/** All runs share the modules of the bundle, which are evaluated once: none of them may keep anything from one run for the next. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Expression, parseSync, type Statement } from 'oxc-parser';
import { dataPaths } from '../../config/data-paths.ts';
import { bundling, workflowBundle, workflowsPath } from '../../worker/workflow-bundle.ts';
import { checkout } from '../support/temporal.ts';

const { codePath } = await workflowBundle(dataPaths(join(checkout, '.switchyard')).cache);
const bundle = readFileSync(codePath, 'utf8');
const ownModule = /^\/\*\*\*\/ "\.\/((?:workflows|contracts|lib)\/[^"]+\.ts)"/gm;

/** What at the top level of a module could hold something of a run. */
function stateOf(source: string): string[] {
  const { program, errors } = parseSync('module.ts', source);
  assert.deepEqual(errors, []);
  return program.body.flatMap(stateIn);
}

function stateIn(statement: Statement): string[] {
  if (statement.type === 'ExportNamedDeclaration') return statement.declaration ? stateIn(statement.declaration) : [];
  if (statement.type === 'VariableDeclaration') {
    if (statement.kind !== 'const') return [statement.kind];
    return statement.declarations.flatMap(({ init }) => (init !== null && isContainer(init) ? [init.type] : []));
  }
  if (statement.type !== 'ClassDeclaration') return [];
  return statement.body.body.flatMap((part) =>
    part.type === 'PropertyDefinition' && part.static ? ['a static field'] : [],
  );
}

/** A container that is filled later, if ever. */
function isContainer(init: Expression): boolean {
  if (init.type === 'TSAsExpression' || init.type === 'TSSatisfiesExpression') return isContainer(init.expression);
  if (init.type === 'NewExpression') return true;
  if (init.type === 'ArrayExpression') return init.elements.length === 0;
  return init.type === 'ObjectExpression' && init.properties.length === 0;
}

test('no module of the bundle has state at its top level', () => {
  const files = [...bundle.matchAll(ownModule)].flatMap(([, file]) => file ?? []);
  assert.ok(files.length > 25);
  for (const file of files) assert.deepEqual(stateOf(readFileSync(join(checkout, file), 'utf8')), [], file);
});

test('such state is found', () => {
  const state = [
    'let last: string;',
    'export const runs = new Map();',
    'const seen: string[] = [];',
    'export const known = {} as Record<string, string>;',
    'export class Run { static count = 0; }',
  ];
  for (const line of state) assert.equal(stateOf(line).length, 1, line);
  assert.deepEqual(
    stateOf('export const names = { one: 1 } as const; export function make() { return new Map(); }'),
    [],
  );
});

test('every workflow is loaded before the first run, and the bundle holds no sources', () => {
  assert.deepEqual(bundling.preloadModules, [workflowsPath]);
  assert.match(bundle, /function preloadModules\(\) \{\s+__webpack_require__\(/);
  const [, map = ''] = /sourceMappingURL=data:application\/json;charset=utf-8;base64,(\S+)/.exec(bundle) ?? [];
  const { sources, sourcesContent } = JSON.parse(Buffer.from(map, 'base64').toString()) as {
    sources: string[];
    sourcesContent?: string[];
  };
  assert.ok(sources.length > 100);
  assert.equal(sourcesContent, undefined);
  assert.ok(bundle.length < 1_700_000, `${bundle.length} bytes`);
});
