/** Charts of a measurement, as SVG. */
import type { Results } from './results.ts';

export type Chart = { file: string; title: string; svg: string };

export function chartsOf(_results: Results): Chart[] {
  return [];
}
