/** Seeded numbers come out the same for ever: figures and orders that were published depend on them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fnv1a, randomBits, seedFor, shuffle } from '../../lib/random.ts';

test('the generator and the hash are the published ones', () => {
  const bits = randomBits(1);
  assert.deepEqual([bits(), bits(), bits()], [2693262067, 11749833, 2265367787]);
  // Test vectors of draft-eastlake-fnv.
  assert.deepEqual([fnv1a(''), fnv1a('a'), fnv1a('foobar')], [0x811c9dc5, 0xe40c292c, 0xbf9cf968]);
  assert.equal(seedFor(7, 'accuracy') | 0, seedFor(7, 'accuracy'), 'a seed is a signed 32-bit number');
  assert.notEqual(seedFor(7, 'accuracy'), seedFor(8, 'accuracy'));
});

test('a shuffle keeps every item, and one seed gives one order', () => {
  const orderOf = (items: number[], seed: number) => {
    const bits = randomBits(seed);
    return shuffle([...items], (limit) => bits() % limit);
  };
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.integer(), (items, seed) => {
      const order = orderOf(items, seed);
      assert.deepEqual(order.toSorted(), items.toSorted());
      assert.deepEqual(order, orderOf(items, seed));
    }),
  );
  assert.deepEqual(orderOf([0, 1, 2, 3, 4, 5, 6, 7], 42), [1, 3, 7, 6, 5, 0, 2, 4]);
});

test('every order is as likely as any other', () => {
  const bits = randomBits(3);
  const seen = new Map<string, number>();
  for (let at = 0; at < 6000; at += 1) {
    const order = shuffle(['a', 'b', 'c'], (limit) => bits() % limit).join('');
    seen.set(order, (seen.get(order) ?? 0) + 1);
  }
  assert.equal(seen.size, 6);
  for (const [order, times] of seen) assert.ok(Math.abs(times - 1000) < 150, `${order}: ${times}`);
});
