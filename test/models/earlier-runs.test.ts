/** What the runs before a fork have left, and how often their journal is read for it. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { createEarlierRuns } from '../../models/earlier-runs.ts';
import { createFileJournal, type Journal } from '../../models/journal.ts';
import { replyKind } from '../../models/journal-entry.ts';
import { entryKey, reply } from './journal-entries.ts';

const words = { name: 'words', schema: z.string() };
const numbers = { name: 'numbers', schema: z.number() };

/** The same journal; `reads`: how often a run's entries were asked for, in whichever way. */
function counted(journal: Journal): { journal: Journal; reads: () => number } {
  let reads = 0;
  const proxy = new Proxy(journal, {
    get(target, name: keyof Journal) {
      if (name === 'ofRun' || name === 'entriesOf') reads += 1;
      return target[name];
    },
  });
  return { journal: proxy, reads: () => reads };
}

test('the journal of a run is read once for all kinds, and again for another run', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-earlier-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const { journal, reads } = counted(createFileJournal(folder));
  await journal.write(entryKey, reply('paid'));
  await journal.writeEntry(words, entryKey, 'a');
  await journal.writeEntry(numbers, entryKey, 7);
  const earlier = createEarlierRuns(journal);
  const run = { workflowId: entryKey.workflowId, runId: entryKey.runId };
  const found = await Promise.all([
    earlier.entries(replyKind, run),
    earlier.entries(words, run),
    earlier.entries(numbers, run),
    earlier.entries(replyKind, run),
  ]);
  const [replies, texts, amounts, again] = found;
  assert.deepEqual([replies[0]?.value.text, texts[0]?.value, amounts[0]?.value], ['paid', 'a', 7]);
  assert.equal(again, replies);
  assert.equal(reads(), 1);
  assert.deepEqual(await earlier.entries(words, { ...run, runId: 'another' }), []);
  assert.equal(reads(), 2);
});

test('a journal that cannot be read now is asked again', async () => {
  let isAway = true;
  const journal = {
    entriesOf: async () => {
      if (isAway) throw new Error('the store is away');
      return [];
    },
  };
  const earlier = createEarlierRuns(journal);
  const run = { workflowId: 'w', runId: 'r' };
  await assert.rejects(earlier.entries(words, run), /away/);
  isAway = false;
  assert.deepEqual(await earlier.entries(words, run), []);
});
