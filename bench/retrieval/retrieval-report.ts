/** Writes the scores of a retrieval run as tables for people or as JSON. */
import {
  bootstrapMean,
  type Figure,
  type FigureName,
  figureNames,
  pairedGain,
  type Scores,
} from './retrieval-figures.ts';
import type { BenchRecord } from './retrieval-records.ts';

/** `ours` by variant. */
export type Scored = { record: BenchRecord; plain: Scores; ours: Record<string, Scores> };

export function textReport(scored: readonly Scored[], variant: string): string {
  return groupsOf(scored)
    .map(([name, group]) => `${name} (${group.length})\n${groupTable(group, variant)}\n`)
    .join('\n');
}

function groupTable(group: readonly Scored[], variant: string): string {
  const ours = group.map((one) => one.ours[variant]).filter((one) => one !== undefined);
  const plain = group.map((one) => one.plain);
  const rows = figureNames.map((name) => {
    const cells = [figure(ours, name), figure(plain, name), pairedGain(ours, plain, name)];
    return `| ${name} | ${cells.map(figureText).join(' | ')} |`;
  });
  return ['| figure | switchyard | whole-file BM25 | paired gain |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

export function jsonReport(scored: readonly Scored[], variant: string): string {
  const groups = groupsOf(scored).map(([name, group]) => {
    const ours = group.map((one) => one.ours[variant]).filter((one) => one !== undefined);
    const plain = group.map((one) => one.plain);
    const figures = figureNames.map((measure) => {
      const cells = {
        ours: figure(ours, measure),
        plain: figure(plain, measure),
        gain: pairedGain(ours, plain, measure),
      };
      return [measure, cells] as const;
    });
    return { group: name, queries: group.length, figures: Object.fromEntries(figures) };
  });
  return `${JSON.stringify({ variant, groups })}\n`;
}

/** One row a feature switched off: the figures without it, and what it gains over being off. */
export function ablationTable(scored: readonly Scored[]): string {
  const names = Object.keys(scored[0]?.ours ?? {});
  const of = (name: string) => scored.flatMap((one) => one.ours[name] ?? []);
  const all = of('default');
  const rows = names.map((name) => {
    const scores = of(name);
    const figures = (['recall@5', 'recall@10', 'mrr'] as const).map((measure) => short(figure(scores, measure).mean));
    const gain = name === 'default' ? '' : figureText(pairedGain(all, scores, 'recall@5'));
    return `| ${name} | ${figures.join(' | ')} | ${gain} |`;
  });
  const head = `| variant (${scored.length} queries) | recall@5 | recall@10 | mrr | gain of the default in recall@5 |`;
  return `${[head, '| --- | --- | --- | --- | --- |', ...rows].join('\n')}\n`;
}

function groupsOf(scored: readonly Scored[]): [string, Scored[]][] {
  const by = (key: (record: BenchRecord) => string) => Map.groupBy(scored, ({ record }) => key(record));
  const groups: [string, Scored[]][] = [['all', [...scored]]];
  for (const grouping of [by((record) => record.language), by((record) => record.repository)]) {
    groups.push(...[...grouping].sort(([one], [other]) => (one < other ? -1 : 1)));
  }
  return groups;
}

function figure(scores: readonly Scores[], name: FigureName): Figure {
  return bootstrapMean(scores.map((one) => one[name]));
}

function figureText({ mean, low, high }: Figure): string {
  return `${short(mean)} [${short(low)}, ${short(high)}]`;
}

function short(value: number): string {
  return value.toFixed(3).replace(/^(-?)0\./, '$1.');
}
