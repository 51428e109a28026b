/** Loaded before a worker: its wall clock jumps an hour ahead and half an hour back, every few seconds. */

const RealDate = Date;
const everyMs = 4_000;
const shiftsMs = [0, 3_600_000, -1_800_000, 60_000];

/** The same in all threads of the process. */
function shiftedNow(): number {
  const realMs = RealDate.now();
  return realMs + (shiftsMs[Math.floor(realMs / everyMs) % shiftsMs.length] ?? 0);
}

class ShiftedDate extends RealDate {
  constructor(...given: [] | [value: number | string | Date]) {
    super(...((given.length === 0 ? [shiftedNow()] : given) as [number]));
  }

  static override now(): number {
    return shiftedNow();
  }
}

globalThis.Date = ShiftedDate as DateConstructor;
