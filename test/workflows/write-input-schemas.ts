/** Writes what workflow code checks its inputs against, out of the contracts: `npm run schemas`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { BenchmarkInput } from '../../contracts/benchmark.ts';
import { Decision } from '../../contracts/decision.ts';
import { ExporterInput } from '../../contracts/trace.ts';
import { Notice } from '../../contracts/notice.ts';
import { MakeQuestionsInput } from '../../contracts/evaluation/question-making.ts';
import { LookForRepliesInput } from '../../contracts/reuse.ts';
import { QuestionInput, RouteInput } from '../../contracts/run.ts';

/** By workflow; `decide` is the update and the signal of a question. */
export const inputs = {
  answerQuestion: QuestionInput,
  routeOnly: RouteInput,
  runBenchmark: BenchmarkInput,
  exportTraces: ExporterInput,
  makeQuestions: MakeQuestionsInput,
  deliverNotice: Notice,
  lookForReplies: LookForRepliesInput,
  decide: Decision,
} as const;

/** Of what may be given: a field with a default need not be. */
export function inputSchemas(): Record<string, unknown> {
  const schemaOf = (input: z.ZodType) => {
    // Descriptions are for people: every workflow worker would load them.
    const override = ({ jsonSchema }: { jsonSchema: { description?: string | undefined } }) => {
      delete jsonSchema.description;
    };
    const { $schema: _, ...schema } = z.toJSONSchema(input, { io: 'input', override });
    return schema;
  };
  return Object.fromEntries(Object.entries(inputs).map(([workflow, input]) => [workflow, schemaOf(input)]));
}

if (import.meta.main) {
  const path = join(import.meta.dirname, '../../workflows/input/input-schemas.json');
  writeFileSync(path, `${JSON.stringify(inputSchemas(), null, 2)}\n`);
}
