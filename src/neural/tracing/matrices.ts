import type { Attributes, Graph, GraphValue } from './graph.ts';
import { axesOf, broadcastShapes, castTo, type KernelCall, type TraceKernel } from './kernel.ts';

export interface ProductOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  /** Multiplies the product. */
  readonly alpha?: number;
  /** Two-dimensional products only: added, broadcast over rows. */
  readonly bias?: GraphValue | null;
}

/** op(a) · op(b) of the last two axes; the axes before them go in step. */
export function productOf(graph: Graph, a: GraphValue, b: GraphValue, options: ProductOptions): GraphValue {
  const { transposeA = false, transposeB = false, alpha = 1, bias = null } = options;
  const rows = a.shape.at(transposeA ? -1 : -2)!;
  const columns = b.shape.at(transposeB ? -2 : -1)!;
  const shape = [...broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2)), rows, columns];
  const flag = (value: boolean) => ({ kind: 'int', value: value ? 1 : 0 }) as const;
  const scale = { kind: 'float', value: alpha } as const;
  if (a.shape.length === 2 && b.shape.length === 2) {
    const attributes: Attributes = { transA: flag(transposeA), transB: flag(transposeB), alpha: scale };
    return graph.emitOne({
      op: 'Gemm',
      inputs: bias ? [a, b, bias] : [a, b],
      attributes,
      shape,
      type: a.type,
    });
  }
  if (!transposeA && !transposeB && alpha === 1)
    return graph.emitOne({ op: 'MatMul', inputs: [a, b], shape, type: a.type });
  const attributes: Attributes = { transA: flag(transposeA), transB: flag(transposeB), alpha: scale };
  return graph.emitOne({
    op: 'FusedMatMul',
    domain: 'com.microsoft',
    inputs: [a, b],
    attributes,
    shape,
    type: a.type,
  });
}

function batchMatMul({ graph, inputs, attributes }: KernelCall): GraphValue {
  const { a, b } = inputs as Record<'a' | 'b', GraphValue>;
  const [transposeA, transposeB] = [attributes['transposeA'] === true, attributes['transposeB'] === true];
  return productOf(graph, a, b, { transposeA, transposeB });
}

function gather({ graph, inputs, attributes }: KernelCall): GraphValue {
  const { x, indices } = inputs as Record<'x' | 'indices', GraphValue>;
  const [axis] = axesOf(attributes['axis'], x.shape.length);
  if (attributes['batchDims']) throw new Error('gather with batchDims cannot be traced');
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis! + 1)];
  const settings: Attributes = { axis: { kind: 'int', value: axis! } };
  const flat = castTo(graph, indices, 'int32');
  return graph.emitOne({ op: 'Gather', inputs: [x, flat], attributes: settings, shape, type: x.type });
}

export const MATRICES: Readonly<Record<string, TraceKernel>> = {
  BatchMatMul: batchMatMul,
  GatherV2: gather,
};
