/**
 * Eigenvalues and eigenvectors of a symmetric matrix by cyclic Jacobi rotations: each rotation makes one entry off the
 * diagonal 0, and a few sweeps over all of them leave only the diagonal.
 *
 * G. H. Golub, C. F. Van Loan: Matrix Computations, 4th edition, section 8.5.
 */

export interface Eigen {
  /** n numbers, in no special order. */
  readonly values: Float64Array;
  /** Row-major n × n; column j is the unit eigenvector of value j. */
  readonly vectors: Float64Array;
}

const MOST_SWEEPS = 30;
/** Entries off the diagonal that are this much smaller than the whole are 0. */
const TOLERANCE = 1e-14;

/** @param a n × n, symmetric and finite; both triangles are read */
export function decomposeSymmetric(a: Float64Array, n: number): Eigen {
  const d = a.slice();
  const vectors = new Float64Array(n * n);
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1;
  const size = Math.sqrt(d.reduce((sum, x) => sum + x * x, 0));
  for (let sweep = 0; sweep < MOST_SWEEPS && offDiagonal(d, n) > TOLERANCE * size; sweep++)
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(d, vectors, n, p, q);
  return { values: Float64Array.from({ length: n }, (_, i) => d[i * n + i]!), vectors };
}

function offDiagonal(d: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) sum += 2 * d[i * n + j]! ** 2;
  return Math.sqrt(sum);
}

/** Turns the plane of axes p and q until their entry is 0 (Golub & Van Loan, algorithm 8.5.1). */
function rotate(d: Float64Array, vectors: Float64Array, n: number, p: number, q: number): void {
  const off = d[p * n + q]!;
  if (off === 0) return;
  const tau = (d[q * n + q]! - d[p * n + p]!) / (2 * off);
  const t = (tau >= 0 ? 1 : -1) / (Math.abs(tau) + Math.sqrt(1 + tau * tau));
  const c = 1 / Math.sqrt(1 + t * t);
  const s = t * c;
  for (let k = 0; k < n; k++) turn(d, k * n + p, k * n + q, c, s);
  for (let k = 0; k < n; k++) turn(d, p * n + k, q * n + k, c, s);
  for (let k = 0; k < n; k++) turn(vectors, k * n + p, k * n + q, c, s);
}

function turn(m: Float64Array, at: number, other: number, c: number, s: number): void {
  const [x, y] = [m[at]!, m[other]!];
  m[at] = c * x - s * y;
  m[other] = s * x + c * y;
}
