/**
 * Dense symmetric systems by Cholesky's decomposition A = L·Lᵀ. Matrices are row-major Float64Arrays of n × n; of a
 * lower triangle L only the entries on and below the diagonal are read or written.
 *
 * G. H. Golub, C. F. Van Loan: Matrix Computations, 4th edition, sections 4.2 and 6.5.
 */

/**
 * @param a n × n, symmetric; only the lower triangle is read
 * @returns the lower triangle L, zeros above
 * @throws {RangeError} when the matrix is not positive definite
 */
export function cholesky(a: Float64Array, n: number): Float64Array {
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j]!;
      for (let k = 0, p = i * n, q = j * n; k < j; k++) sum -= l[p + k]! * l[q + k]!;
      if (i !== j) l[i * n + j] = sum / l[j * n + j]!;
      else if (sum > 0) l[i * n + i] = Math.sqrt(sum);
      else throw new RangeError(`not positive definite: the leading minor of order ${i + 1} is not positive`);
    }
  }
  return l;
}

/** Solves L·x = b by forward substitution. */
export function solveLower(l: Float64Array, n: number, b: Float64Array): Float64Array {
  const x = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = b[i]!;
    for (let k = 0, p = i * n; k < i; k++) sum -= l[p + k]! * x[k]!;
    x[i] = sum / l[i * n + i]!;
  }
  return x;
}

/** Solves Lᵀ·x = b by backward substitution, along the rows of L. */
export function solveLowerTransposed(l: Float64Array, n: number, b: Float64Array): Float64Array {
  const x = b.slice(0, n);
  for (let i = n - 1; i >= 0; i--) {
    const value = x[i]! / l[i * n + i]!;
    x[i] = value;
    for (let k = 0, p = i * n; k < i; k++) x[k]! -= l[p + k]! * value;
  }
  return x;
}

/** Solves (L·Lᵀ)·x = b. */
export function solveCholesky(l: Float64Array, n: number, b: Float64Array): Float64Array {
  return solveLowerTransposed(l, n, solveLower(l, n, b));
}

/** The inverse of L·Lᵀ, both triangles filled. */
export function invertCholesky(l: Float64Array, n: number): Float64Array {
  // W = L⁻¹, kept transposed so that all inner loops run along rows.
  const w = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    const row = j * n;
    w[row + j] = 1 / l[j * n + j]!;
    for (let i = j + 1; i < n; i++) {
      let sum = 0;
      for (let k = j, p = i * n; k < i; k++) sum += l[p + k]! * w[row + k]!;
      w[row + i] = -sum / l[i * n + i]!;
    }
  }
  const inverse = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = i, p = i * n, q = j * n; k < n; k++) sum += w[p + k]! * w[q + k]!;
      inverse[i * n + j] = sum;
      inverse[j * n + i] = sum;
    }
  }
  return inverse;
}

/**
 * The triangle of a matrix with one more row: L of the first n rows, then `row` (n numbers) and `diagonal`. O(n²).
 * @throws {RangeError} when the matrix is not positive definite
 */
export function extendCholesky(
  l: Float64Array,
  n: number,
  row: Float64Array,
  diagonal: number,
): Float64Array {
  const m = n + 1;
  const grown = new Float64Array(m * m);
  for (let i = 0; i < n; i++) grown.set(l.subarray(i * n, i * n + i + 1), i * m);
  const last = solveLower(l, n, row);
  const rest = diagonal - dot(last, last);
  if (!(rest > 0)) throw new RangeError('not positive definite: the new row depends on the others');
  grown.set(last, n * m);
  grown[n * m + n] = Math.sqrt(rest);
  return grown;
}

/** The triangle of L·Lᵀ + v·vᵀ, in O(n²). */
export function updateCholesky(l: Float64Array, n: number, v: Float64Array): Float64Array {
  const updated = l.slice();
  const rest = v.slice();
  for (let k = 0; k < n; k++) {
    const diagonal = updated[k * n + k]!;
    const radius = Math.hypot(diagonal, rest[k]!);
    const [c, s] = [radius / diagonal, rest[k]! / diagonal];
    updated[k * n + k] = radius;
    for (let i = k + 1; i < n; i++) {
      updated[i * n + k] = (updated[i * n + k]! + s * rest[i]!) / c;
      rest[i] = c * rest[i]! - s * updated[i * n + k]!;
    }
  }
  return updated;
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
