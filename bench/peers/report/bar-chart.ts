/** A horizontal bar chart as SVG that stands alone: a bar for each system, in parts, readable on light and dark pages. */

export type Bar = {
  label: string;
  /** Side by side in one bar. */
  parts: { name: string; value: number }[];
  /** A thin line over the bar. */
  spread?: { low: number; high: number };
  /** Behind the bar. */
  note: string;
  /** The system that this project is. */
  isOwn: boolean;
};

export type BarChart = { title: string; subtitle: string; bars: readonly Bar[] };

const size = { width: 760, labels: 150, notes: 200, row: 30, top: 62 };

const style = `<style>
  text { font: 13px system-ui, sans-serif; fill: #1d232b }
  .title { font-size: 15px; font-weight: 600 }
  .soft { fill: #5a6472 }
  .own { font-weight: 600 }
  .ground { fill: #ffffff }
  .part-0 { fill: #2f6fd0 } .part-1 { fill: #8fb4e8 } .part-2 { fill: #2a9d8f } .part-3 { fill: #e0a04b }
  .spread { stroke: #1d232b; stroke-width: 1.5 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6e9ee } .soft { fill: #a5aebb } .ground { fill: #14181e }
    .part-0 { fill: #6fa5ff } .part-1 { fill: #3f5f96 } .part-2 { fill: #4cc7b4 } .part-3 { fill: #c98a3a }
    .spread { stroke: #e6e9ee }
  }
</style>`;

/** @returns the text of an SVG file; bars begin at zero */
export function barChartSvg({ title, subtitle, bars }: BarChart): string {
  const names = [...new Set(bars.flatMap(({ parts }) => parts.map(({ name }) => name)))];
  const height = size.top + bars.length * size.row + 12;
  const widest = Math.max(...bars.map((bar) => Math.max(totalOf(bar), bar.spread?.high ?? 0)), Number.MIN_VALUE);
  const scale = (size.width - size.labels - size.notes) / widest;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${height}" width="${size.width}" height="${height}" role="img" aria-label="${escaped(title)}">
${style}
<rect class="ground" width="${size.width}" height="${height}"/>
<text class="title" x="12" y="24">${escaped(title)}</text>
${names.length > 1 ? legend(names) : ''}<text class="soft" x="12" y="44">${escaped(subtitle)}</text>
${bars.map((bar, at) => barSvg(bar, names, size.top + at * size.row, scale)).join('\n')}
</svg>
`;
}

function barSvg(bar: Bar, names: readonly string[], y: number, scale: number): string {
  let x = size.labels;
  const rects = bar.parts.map(({ name, value }) => {
    const width = value * scale;
    const rect = `<rect class="part-${names.indexOf(name) % 4}" x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="20"/>`;
    x += width;
    return rect;
  });
  const end = Math.max(x, size.labels + (bar.spread?.high ?? 0) * scale);
  const own = bar.isOwn ? ' class="own"' : '';
  return `<text${own} x="${size.labels - 8}" y="${y + 15}" text-anchor="end">${escaped(bar.label)}</text>
${rects.join('')}${spreadSvg(bar, y + 10, scale)}
<text${own} x="${(end + 8).toFixed(1)}" y="${y + 15}">${escaped(bar.note)}</text>`;
}

function spreadSvg({ spread }: Bar, y: number, scale: number): string {
  if (spread === undefined || spread.high <= spread.low) return '';
  const [from, to] = [size.labels + spread.low * scale, size.labels + spread.high * scale].map((x) => x.toFixed(1));
  return `<path class="spread" d="M${from} ${y - 5}v10M${from} ${y}H${to}M${to} ${y - 5}v10"/>`;
}

/** At the right of the title. */
function legend(names: readonly string[]): string {
  let x = size.width - 12;
  return names
    .toReversed()
    .map((name) => {
      x -= name.length * 7.5 + 26;
      const at = names.indexOf(name) % 4;
      return `<rect class="part-${at}" x="${x}" y="13" width="12" height="12"/><text x="${x + 17}" y="24">${escaped(name)}</text>\n`;
    })
    .join('');
}

const totalOf = ({ parts }: Bar): number => parts.reduce((sum, { value }) => sum + value, 0);

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
