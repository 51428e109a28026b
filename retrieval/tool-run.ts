/** What running a tool gives, before the text is stored and referred to by its content id. */
import type { Evidence } from '../contracts/evidence.ts';

export type ToolRun = {
  status: 'ok' | 'error';
  /** The exact text that the model sees: at most 12,000 characters. */
  text: string;
  /** True when the text says that there is more than it shows. */
  cut: boolean;
  /** The best places shown, at most 8. */
  evidence: Evidence[];
  /** Which service had a part in it, or should have had. */
  remark?: Remark;
};

/** `degraded`: the result is not what it is when the service answers. */
export type Remark = { text: string; degraded: boolean };

/** One line that tells the model what to do differently. */
export function toolError(message: string): ToolRun {
  const line = message.replace(/\s+/g, ' ').trim().slice(0, 500);
  return { status: 'error', text: `error: ${line}`, cut: false, evidence: [] };
}
