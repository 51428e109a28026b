/** Judges the verdict on planted logs: how often it is right, how often chance alone makes it "justified". */
import { parseArgs } from 'node:util';
import { scenarios, tallyVerdicts } from './verdict-simulation.ts';

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const pairs = Number(values.pairs);
const percent = (count: number) => `${((100 * count) / pairs).toFixed(1)} %`;
let met = true;
if (!values.json)
  process.stdout.write(
    `| planted (${pairs} pairs each) | justified | not-justified | undecided | wanted | met |\n| --- | --- | --- | --- | --- | --- |\n`,
  );
for (const { name, planted, verdict, from, to } of scenarios) {
  const tally = tallyVerdicts(planted, pairs, Number(values.seed) * 1_000_003);
  const share = tally[verdict] / pairs;
  const fine = share >= from && share <= to;
  met &&= fine;
  const cells = [tally.justified, tally['not-justified'], tally.undecided].map(percent).join(' | ');
  const wanted = `${verdict} ${100 * from} to ${100 * to} %`;
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ name, pairs, ...tally, verdict, from, to, met: fine })}\n`
      : `| ${name} | ${cells} | ${wanted} | ${fine ? 'yes' : 'NO'} |\n`,
  );
}
process.exitCode = met ? 0 : 100;
