/** `npm run bench:intervals`: the coverage of intervals. */
import { seededRandom } from '../../lib/random.ts';
import { coverageOf, trials } from './interval-simulation.ts';
import { readOptions } from '../support/bench-options.ts';

const values = readOptions(
  'npm run bench:intervals --',
  'Prints the coverage of every kind of interval by number of questions, beside how often it is printed at all.',
  { samples: { type: 'number', default: 1000, about: 'samples of each interval and number of questions' } },
);
const samples = values.samples;
const sizes = [15, 40, 60, 100, 300];
process.stdout.write(`| interval, ${samples} samples each | ${sizes.map((size) => `n = ${size}`).join(' | ')} |\n`);
process.stdout.write(`| --- |${' --- |'.repeat(sizes.length)}\n`);
for (const trial of trials) {
  const cells = sizes.map((size) => {
    const { printed, covered } = coverageOf(trial, size, samples, seededRandom(size));
    if (printed < samples / 20) return 'too few';
    return `${((100 * covered) / printed).toFixed(1)} %${printed < samples ? ` (of ${printed})` : ''}`;
  });
  process.stdout.write(`| ${trial.name} | ${cells.join(' | ')} |\n`);
}
