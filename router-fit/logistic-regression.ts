/** Logistic regression of several classes with a quadratic penalty, in its dual form: quick where questions are few and features many. */

/** Products of all pairs of questions, row by row. */
export type Products = { size: number; values: Float64Array };

const iterations = 40;
/** Ends the fit: no probability is further from its optimum than about this. */
const tolerance = 1e-3;

/** @returns the products of rows of equal length */
export function productsOf(rows: readonly Float64Array[]): Products {
  const size = rows.length;
  const values = new Float64Array(size * size);
  for (let at = 0; at < size; at += 1)
    for (let other = 0; other <= at; other += 1) {
      const value = dot(rows[at] as Float64Array, rows[other] as Float64Array);
      values[at * size + other] = value;
      values[other * size + at] = value;
    }
  return { size, values };
}

export function dot(one: Float64Array, other: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < one.length; at += 1) sum += (one[at] as number) * (other[at] as number);
  return sum;
}

/**
 * For each class the coefficients of the questions, so that a question's score is the sum of its products with them.
 * Newton steps with Böhning's bound in place of the Hessian, so that it is factored once and each step is an ascent.
 * Source: D. Böhning, Annals of the Institute of Statistical Mathematics 44 (1992) 197-200.
 * @param classes of the questions, from 0 to `classCount` - 1
 */
export function fitLogistic(
  { size, values }: Products,
  classes: readonly number[],
  { classCount, penalty }: { classCount: number; penalty: number },
): Float64Array[] {
  const bound = values.map((value, at) => value / 2 + (Math.floor(at / size) === at % size ? penalty : 0));
  const factor = choleskyFactor(bound, size);
  const coefficients = Array.from({ length: classCount }, () => new Float64Array(size));
  for (let step = 0; step < iterations; step += 1) {
    const scores = coefficients.map((own) => times(values, own, size));
    const probabilities = softmaxColumns(scores, size);
    let moved = 0;
    for (const [each, own] of coefficients.entries()) {
      const chance = probabilities[each] as Float64Array;
      const slope = own.map((value, at) => (chance[at] as number) - Number(classes[at] === each) + penalty * value);
      solveInPlace(factor, slope, size);
      for (let at = 0; at < size; at += 1) {
        own[at] = (own[at] as number) - (slope[at] as number);
        moved = Math.max(moved, Math.abs(slope[at] as number) * penalty);
      }
    }
    if (moved < tolerance) break;
  }
  return coefficients;
}

function times(matrix: Float64Array, vector: Float64Array, size: number): Float64Array {
  const product = new Float64Array(size);
  for (let row = 0; row < size; row += 1) {
    let sum = 0;
    for (let at = 0; at < size; at += 1) sum += (matrix[row * size + at] as number) * (vector[at] as number);
    product[row] = sum;
  }
  return product;
}

/** Scores by class, each a column a question, turned into probabilities. */
function softmaxColumns(scores: readonly Float64Array[], size: number): Float64Array[] {
  const chances = scores.map(() => new Float64Array(size));
  for (let at = 0; at < size; at += 1) {
    const column = softmax(scores.map((own) => own[at] as number));
    for (const [each, chance] of column.entries()) (chances[each] as Float64Array)[at] = chance;
  }
  return chances;
}

export function softmax(scores: readonly number[]): number[] {
  const most = Math.max(...scores);
  const weights = scores.map((score) => Math.exp(score - most));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** The lower triangle of a symmetric positive definite matrix. */
function choleskyFactor(matrix: Float64Array, size: number): Float64Array {
  const lower = new Float64Array(size * size);
  for (let row = 0; row < size; row += 1)
    for (let column = 0; column <= row; column += 1) {
      let sum = matrix[row * size + column] as number;
      for (let at = 0; at < column; at += 1)
        sum -= (lower[row * size + at] as number) * (lower[column * size + at] as number);
      lower[row * size + column] =
        row === column ? Math.sqrt(Math.max(sum, 1e-12)) : sum / (lower[column * size + column] as number);
    }
  return lower;
}

function solveInPlace(lower: Float64Array, vector: Float64Array, size: number): void {
  for (let row = 0; row < size; row += 1) {
    let sum = vector[row] as number;
    for (let at = 0; at < row; at += 1) sum -= (lower[row * size + at] as number) * (vector[at] as number);
    vector[row] = sum / (lower[row * size + row] as number);
  }
  for (let row = size - 1; row >= 0; row -= 1) {
    let sum = vector[row] as number;
    for (let at = row + 1; at < size; at += 1) sum -= (lower[at * size + row] as number) * (vector[at] as number);
    vector[row] = sum / (lower[row * size + row] as number);
  }
}
