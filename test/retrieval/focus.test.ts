import assert from 'node:assert/strict';
import { test } from 'node:test';
import { focusPlaces } from '../../retrieval/search/focus.ts';
import type { SnapshotView, ViewFile } from '../../retrieval/snapshot/snapshot-view.ts';
import type { Place } from '../../retrieval/tools/rendering.ts';

const file = { path: 'lib/kettle.js', lines: 60 } as ViewFile;
const lines = Array.from({ length: 60 }, (_, at) => `  step(${at});`);
lines[1] = 'export function brew(cups) {';
lines[49] = '  if (litres < 1) throw new Error("KETTLE_EMPTY");';
const view = { linesOf: () => lines } as unknown as SnapshotView;
const whole: Place = { file, firstLine: 1, lastLine: 60, symbol: { kind: 'function', name: 'brew' } };
const rangesOf = (places: Place[]) => places.map(({ firstLine, lastLine }) => `${firstLine}-${lastLine}`);

test('a place is cut to its signature and the lines that speak of the query, shorter behind the best ones', () => {
  const ranges = rangesOf(focusPlaces(view, [whole, whole, whole, whole], 'Why is KETTLE_EMPTY thrown?'));
  assert.deepEqual(ranges.slice(0, 2), ['2-2', '11-50']);
  assert.deepEqual(ranges.slice(6), ['2-2', '35-50']);
});

test('a short place stays whole, and a signature inside the window is not shown twice', () => {
  const short = { ...whole, lastLine: 20 };
  assert.deepEqual(rangesOf(focusPlaces(view, [short, short, short, short], 'KETTLE_EMPTY')).at(-1), '1-20');
  assert.deepEqual(rangesOf(focusPlaces(view, [whole], 'How many cups does brew take?')), ['1-40']);
});
