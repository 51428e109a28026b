/** Figures of many measurements: medians with their spread, and ratios between systems that were measured in turn. */

import { median, quantile, round } from '../../support/figures.ts';

export type Figure = {
  /** The median. */
  value: number;
  /** Of the blocks' medians: a tenth lie below, a tenth above. */
  low: number;
  high: number;
  /** Single measurements. */
  n: number;
};

/** @param blocks of each block its measurements */
export function figureOf(blocks: readonly (readonly number[])[]): Figure {
  const all = blocks.flat();
  const medians = blocks.filter((block) => block.length > 0).map((block) => median(block));
  return {
    value: round(median(all)),
    low: round(quantile(medians, 0.1)),
    high: round(quantile(medians, 0.9)),
    n: all.length,
  };
}

/** The median of the ratios of blocks that were measured one after the other: what the machine did meanwhile cancels out. */
export function pairedRatio(blocks: readonly number[], reference: readonly number[]): number | null {
  const ratios = blocks.flatMap((value, at) => {
    const other = reference[at];
    return other === undefined || other === 0 ? [] : [value / other];
  });
  return ratios.length === 0 ? null : round(median(ratios), 3);
}
