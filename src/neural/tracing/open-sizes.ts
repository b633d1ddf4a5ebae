// A graph is traced with sizes, but a saved model must take batches of any size. So it is traced with a large prime in
// place of each named size; wherever a number of the graph is a multiple of such a prime it means that size, and nodes
// that ask an input for its shape take the number's place.
import type { Graph, GraphNode, GraphValue } from './graph.ts';
import { castTo, scalarOf } from './kernel.ts';

/** A named size, what stands for it, and the input that has it. */
export interface OpenSize {
  readonly name: string;
  readonly prime: number;
  readonly feed: GraphValue;
  readonly axis: number;
}

/** @throws when a constant with data has one of the sizes: it was computed from it while tracing */
export function replaceSizes(
  graph: Graph,
  nodes: readonly GraphNode[],
  openSizes: readonly OpenSize[],
): GraphNode[] {
  const rewriter = new SizeRewriter(graph, openSizes);
  return nodes.flatMap((node) => rewriter.rewrite(node));
}

/** The nodes that a value needs are emitted before the first node that reads it. */
class SizeRewriter {
  readonly #graph: Graph;
  readonly #open: readonly OpenSize[];
  readonly #emitted = new Set<GraphNode>();

  constructor(graph: Graph, openSizes: readonly OpenSize[]) {
    this.#graph = graph;
    this.#open = openSizes;
  }

  rewrite(node: GraphNode): GraphNode[] {
    const first = this.#graph.nodes.length;
    const inputs = node.inputs.map((value, i) => value && this.#replace(node, value, i));
    const before = this.#graph.nodes.slice(first).filter((made) => !this.#emitted.has(made));
    for (const made of before) this.#emitted.add(made);
    return [...before, { ...node, inputs }];
  }

  #replace(node: GraphNode, value: GraphValue, position: number): GraphValue {
    const { source, type } = value;
    if (source.kind === 'data' && type === 'int64')
      return this.#sizes(source.data as readonly number[], node.op === 'Reshape' && position === 1, value);
    if (source.kind === 'fill') return this.#filled(value, source.value);
    if (source.kind === 'data' && value.shape.some((dim) => this.#isSized(dim))) {
      throw new Error('a constant was computed from a size that a saved model leaves open');
    }
    return value;
  }

  #isSized = (number: number): boolean =>
    Number.isInteger(number) && number > 0 && this.#open.some(({ prime }) => number % prime === 0);

  #sizes(entries: readonly number[], isReshape: boolean, value: GraphValue): GraphValue {
    const sized = entries.filter(this.#isSized);
    if (sized.length === 0) return value;
    if (isReshape && sized.length === 1)
      return this.#graph.int64s(entries.map((entry) => (this.#isSized(entry) ? -1 : entry)));
    const parts = entries.map((entry) => this.#product(entry));
    const axis = { kind: 'int', value: 0 } as const;
    return this.#graph.emitOne({
      op: 'Concat',
      inputs: parts,
      attributes: { axis },
      shape: [entries.length],
      type: 'int64',
    });
  }

  #filled(value: GraphValue, number: number): GraphValue {
    const { shape, type } = value;
    let scalar = scalarOf(this.#graph, number, type);
    if (this.#isSized(number)) {
      const size = castTo(this.#graph, this.#product(number), type);
      scalar = this.#graph.emitOne({
        op: 'Reshape',
        inputs: [size, this.#graph.int64s([])],
        shape: [],
        type,
      });
    } else if (!shape.some(this.#isSized)) return value;
    if (shape.length === 0) return scalar;
    const to = this.#sizes(shape, false, this.#graph.int64s(shape));
    return this.#graph.emitOne({ op: 'Expand', inputs: [scalar, to], shape, type });
  }

  /** The number as int64 [1]: its named sizes multiplied with what is left of it. */
  #product(number: number): GraphValue {
    let rest = number;
    let product: GraphValue | null = null;
    for (const symbol of this.#open) {
      while (rest > 0 && rest % symbol.prime === 0) {
        rest /= symbol.prime;
        product = this.#times(product, this.#sizeOf(symbol));
      }
    }
    return product && rest === 1 ? product : this.#times(product, this.#graph.int64s([rest]));
  }

  #times(a: GraphValue | null, b: GraphValue): GraphValue {
    return a ? this.#graph.emitOne({ op: 'Mul', inputs: [a, b], shape: [1], type: 'int64' }) : b;
  }

  #sizeOf({ feed, axis }: OpenSize): GraphValue {
    const shape = this.#graph.emitOne({
      op: 'Shape',
      inputs: [feed],
      shape: [feed.shape.length],
      type: 'int64',
    });
    const attributes = { axis: { kind: 'int', value: 0 } } as const;
    return this.#graph.emitOne({
      op: 'Gather',
      inputs: [shape, this.#graph.int64s([axis])],
      attributes,
      shape: [1],
      type: 'int64',
    });
  }
}
