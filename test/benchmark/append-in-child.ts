/** Appends records in a process of its own, for tests of several writers: node append-in-child.ts PLACE PREFIX COUNT. */
import { RunLogFile } from '../../activities/benchmark/run-log-file.ts';
import { RunLogRecord } from '../../contracts/run-log.ts';

const [place = '', prefix = '', count = ''] = process.argv.slice(2);
const log = new RunLogFile(place);
await new Promise((ready) => {
  process.once('message', ready);
  process.send?.({ ready: true });
});
for (let number = 1; number <= Number(count); number += 1) {
  const id = `${prefix}${number}`;
  const record = RunLogRecord.parse({ question_id: id, variant: 'a', final_answer: 'x'.repeat(20_000) });
  await log.append(record);
  process.send?.({ acknowledged: id });
}
process.disconnect?.();
