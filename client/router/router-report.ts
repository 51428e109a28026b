/** The figures of a fitted router for people: agreement, confusion, calibration as a plot of letters, risk by coverage. */
import type { LearningCurve } from '../../router-fit/learning-curve.ts';
import { mostWanted } from '../../router-fit/learning-curve.ts';
import type { RouterFigures } from '../../router-fit/router-figures.ts';
import { printableLine } from '../../lib/printable.ts';
import { confusionRows } from '../ask/route-questions.ts';

export function figuresText(figures: RouterFigures, curve: LearningCurve | null): string {
  const { agreement, kappa, macroF1, brier, brierOfConstant, confusion } = figures;
  const between = `95 % interval ${percent(agreement.interval.low)} to ${percent(agreement.interval.high)}`;
  const spread =
    figures.repetitions === 1 ? '' : `, repetitions ${percent(agreement.lowest)} to ${percent(agreement.highest)}`;
  return [
    measuredText(figures),
    `agreement    ${percent(agreement.mean)} (${between}${spread})`,
    `kappa        ${kappa === null ? 'not defined: one label only' : kappa.toFixed(3)}`,
    `macro-F1     ${macroF1.toFixed(3)}`,
    `Brier score  ${brier.toFixed(3)}, of a constant ${brierOfConstant.toFixed(3)}`,
    '',
    ...confusionRows({ labels: confusion.labels, counts: confusion.counts.map((row) => row.map((n) => n.toFixed(1))) }),
    '',
    ...calibrationLines(figures),
    '',
    ...riskLines(figures),
    ...(curve === null ? [] : ['', ...learningLines(curve)]),
  ].join('\n');
}

function measuredText({ questions, folds, repetitions }: RouterFigures): string {
  if (folds === 0) return `${questions} questions that the router was not fitted on`;
  return `${questions} questions, out of fold: ${repetitions} repetitions of ${folds} folds, every choice inside the folds`;
}

const plotWidth = 40;

/** Each row a fifth of the questions: `o` where they agree as often as the router is sure, `|` where it is sure. */
function calibrationLines({ calibration: { error, perfect, bins } }: RouterFigures): string[] {
  const place = (share: number) => Math.min(plotWidth - 1, Math.floor(share * plotWidth));
  return [
    `calibration error ${error.toFixed(3)} in ${bins.length} bins; of a perfect router of this size ${perfect.mean.toFixed(3)}, below ${perfect.atMost.toFixed(3)} in 95 %`,
    `questions  sure  agreed  0 %${' '.repeat(plotWidth - 8)}100 %   | sure, o agreed`,
    ...bins.map(({ questions, confidence, agreed }) => {
      const line = Array.from({ length: plotWidth }, () => '.');
      line[place(confidence)] = '|';
      line[place(agreed)] = place(agreed) === place(confidence) ? '@' : 'o';
      const figures = [String(questions).padStart(9), short(confidence), short(agreed)];
      return `${figures[0]}  ${figures[1]}  ${figures[2]}   ${line.join('')}`;
    }),
  ];
}

const shownCoverages = [1, 0.8, 0.6, 0.4, 0.2];

function riskLines({ riskCoverage }: RouterFigures): string[] {
  const shown = riskCoverage.filter(({ coverage }) => shownCoverages.some((each) => Math.abs(each - coverage) < 1e-6));
  return [
    'surest  from probability  wrong  at most (95 %)',
    ...shown.map(
      ({ coverage, probability, risk, riskAtMost }) =>
        `${percent(coverage, 0).padStart(6)}  ${probability.toFixed(2).padStart(16)}  ${percent(risk).padStart(6)}  ${percent(riskAtMost).padStart(8)}`,
    ),
  ];
}

function learningLines(curve: LearningCurve): string[] {
  const wanted = mostWanted(curve);
  return [
    `learning curve  ${curve.points.map(({ labels, agreement }) => `${labels} labels ${percent(agreement)}`).join(', ')}`,
    wanted === null
      ? 'no route stands out whose labels would help most'
      : `20 more labels of ${printableLine(wanted.route)} would help most: about ${points(wanted.gain)} (standard error ${points(wanted.error)})`,
  ];
}

const percent = (share: number, digits = 1): string => `${(share * 100).toFixed(digits)} %`;
const points = (share: number): string => `${(share * 100).toFixed(1)} points`;
const short = (share: number): string => percent(share, 0).padStart(6);
