/** What every activity returns: its result, what it cost, and the spans that tell of it. */
import type { SpanRecord } from './span.ts';
import type { Usage } from './usage.ts';

/** `usage` is null where no model took part. */
export type ActivityResult<Result> = { result: Result; usage: Usage | null; spans: SpanRecord[] };
