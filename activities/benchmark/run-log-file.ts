/** The run log of a benchmark for its activities: several workers may write it, and none has two records of one trial. */
import { ApplicationFailure } from '@temporalio/common';
import { Piscina } from 'piscina';
import { type Cipher, noCipher } from '../../codecs/cipher.ts';
import { openLine, sealLine } from '../../codecs/sealed-line.ts';
import { RunLogRecord } from '../../contracts/run-log.ts';
import type { RecordKey } from '../../harness/run-log/run-log-store.ts';
import type { RunLogReply, RunLogResults, RunLogTask } from './run-log-thread.ts';
import { moduleUrl } from '../../lib/own-files.ts';

/** One thread for all logs: writers of one process would only wait for each other. */
const thread = new Piscina({
  filename: moduleUrl('activities/benchmark/run-log-thread'),
  name: 'runLogTask',
  minThreads: 0,
  maxThreads: 1,
  idleTimeout: 30_000,
});

/** `records`: how many the log has now. */
export type AppendedRecord = { added: boolean; record: RunLogRecord; records: number };

export class RunLogFile {
  readonly #folder: string;
  readonly #cipher: Cipher;
  /** Of records that are known: none is ever taken away. */
  readonly #keys = new Set<string>();
  #position = 0;

  /** @param folder the benchmark's @param cipher encrypts each record */
  constructor(folder: string, cipher: Cipher = noCipher) {
    this.#folder = folder;
    this.#cipher = cipher;
  }

  /**
   * Takes in what anybody has recorded by now; makes the log where there is none.
   * @throws ApplicationFailure, not to be tried again, where `run-log.jsonl` of an earlier version has no one reading
   */
  async refresh(): Promise<void> {
    const { position, keys } = await inThread({ kind: 'keys', folder: this.#folder, after: this.#position });
    for (const each of keys) this.#keys.add(keyOf(each));
    this.#position = Math.max(this.#position, position);
  }

  /** Whether anybody has recorded this trial by now. */
  async has(key: RecordKey): Promise<boolean> {
    if (this.#keys.has(keyOf(key))) return true;
    await this.refresh();
    return this.#keys.has(keyOf(key));
  }

  /** On return the record is on the disk; where the log has one of that trial already, that one stays, and is returned. */
  async append(record: RunLogRecord): Promise<AppendedRecord> {
    const { question_id, variant, trial } = record;
    const key = { question_id, variant, trial };
    const line = sealLine(JSON.stringify(record), key, this.#cipher);
    const task = { kind: 'append', folder: this.#folder, key, text: line } as const;
    const { added, text, records } = await inThread(task);
    return { added, record: added ? record : this.#recordOf(text), records };
  }

  async *records(): AsyncGenerator<RunLogRecord> {
    for (let after = 0; ; ) {
      const lines = await inThread({ kind: 'lines', folder: this.#folder, after });
      for (const { text } of lines) yield this.#recordOf(text);
      const last = lines.at(-1);
      if (last === undefined) return;
      after = last.position;
    }
  }

  #recordOf(line: string): RunLogRecord {
    return RunLogRecord.parse(JSON.parse(openLine(line, this.#cipher)));
  }

  /** Brings `run-log.jsonl` up to date. */
  async export(): Promise<void> {
    await inThread({ kind: 'export', folder: this.#folder });
  }
}

/** The thread answers each kind of task with that kind's result: see run-log-thread.ts. */
async function inThread<Kind extends RunLogTask['kind']>(
  task: RunLogTask & { kind: Kind },
): Promise<RunLogResults[Kind]> {
  const reply: RunLogReply = await thread.run(task);
  if (reply.kind === 'unusable')
    throw ApplicationFailure.nonRetryable(reply.message.slice(0, 1000), 'BenchmarkUnusable');
  return reply.result as RunLogResults[Kind];
}

function keyOf({ question_id, variant, trial }: RecordKey): string {
  return JSON.stringify([question_id, variant, trial]);
}
