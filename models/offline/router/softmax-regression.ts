/** Multinomial logistic (softmax) regression on sparse rows: a convex fit by a fixed number of steps, with nothing random in it. */

/** One example: the positions and the values of its non-zero features. */
export interface SparseRow {
  readonly indices: Int32Array;
  readonly values: Float64Array;
}

/** Sizes of a fit and its settings. */
export interface SoftmaxSettings {
  readonly featureCount: number;
  readonly classCount: number;
  /** Weight of the L2 penalty, relative to the mean log loss. */
  readonly penalty: number;
  readonly iterations: number;
}

/** A fitted model: `weights[feature * classCount + class]`. */
export interface SoftmaxModel {
  readonly weights: Float64Array;
  readonly classCount: number;
}

/**
 * Minimises mean log loss plus an L2 penalty by Nesterov's accelerated gradient with step 1/L. L is an upper bound of the
 * curvature: half the largest squared row norm (Böhning, 1992: the Hessian of the softmax is at most I/2), plus the penalty.
 */
export function fitSoftmax(
  rows: readonly SparseRow[],
  labels: readonly number[],
  settings: SoftmaxSettings,
): SoftmaxModel {
  const { classCount, penalty } = settings;
  const size = settings.featureCount * classCount;
  const step = 1 / (0.5 * Math.max(1e-9, ...rows.map(squaredNorm)) + penalty);
  const weights = new Float64Array(size);
  const ahead = new Float64Array(size);
  const gradient = new Float64Array(size);
  for (let iteration = 1; iteration <= settings.iterations; iteration += 1) {
    gradient.fill(0);
    rows.forEach((row, index) => {
      addGradient(gradient, row, labels[index] ?? 0, { weights: ahead, classCount }, 1 / rows.length);
    });
    const momentum = (iteration - 1) / (iteration + 2);
    for (let at = 0; at < size; at += 1) {
      const here = ahead[at] ?? 0;
      const next = here - step * ((gradient[at] ?? 0) + penalty * here);
      ahead[at] = next + momentum * (next - (weights[at] ?? 0));
      weights[at] = next;
    }
  }
  return { weights, classCount };
}

/** Class scores before the softmax. */
export function softmaxLogits(model: SoftmaxModel, row: SparseRow): Float64Array {
  const { weights, classCount } = model;
  const logits = new Float64Array(classCount);
  for (let entry = 0; entry < row.indices.length; entry += 1) {
    const base = (row.indices[entry] ?? 0) * classCount;
    const value = row.values[entry] ?? 0;
    for (let label = 0; label < classCount; label += 1) {
      logits[label] = (logits[label] ?? 0) + value * (weights[base + label] ?? 0);
    }
  }
  return logits;
}

/** Probabilities of class scores that are first divided by a temperature (Guo et al., 2017). Sums to 1. */
export function softmax(logits: Float64Array, temperature = 1): Float64Array {
  const highest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp((logit - highest) / temperature));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

function squaredNorm(row: SparseRow): number {
  return row.values.reduce((sum, value) => sum + value * value, 0);
}

function addGradient(gradient: Float64Array, row: SparseRow, label: number, model: SoftmaxModel, share: number): void {
  const { classCount } = model;
  const residual = softmax(softmaxLogits(model, row));
  residual[label] = (residual[label] ?? 0) - 1;
  for (let entry = 0; entry < row.indices.length; entry += 1) {
    const base = (row.indices[entry] ?? 0) * classCount;
    const value = (row.values[entry] ?? 0) * share;
    for (let at = 0; at < classCount; at += 1) {
      gradient[base + at] = (gradient[base + at] ?? 0) + value * (residual[at] ?? 0);
    }
  }
}
