/** What a fault has cost and broken, as a row; all rows as a table. */
import type { CallCounts } from '../durability/call-counts.ts';
import type { Ending } from './fault-scene.ts';

export type FaultRow = {
  fault: string;
  about: string;
  questions: number;
  /** Ended with an outcome. */
  ended: number;
  /** With the kind, the answer and the citations that they have without the fault. */
  same: number;
  /** Stood waiting for a person. */
  waiting: number;
  kills: number;
  repeatedAfterRecorded: number;
  repeatedAfterReceived: number;
  repeatedInJournalWrite: number;
  repeatedInFlight: number;
  /** Requests beyond those without the fault. */
  extraRequests: number;
  seconds: number;
  secondsWithout: number;
  /** The longest from the end of a disturbance to the next request that the model saw. */
  recoverySeconds: number | null;
  /** Processes that were there after all was stopped. */
  leftRunning: number;
  /** Promises that did not hold. */
  broken: string[];
};

export type Measured = {
  fault: string;
  about: string;
  promise: 'same' | 'ends';
  mustHit: boolean;
  endings: readonly (Ending | null)[];
  without: readonly (Ending | null)[];
  counts: CallCounts;
  kills: number;
  requests: number;
  requestsWithout: number;
  seconds: number;
  secondsWithout: number;
  recoverySeconds: number | null;
  leftRunning: number;
};

const isSame = (one: Ending | null, other: Ending | null): boolean =>
  one !== null && other !== null && one.kind === other.kind && one.answer === other.answer;

const waits = (ending: Ending | null): boolean => ending?.kind.startsWith('waiting') === true;
const hasEnded = (ending: Ending | null): boolean =>
  ending !== null && !waits(ending) && !ending.kind.startsWith('failed');

/** Such as `answered to unavailable: ModelBusy`, each once. */
function changes(endings: readonly (Ending | null)[], without: readonly (Ending | null)[]): string {
  const told = endings.flatMap((ending, at) => {
    const before = without[at] ?? null;
    if (isSame(ending, before)) return [];
    const [one, other] = [before?.kind ?? 'no end', ending?.kind ?? 'no end'];
    return [one === other ? `${one} in other words` : `${one} to ${other}`];
  });
  return [...new Set(told)].join(', ');
}

/** @returns the row, with what did not hold */
export function rowOf(measured: Measured): FaultRow {
  const { fault, about, promise, endings, without, counts, kills } = measured;
  const row = {
    fault,
    about,
    questions: endings.length,
    ended: endings.filter(hasEnded).length,
    same: endings.filter((ending, at) => isSame(ending, without[at] ?? null)).length,
    waiting: endings.filter(waits).length,
    kills,
    repeatedAfterRecorded: counts.repeatedAfterRecorded,
    repeatedAfterReceived: counts.repeatedAfterReceived,
    repeatedInJournalWrite: counts.repeatedInJournalWrite,
    repeatedInFlight: counts.repeatedInFlight,
    extraRequests: measured.requests - measured.requestsWithout,
    seconds: measured.seconds,
    secondsWithout: measured.secondsWithout,
    recoverySeconds: measured.recoverySeconds,
    leftRunning: measured.leftRunning,
  };
  const broken = [
    ...(measured.mustHit && kills === 0 ? ['nothing was hit: lower --kill-seconds, or ask more'] : []),
    ...(row.ended < row.questions ? [`${row.questions - row.ended} did not end`] : []),
    ...(row.waiting > 0 ? [`${row.waiting} wait for a person`] : []),
    ...(promise === 'same' && row.same < row.questions
      ? [`${row.questions - row.same} ended otherwise (${changes(endings, without)})`]
      : []),
    ...(row.repeatedAfterRecorded > 0 ? [`${row.repeatedAfterRecorded} calls repeated after they were recorded`] : []),
    ...(row.repeatedAfterReceived > 0 ? [`${row.repeatedAfterReceived} calls repeated after they were received`] : []),
    ...(row.leftRunning > 0 ? [`${row.leftRunning} processes left`] : []),
  ];
  return { ...row, broken };
}

const columns: readonly [title: string, cell: (row: FaultRow) => string][] = [
  ['fault', ({ fault }) => fault],
  ['ended', ({ ended, questions }) => `${ended} of ${questions}`],
  ['same', ({ same }) => String(same)],
  ['waiting', ({ waiting }) => String(waiting)],
  ['hits', ({ kills }) => String(kills)],
  [
    'repeated: recorded, received, in journal write, in flight',
    (row) =>
      [row.repeatedAfterRecorded, row.repeatedAfterReceived, row.repeatedInJournalWrite, row.repeatedInFlight].join(
        ', ',
      ),
  ],
  ['extra requests', ({ extraRequests }) => String(extraRequests)],
  ['seconds (without)', ({ seconds, secondsWithout }) => `${seconds.toFixed(0)} (${secondsWithout.toFixed(0)})`],
  ['recovery, s', ({ recoverySeconds }) => (recoverySeconds === null ? '-' : recoverySeconds.toFixed(1))],
  ['left', ({ leftRunning }) => String(leftRunning)],
  ['broken', ({ broken }) => (broken.length === 0 ? 'none' : broken.join('; '))],
];

/** As Markdown. */
export function tableOf(rows: readonly FaultRow[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(columns.map(([title]) => title)),
    line(columns.map(() => '---')),
    ...rows.map((row) => line(columns.map(([, cell]) => cell(row)))),
  ].join('\n');
}
