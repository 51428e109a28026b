/** Writes a finished benchmark's report and memo, and says where they are. */
import { note } from './output.ts';

type Report = { report: string; memo: string };
type Writer = { writeBenchmarkReport(folder: string): Promise<Report> };

/** Loaded late: a report needs charts, and no other command does. */
const writer = './benchmark-report.ts';

/** @returns null where this version has no report */
export async function writeReport(folder: string): Promise<Report | null> {
  try {
    const { writeBenchmarkReport } = (await import(writer)) as Writer;
    return await writeBenchmarkReport(folder);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error;
    note('there is no report yet in this version');
    return null;
  }
}
