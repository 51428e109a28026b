/** What `npm run bench:retrieval` compares. */
import { defaultWeights, type Weights } from '../../retrieval/search/weights.ts';

const { columns, priors } = defaultWeights;

/** The default ranking, and each with one of its features switched off or changed, by name. */
export const rankingVariants: Readonly<Record<string, Weights>> = {
  default: defaultWeights,
  'no path column': { ...defaultWeights, columns: { ...columns, path: 0 } },
  'no names column': { ...defaultWeights, columns: { ...columns, names: 0 } },
  'no identifier parts': { ...defaultWeights, columns: { ...columns, parts: 0 } },
  'best chunk alone': { ...defaultWeights, chunkShares: [1] },
  'no priors': {
    ...defaultWeights,
    priors: {
      ...priors,
      all: { code: 1, test: 1, docs: 1, sample: 1, config: 1, generated: 1 },
      code: { code: 1, test: 1, docs: 1, sample: 1, config: 1, generated: 1 },
    },
  },
  'zones alike': { ...defaultWeights, zones: { title: 1, prose: 1, inline: 1, block: 1, trace: 1, noise: 1 } },
  'identifiers as words': { ...defaultWeights, identifier: 1 },
  'no phrases': { ...defaultWeights, phrase: 0 },
  'no pairs': { ...defaultWeights, pair: 0 },
  'no named files': { ...defaultWeights, namedFile: 0, namedLine: 0 },
  'no symbols': { ...defaultWeights, symbol: 0 },
  'no composed symbols': { ...defaultWeights, composedSymbol: 0 },
  'no imports': { ...defaultWeights, imported: 0 },
};
