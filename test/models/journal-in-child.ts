/** Writes to a journal in a process of its own: node journal-in-child.ts FOLDER PREFIX COUNT, begun by a message. */
import { createFileJournal } from '../../models/journal.ts';
import { entryKey, reply } from './journal-entries.ts';

const [folder = '', prefix = '', count = ''] = process.argv.slice(2);
const journal = createFileJournal(folder);
await new Promise((ready) => {
  process.once('message', ready);
  process.send?.({ ready: true });
});
for (let number = 0; number < Number(count); number += 1) {
  const callKey = `${prefix}${number}`;
  await journal.write({ ...entryKey, callKey }, reply(callKey.repeat(2000)));
  process.send?.({ written: callKey });
}
process.disconnect?.();
