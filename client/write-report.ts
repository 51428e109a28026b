/** Writes a finished benchmark's report and memo; one that cannot be reported on is told, and no failure of the run. */
import { UsageError } from './failures.ts';
import { note } from './output.ts';

export type WrittenReport = { report: string; memo: string };

/** @returns null where there is nothing to compare */
export async function writeReport(folder: string): Promise<WrittenReport | null> {
  // Loaded late: a report needs charts, and no other command does.
  const { writeBenchmarkReport } = await import('./benchmark-report.ts');
  try {
    return await writeBenchmarkReport(folder);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    note(`no report: ${error.message}`);
    return null;
  }
}
