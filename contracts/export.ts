/** What the export of a trace is told, and what it tells. */
import { z } from 'zod';

export const ExportInput = z.object({ workflowId: z.string().min(1), runId: z.string().min(1) });
export type ExportInput = z.infer<typeof ExportInput>;

export const ExportResult = z.object({ traceId: z.string(), spans: z.int().nonnegative() });
export type ExportResult = z.infer<typeof ExportResult>;
