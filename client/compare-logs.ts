/** Compares two arms by their run logs: prints the verdict, writes it in other forms, and judges gates. */
import { ComparisonPlan } from '../contracts/comparison-plan.ts';
import { type Comparison, compareArms } from '../harness/comparison/compare-arms.ts';
import { type GateResult, type GateRule, judgeGate } from '../harness/gate-rule.ts';
import { comparisonJunit } from '../harness/rendering/comparison-junit.ts';
import { comparisonCsv, comparisonJson, comparisonText } from '../harness/rendering/comparison-text.ts';
import { offlineNote } from '../harness/rendering/offline-note.ts';
import { armReference, manifestBeside, type ReadArm, readArm, withOneDataset } from './arm-log.ts';
import { exitCodes } from './exit-codes.ts';
import type { GradeOptions } from './graded-log.ts';
import { asUsage } from './json-lines-file.ts';
import { type MarginChange, withMargins } from './margin-option.ts';
import { note, print, printable, printableLine, printJson } from './output.ts';
import { writeResult } from './write-result.ts';

export type OutputFile = { path: string; format: 'xml' | 'csv' | 'json' };
export type CompareOptions = GradeOptions & {
  margin: MarginChange[];
  gate: GateRule[];
  output: OutputFile[];
  json: boolean;
};

/**
 * @returns 100 where a gate is not met
 * @throws UsageError for a log that cannot be graded or has no one reading
 */
export async function compareLogs(
  baselineText: string,
  candidateText: string,
  options: CompareOptions,
): Promise<number> {
  const references = [armReference(baselineText), armReference(candidateText)] as const;
  const read = [await readArm(references[0], options), await readArm(references[1], options)];
  const [baseline, candidate] = withOneDataset(read, options.dataset) as [ReadArm, ReadArm];
  const plan = withMargins(await planOf(baseline, candidate), options.margin);
  const comparison = asUsage(() => compareArms(baseline, candidate, plan));
  const gates = options.gate.map((rule) => judgeGate(rule, comparison));
  if (baseline.offline || candidate.offline) note(offlineNote);
  tell(comparison, gates, options.json);
  for (const { path, format } of options.output) {
    await writeResult(path, contentOf(format, comparison, gates));
  }
  return gates.every(({ met }) => met) ? exitCodes.worked : exitCodes.gate;
}

/** Two arms of one benchmark are compared as it was planned before it ran. */
async function planOf(baseline: ReadArm, candidate: ReadArm): Promise<ComparisonPlan> {
  const manifest = baseline.file === candidate.file ? await manifestBeside(baseline.file) : null;
  return manifest?.plan ?? ComparisonPlan.parse({});
}

function tell(comparison: Comparison, gates: readonly GateResult[], json: boolean): void {
  if (json) {
    printJson({ ...comparison, gates });
    return;
  }
  print(printable(comparisonText(comparison).trimEnd()));
  for (const { rule, met, reason } of gates)
    print(printableLine(`gate ${met ? 'met' : 'NOT MET'}: ${rule}: ${reason}`));
}

function contentOf(format: OutputFile['format'], comparison: Comparison, gates: readonly GateResult[]): string {
  switch (format) {
    case 'xml':
      return comparisonJunit(comparison, gates);
    case 'csv':
      return comparisonCsv(comparison);
    case 'json':
      return comparisonJson(comparison);
    default:
      return format satisfies never;
  }
}
