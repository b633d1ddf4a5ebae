/**
 * Sobol's low-discrepancy sequence: any 2^k first points hold exactly one point in each of the 2^k equal slices of every
 * axis, so a few points cover a space more evenly than random ones. Scrambling (a random lower-triangular bit matrix on
 * each axis, then a digital shift) keeps that property and makes different seeds give different, unbiased point sets.
 *
 * I. M. Sobol (1967); directions: Joe & Kuo (2008); points by Gray code: Antonov & Saleev (1979);
 * scrambling: J. Matoušek, On the L2-discrepancy for anchored boxes, J. Complexity 14 (1998), section 4.
 */
import { JOE_KUO } from './sobol-directions.ts';

const BITS = 32;

/** Dimensions there are direction numbers for. */
export const SOBOL_MAX_DIMENSIONS = JOE_KUO.length + 1;

export interface SobolSequence {
  readonly dimensions: number;
  /**
   * The point number `index`, 0 ≤ index < 2³², without computing those before it.
   * @returns `dimensions` coordinates in [0, 1)
   */
  point(index: number): Float64Array;
}

/**
 * @param dimensions 1 … {@link SOBOL_MAX_DIMENSIONS}
 * @param uniform draws in [0, 1) for the scrambling; without it the sequence is the plain one, which starts at the origin
 * @throws {RangeError} for a number of dimensions that there are no directions for
 */
export function createSobol(dimensions: number, uniform?: () => number): SobolSequence {
  if (!(Number.isInteger(dimensions) && dimensions >= 1 && dimensions <= SOBOL_MAX_DIMENSIONS))
    throw new RangeError(`Sobol has 1 … ${SOBOL_MAX_DIMENSIONS} dimensions, not ${dimensions}`);
  const axes = Array.from({ length: dimensions }, (_, d) => {
    const directions = directionsOf(d);
    return uniform ? scramble(directions, uniform) : { directions, shift: 0 };
  });
  return {
    dimensions,
    point(index) {
      const gray = (index ^ (index >>> 1)) >>> 0;
      return Float64Array.from(axes, ({ directions, shift }) => {
        let bits = shift;
        for (let rest = gray, j = 0; rest !== 0; rest >>>= 1, j++) if (rest & 1) bits ^= directions[j]!;
        return (bits >>> 0) / 2 ** BITS;
      });
    },
  };
}

/** The 32 direction numbers of an axis, highest bit first (Joe & Kuo, equation 2). */
function directionsOf(axis: number): Uint32Array {
  const v = new Uint32Array(BITS);
  if (axis === 0) return v.map((_, j) => (1 << (BITS - 1 - j)) >>> 0);
  const [polynomial, ...m] = JOE_KUO[axis - 1]! as [number, ...number[]];
  const degree = m.length;
  for (let j = 0; j < BITS; j++) {
    if (j < degree) {
      v[j] = m[j]! << (BITS - 1 - j);
      continue;
    }
    let next = v[j - degree]! ^ (v[j - degree]! >>> degree);
    for (let k = 1; k < degree; k++) if ((polynomial >>> (degree - k)) & 1) next ^= v[j - k]!;
    v[j] = next;
  }
  return v;
}

/** Multiplies every direction by one random lower-triangular bit matrix (ones on its diagonal), and draws a shift. */
function scramble(
  directions: Uint32Array,
  uniform: () => number,
): { directions: Uint32Array; shift: number } {
  const rows = Uint32Array.from({ length: BITS }, (_, i) => {
    const diagonal = (1 << (BITS - 1 - i)) >>> 0;
    const above = i === 0 ? 0 : (~0 << (BITS - i)) >>> 0;
    return (drawBits(uniform) & above) | diagonal;
  });
  const scrambled = directions.map((direction) => {
    let product = 0;
    for (let i = 0; i < BITS; i++) product |= parity(rows[i]! & direction) << (BITS - 1 - i);
    return product;
  });
  return { directions: scrambled, shift: drawBits(uniform) };
}

const drawBits = (uniform: () => number): number => Math.floor(uniform() * 2 ** BITS) >>> 0;

function parity(bits: number): number {
  bits ^= bits >>> 16;
  bits ^= bits >>> 8;
  bits ^= bits >>> 4;
  return (0x6996 >>> (bits & 15)) & 1;
}
