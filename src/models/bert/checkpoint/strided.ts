/** Whether the numbers of a shape stand one after another in row-major order. A dimension of 1 may have any stride. */
export function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] !== 1 && strides[i] !== expected) return false;
    expected *= shape[i]!;
  }
  return true;
}

/** The numbers of a strided view (a transposed matrix) in row-major order. */
export function gatherStrided(
  values: Float32Array,
  shape: readonly number[],
  strides: readonly number[],
): Float32Array {
  const gathered = new Float32Array(shape.reduce((n, size) => n * size, 1));
  const index = shape.map(() => 0);
  let from = 0;
  for (let at = 0; at < gathered.length; at++) {
    gathered[at] = values[from]!;
    for (let i = shape.length - 1; i >= 0; i--) {
      from += strides[i]!;
      if (++index[i]! < shape[i]!) break;
      from -= strides[i]! * shape[i]!;
      index[i] = 0;
    }
  }
  return gathered;
}
