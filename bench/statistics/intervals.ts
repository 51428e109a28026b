/** Prints the coverage of every kind of interval by number of questions, beside how often it is printed at all. */
import { parseArgs } from 'node:util';
import { seededRandom } from '../../lib/random.ts';
import { coverageOf, trials } from './interval-simulation.ts';

const { values } = parseArgs({ options: { samples: { type: 'string', default: '1000' } } });
const samples = Number(values.samples);
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
