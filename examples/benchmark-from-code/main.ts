/** A benchmark from code: two pipelines over two questions, with a grader of one's own. */
import { fileURLToPath } from 'node:url';
import { evaluate } from '../../client/benchmark/evaluate.ts';
import { graders } from './graders.ts';

const repository = fileURLToPath(new URL('../kettle', import.meta.url));
const expected = { paths: ['lib/kettle.js'] };

const { name, ending, records, comparisons } = await evaluate({
  name: process.argv[2] ?? 'kettle-benchmark',
  data: [
    {
      id: 'empty',
      question: 'When does boil throw KETTLE_EMPTY?',
      repository,
      expected_route: 'code',
      kind: 'answerable',
      gold: expected,
    },
    {
      id: 'limit',
      question: 'What is the limit of the hob?',
      repository,
      expected_route: 'code',
      kind: 'answerable',
      gold: expected,
    },
  ],
  pipelines: ['single-agent', 'orchestrated'],
  graders,
  decidedBy: 'citesCode',
});

process.stdout.write(`${name}: ${ending}\n`);
for (const { record, graded, scores } of records)
  process.stdout.write(
    `${record.variant} ${record.question_id}: ${graded.label}, short ${scores.short}, cites code ${scores.citesCode}\n`,
  );
for (const { baseline, candidate, verdict } of comparisons)
  process.stdout.write(`${candidate.variant} against ${baseline.variant}: ${verdict.kind}\n`);
