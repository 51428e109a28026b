/** Starts the workflow that exports a run's trace; a server would not start the child of a run that ends (temporalio/temporal#2829). */
import type { ExportInput } from '../../contracts/trace.ts';
import type { TraceExport } from './export-spans.ts';

/** @returns the run that it was for */
export const startExport =
  ({ sink, start }: Pick<TraceExport, 'sink' | 'start'>) =>
  async (input: ExportInput): Promise<string> => {
    if (sink.kind !== 'none') await start(input);
    return input.runId;
  };
