/** Renders a chart as inline SVG that a page with a strict Content-Security-Policy takes, in the page's own colours. */
import { type EChartsOption, init } from 'echarts';
import { html, type Html, trusted } from './html.ts';

export type Chart = { title: string; note: string; height: number; option: EChartsOption };

/** Drawn this wide in CSS pixels, and scaled to its place; text stays readable on a phone. */
const width = 440;

/** Colours that the page's style sets, for light and for dark. */
export const ink = 'var(--ink)';
export const faint = 'var(--faint)';
export const armColors = [1, 2, 3, 4, 5, 6].map((at) => `var(--arm-${at})`);
export const partColors = [1, 2, 3, 4, 5].map((at) => `var(--part-${at})`);

export function chartFigure({ title, note, height, option }: Chart): Html {
  const svg = withoutStyles(rendered(option, height)).replace('<svg ', '<svg role="img" ');
  return html`<figure><figcaption><b>${title}</b> ${note}</figcaption>${trusted(svg)}</figure>`;
}

function rendered(option: EChartsOption, height: number): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({
      animation: false,
      textStyle: { color: ink, fontFamily: 'inherit' },
      color: armColors,
      ...option,
    });
    return chart.renderToSVGString();
  } finally {
    chart.dispose(); // else its timer keeps the process alive
  }
}

/** Style attributes become presentation attributes, and rules for a pointer go: the page allows no inline style. */
function withoutStyles(svg: string): string {
  return svg
    .replace(/<style ?>[\s\S]*?(?:<\/style>|$)/g, '')
    .replace(/ (?:ecmeta_\w+|class|pointer-events)="[^"]*"/g, '')
    .replace(/ style="([^"]*)"/g, (_, rules: string) =>
      rules
        .split(';')
        .flatMap((rule) => {
          const [name = '', value = ''] = rule.split(/:(.*)/s);
          return value === '' ? [] : ` ${name.trim()}="${value.trim()}"`;
        })
        .join(''),
    );
}

/** An axis of names, top to bottom. */
export function nameAxis(names: readonly string[]) {
  return {
    type: 'category' as const,
    data: names.map(shortName),
    inverse: true,
    axisLabel: { color: ink },
    axisLine: { lineStyle: { color: faint } },
    axisTick: { show: false },
  };
}

export function valueAxis(name: string, max?: number) {
  return {
    type: 'value' as const,
    name,
    nameLocation: 'middle' as const,
    nameGap: 26,
    nameTextStyle: { color: ink },
    min: 0,
    ...(max === undefined ? {} : { max }),
    axisLabel: { color: ink, hideOverlap: true },
    splitLine: { lineStyle: { color: faint } },
  };
}

export function legend(names: readonly string[]) {
  return { data: [...names], top: 0, left: 0, textStyle: { color: ink }, itemWidth: 14, itemGap: 22 };
}

/** Names are cut, so that a long one leaves room for the chart. */
export function shortName(name: string): string {
  return name.length <= 22 ? name : `${name.slice(0, 21)}…`;
}
