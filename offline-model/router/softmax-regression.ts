/**
 * Multinomial logistic (softmax) regression on sparse rows: a convex fit by a fixed number of steps, with nothing
 * random in it.
 */

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

/** What the rows of one pass share: the weights so far, room for one row's residual, and each row's weight in the mean. */
interface GradientPass {
  readonly model: SoftmaxModel;
  readonly residual: Float64Array;
  readonly share: number;
}

/** A fitted model: `weights[feature * classCount + class]`. */
export interface SoftmaxModel {
  readonly weights: Float64Array;
  readonly classCount: number;
}

/**
 * Minimises mean log loss plus an L2 penalty by Nesterov's accelerated gradient with step 1/L. L is an upper bound of
 * the curvature: half the largest eigenvalue of the rows' mean outer product (Böhning, 1992: the softmax's Hessian is
 * at most I/2), plus the penalty. Feature values are at least 0.
 */
export function fitSoftmax(
  rows: readonly SparseRow[],
  labels: readonly number[],
  settings: SoftmaxSettings,
): SoftmaxModel {
  const { classCount, penalty } = settings;
  const size = settings.featureCount * classCount;
  const step = 1 / (0.5 * largestEigenvalue(rows, settings.featureCount) + penalty);
  const weights = new Float64Array(size);
  const ahead = new Float64Array(size);
  const gradient = new Float64Array(size);
  const model = { weights: ahead, classCount };
  const pass = { model, residual: new Float64Array(classCount), share: 1 / rows.length };
  for (let iteration = 1; iteration <= settings.iterations; iteration += 1) {
    gradient.fill(0);
    rows.forEach((row, index) => {
      addGradient(gradient, row, labels[index] ?? 0, pass);
    });
    const momentum = (iteration - 1) / (iteration + 2);
    for (let at = 0; at < size; at += 1) {
      const here = ahead[at] as number;
      const next = here - step * ((gradient[at] as number) + penalty * here);
      ahead[at] = next + momentum * (next - (weights[at] as number));
      weights[at] = next;
    }
  }
  return { weights, classCount };
}

/** Class scores before the softmax. */
export function softmaxLogits(model: SoftmaxModel, row: SparseRow): Float64Array {
  const logits = new Float64Array(model.classCount);
  addLogits(logits, model, row);
  return logits;
}

/** Probabilities of class scores that are first divided by a temperature (Guo et al., 2017). Sums to 1. */
export function softmax(logits: Float64Array, temperature = 1): Float64Array {
  const probabilities = logits.map((logit) => logit / temperature);
  turnIntoProbabilities(probabilities);
  return probabilities;
}

const powerIterations = 8;

/** Keeps the estimate, which comes from below, on the safe side; eight iterations agree to seven digits here. */
const eigenvalueMargin = 1.02;

/** Of the mean outer product of the rows, by power iteration: quick, as nothing is negative and the intercept leads. */
function largestEigenvalue(rows: readonly SparseRow[], featureCount: number): number {
  let direction = new Float64Array(featureCount).fill(1 / Math.sqrt(featureCount));
  let eigenvalue = 1e-9;
  for (let iteration = 0; iteration < powerIterations; iteration += 1) {
    const image = new Float64Array(featureCount);
    for (const { indices, values } of rows) {
      let product = 0;
      for (let entry = 0; entry < indices.length; entry += 1) {
        product += (values[entry] ?? 0) * (direction[indices[entry] ?? 0] ?? 0);
      }
      for (let entry = 0; entry < indices.length; entry += 1) {
        const at = indices[entry] ?? 0;
        image[at] = (image[at] ?? 0) + ((values[entry] ?? 0) * product) / rows.length;
      }
    }
    const length = Math.sqrt(image.reduce((sum, value) => sum + value * value, 0));
    eigenvalue = Math.max(eigenvalue, length);
    direction = image.map((value) => value / Math.max(1e-9, length));
  }
  return eigenvalue * eigenvalueMargin;
}

/** Adds one row's share of the gradient. The loops below run millions of times in a fit, so they allocate nothing. */
function addGradient(gradient: Float64Array, row: SparseRow, label: number, pass: GradientPass): void {
  const { model, residual, share } = pass;
  const { indices, values } = row;
  residual.fill(0);
  addLogits(residual, model, row);
  turnIntoProbabilities(residual);
  residual[label] = (residual[label] ?? 0) - 1;
  for (let entry = 0; entry < indices.length; entry += 1) {
    const base = (indices[entry] as number) * model.classCount;
    const value = (values[entry] as number) * share;
    for (let at = 0; at < residual.length; at += 1)
      gradient[base + at] = (gradient[base + at] as number) + value * (residual[at] as number);
  }
}

function addLogits(logits: Float64Array, model: SoftmaxModel, row: SparseRow): void {
  const { indices, values } = row;
  const { weights } = model;
  for (let entry = 0; entry < indices.length; entry += 1) {
    const base = (indices[entry] as number) * logits.length;
    const value = values[entry] as number;
    for (let at = 0; at < logits.length; at += 1)
      logits[at] = (logits[at] as number) + value * (weights[base + at] as number);
  }
}

function turnIntoProbabilities(logits: Float64Array): void {
  let highest = -Infinity;
  for (let at = 0; at < logits.length; at += 1) highest = Math.max(highest, logits[at] ?? 0);
  let total = 0;
  for (let at = 0; at < logits.length; at += 1) {
    const power = Math.exp((logits[at] ?? 0) - highest);
    logits[at] = power;
    total += power;
  }
  for (let at = 0; at < logits.length; at += 1) logits[at] = (logits[at] ?? 0) / total;
}
