/** Of too many entries the one unused for longest goes, and whoever wants to know is told. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LruMap } from '../../lib/lru.ts';

test('getting and setting an entry keeps it, asking whether it is there does not', () => {
  const map = new LruMap<string, number>(3);
  for (const [at, key] of ['a', 'b', 'c'].entries()) map.set(key, at);
  map.get('a');
  map.has('b');
  map.set('d', 3);
  assert.deepEqual([...map.keys()], ['c', 'a', 'd']);
  map.set('c', 9).set('e', 4);
  assert.deepEqual(
    [...map],
    [
      ['d', 3],
      ['c', 9],
      ['e', 4],
    ],
  );
});

test('an entry that had to go is told of once, one that was deleted or set anew is not', () => {
  const gone: [string, number][] = [];
  const map = new LruMap<string, number>(1, (key, value) => gone.push([value, key]));
  map.set('a', 1).set('a', 2).set('b', 3);
  map.delete('b');
  map.set('c', 4);
  assert.deepEqual(gone, [['a', 2]]);
});

test('an entry whose value is undefined is kept as any other', () => {
  const map = new LruMap<string, undefined>(2);
  map.set('a', undefined).set('b', undefined).get('a');
  map.get('missing');
  map.set('c', undefined);
  assert.deepEqual([...map.keys()], ['a', 'c']);
});

test('it holds what was used last, whatever is done with it', () => {
  const step = fc.record({ key: fc.integer({ min: 0, max: 8 }), kind: fc.constantFrom('get', 'set', 'delete') });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const map = new LruMap<number, number>(4);
      let expected: number[] = [];
      for (const { key, kind } of steps) {
        const known = expected.includes(key);
        const others = expected.filter((other) => other !== key);
        if (kind === 'get') map.get(key);
        else if (kind === 'set') map.set(key, key);
        else map.delete(key);
        expected = kind === 'delete' ? others : known || kind === 'set' ? [...others, key].slice(-4) : others;
      }
      assert.deepEqual([...map.keys()], expected);
    }),
  );
});
