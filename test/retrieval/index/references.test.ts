import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grammarFor } from '../../../retrieval/index/grammars.ts';
import { resolveImport } from '../../../retrieval/index/import-resolution.ts';
import { readSyntax, type Syntax } from '../../../retrieval/index/syntax.ts';

async function read(path: string, text: string): Promise<Syntax> {
  const grammar = await grammarFor(path);
  assert.ok(grammar !== null, `no grammar for ${path}`);
  const syntax = readSyntax(grammar, text, text.split('\n').length);
  assert.ok(syntax !== null);
  return syntax;
}

const uses: [path: string, text: string, references: string[], imports: string[]][] = [
  [
    'a.ts',
    "import { one as two } from './b.ts';\nexport * from './c';\nclass A extends Base<Item> { run() { return new Thing(this.cart.total()); } }\n",
    ['import one', 'type Item', 'call Thing', 'call total'],
    ['./b.ts', './c'],
  ],
  ['a.tsx', 'const view = <Cart items={useItems()} />;\n', ['call Cart', 'call useItems'], []],
  ['a.js', "const b = require('./b');\nb.start();\n", ['call require', 'call start'], ['./b']],
  [
    'a.py',
    'import os.path\nfrom .shop import cart as c\nclass A(Base):\n    def f(self):\n        return self.total(Item())\n',
    ['type Base', 'call total', 'call Item'],
    ['os.path', '.shop', '.shop.cart'],
  ],
  [
    'a.go',
    'package a\nimport "shop/cart"\nfunc f(t *Item) { cart.Total(t) }\n',
    ['type Item', 'call Total'],
    ['shop/cart'],
  ],
  [
    'a.rs',
    'use crate::shop::cart;\nmod item;\nfn f() { cart.total(); }\n',
    ['call total'],
    ['crate::shop::cart', 'self::item'],
  ],
  [
    'A.java',
    'import shop.Cart;\nclass A { void f() { total(new Item()); } }\n',
    ['call total', 'type Item', 'call Item'],
    ['shop.Cart'],
  ],
  ['a.cpp', '#include "shop/cart.h"\nint f() { return total(); }\n', ['call total'], ['shop/cart.h']],
  ['A.cs', 'using Shop.Cart;\nclass A { void F() { Total(); } }\n', ['call Total'], ['Shop.Cart']],
  ['a.rb', "require_relative 'cart'\nCart.total(1)\n", ['call require_relative', 'call total'], ['./cart']],
  ['a.php', "<?php\nrequire_once 'cart.php';\ntotal();\n", ['call total'], ['cart.php']],
  ['a.sh', 'build cart\n', ['call build'], []],
];

test('what a file uses and imports is found by name in every language that has a grammar', async () => {
  for (const [path, text, references, imports] of uses) {
    const found = await read(path, text);
    const told = found.references.map(({ kind, name }) => `${kind} ${name}`);
    for (const reference of references)
      assert.ok(told.includes(reference), `${path}: ${reference} in ${told.join(', ')}`);
    assert.deepEqual(found.imports, imports, path);
  }
});

test('a name that is used several times counts, from its first line', async () => {
  const { references } = await read('a.ts', '\ntotal();\ntotal();\nother();\n');
  assert.deepEqual(references[0], { name: 'total', kind: 'call', count: 2, line: 2 });
});

test('the keys of JSON, YAML and TOML are definitions down to the second level', async () => {
  const keys = async (path: string, text: string) =>
    (await read(path, text)).definitions.map(({ name, kind }) => `${kind} ${name}`);
  assert.deepEqual(await keys('a.json', '{\n"name": 1,\n"scripts": {\n"test": {\n"deep": 1}}}'), [
    'key name',
    'key scripts',
    'key test',
  ]);
  assert.deepEqual(await keys('a.yml', 'on: push\njobs:\n  test:\n    runs-on: x\n'), [
    'key on',
    'key jobs',
    'key test',
  ]);
  assert.deepEqual(await keys('a.toml', 'x = 1\n[tool.a]\ny = 2\n'), ['key x', 'key tool.a', 'key y']);
});

test('an import is resolved to the one file that it can mean', () => {
  const files = [
    'src/shop/cart.ts',
    'src/shop/index.ts',
    'packages/core/src/index.ts',
    'packages/core/src/parse.ts',
    'lib/a.js',
    'pkg/__init__.py',
    'pkg/shop/__init__.py',
    'pkg/shop/cart.py',
    'src/shop.rs',
    'java/org/shop/Cart.java',
    'include/shop/cart.h',
    'one/twice.h',
    'two/twice.h',
  ];
  const paths = {
    has: (path: string) => files.includes(path),
    endingLike(ending: string) {
      const found = files.filter((path) => `/${path}`.endsWith(ending));
      return found.length === 1 ? (found[0] ?? null) : null;
    },
  };
  const cases: [from: string, specifier: string, to: string | null][] = [
    ['src/main.ts', './shop/cart.js', 'src/shop/cart.ts'],
    ['src/main.ts', './shop', 'src/shop/index.ts'],
    ['src/shop/cart.ts', '..', null],
    ['src/main.ts', '@org/core', 'packages/core/src/index.ts'],
    ['src/main.ts', '@org/core/parse', 'packages/core/src/parse.ts'],
    ['src/main.ts', 'node:fs', null],
    ['lib/b.js', './a', 'lib/a.js'],
    ['lib/b.js', '../../../etc/passwd', null],
    ['pkg/main.py', '.shop', 'pkg/shop/__init__.py'],
    ['pkg/shop/other.py', '..shop.cart', 'pkg/shop/cart.py'],
    ['tests/test_cart.py', 'pkg.shop.cart', 'pkg/shop/cart.py'],
    ['tests/test_cart.py', 'os', null],
    ['src/main.rs', 'crate::shop::{a, b}', 'src/shop.rs'],
    ['src/lib.rs', 'self::shop', 'src/shop.rs'],
    ['java/Main.java', 'org.shop.Cart', 'java/org/shop/Cart.java'],
    ['src/a.cpp', 'shop/cart.h', 'include/shop/cart.h'],
    ['src/a.cpp', 'twice.h', null],
  ];
  for (const [from, specifier, to] of cases)
    assert.equal(resolveImport(from, specifier, paths), to, `${from} ${specifier}`);
});
