/** Element types of a traced graph; `bool` and `int64` live only inside it. */
export type ElementType = 'float32' | 'int32' | 'int64' | 'bool';

/** What one op of the graph computes, a value that is fed at every run, or a constant. */
export interface GraphValue {
  readonly id: number;
  readonly shape: readonly number[];
  readonly type: ElementType;
  readonly source:
    | { readonly kind: 'node'; readonly node: GraphNode }
    | { readonly kind: 'feed'; readonly name: string }
    | { readonly kind: 'data'; readonly data: readonly number[] | Float32Array | Int32Array }
    | { readonly kind: 'fill'; readonly value: number };
}

export type Attribute =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'string'; readonly value: string };

export type Attributes = Readonly<Record<string, Attribute>>;

/** One op, in ONNX's words. */
export interface GraphNode {
  readonly op: string;
  /** '' is ONNX itself, 'com.microsoft' ONNX Runtime's own ops. */
  readonly domain: string;
  /** Null: an optional input left out. */
  readonly inputs: readonly (GraphValue | null)[];
  readonly attributes: Attributes;
  readonly outputs: readonly GraphValue[];
}

export interface ValueType {
  readonly shape: readonly number[];
  readonly type: ElementType;
}

export interface NodeSpec {
  readonly op: string;
  readonly domain?: string;
  readonly inputs: readonly (GraphValue | null)[];
  readonly attributes?: Attributes;
  readonly outputs: readonly ValueType[];
}

/** The graph while it is traced. An op that was asked for before, with the same inputs, is not repeated. */
export class Graph {
  /** How many tensors a node may split or join: a GPU binds few to one program. */
  readonly widest: number;
  readonly nodes: GraphNode[] = [];
  readonly feeds: GraphValue[] = [];
  readonly #known = new Map<string, GraphNode>();
  #values = 0;

  constructor(widest = Number.POSITIVE_INFINITY) {
    this.widest = widest;
  }

  feed(name: string, type: ValueType): GraphValue {
    const value: GraphValue = { ...type, id: this.#values++, source: { kind: 'feed', name } };
    this.feeds.push(value);
    return value;
  }

  /** One number everywhere: costs no memory in the model. */
  fill(value: number, type: ValueType): GraphValue {
    return { ...type, id: this.#values++, source: { kind: 'fill', value } };
  }

  data(data: readonly number[] | Float32Array | Int32Array, type: ValueType): GraphValue {
    return { ...type, id: this.#values++, source: { kind: 'data', data } };
  }

  /** A shape, axes or sizes, as ONNX wants them. */
  int64s(values: readonly number[]): GraphValue {
    return this.data(values, { shape: [values.length], type: 'int64' });
  }

  emit(spec: NodeSpec): readonly GraphValue[] {
    const key = keyOf(spec);
    const known = this.#known.get(key);
    if (known) return known.outputs;
    const { op, domain = '', inputs, attributes = {} } = spec;
    const outputs: GraphValue[] = [];
    const node: GraphNode = { op, domain, inputs, attributes, outputs };
    for (const type of spec.outputs)
      outputs.push({ ...type, id: this.#values++, source: { kind: 'node', node } });
    this.nodes.push(node);
    this.#known.set(key, node);
    return outputs;
  }

  emitOne(spec: Omit<NodeSpec, 'outputs'> & ValueType): GraphValue {
    const { shape, type, ...rest } = spec;
    return this.emit({ ...rest, outputs: [{ shape, type }] })[0]!;
  }
}

/** The nodes that the outputs need, in an order that computes them. */
export function sweep(graph: Graph, outputs: readonly GraphValue[]): GraphNode[] {
  const needed = new Set<GraphNode>();
  const stack = [...outputs];
  while (stack.length > 0) {
    const { source } = stack.pop()!;
    if (source.kind !== 'node' || needed.has(source.node)) continue;
    needed.add(source.node);
    for (const input of source.node.inputs) if (input) stack.push(input);
  }
  return graph.nodes.filter((node) => needed.has(node));
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((size, dim) => size * dim, 1);

/** Small constants are known by what they hold, everything else by which value it is. */
function keyOf({ op, domain = '', inputs, attributes = {}, outputs }: NodeSpec): string {
  const parts = inputs.map((value) => (value ? nameOf(value) : '-'));
  const settings = Object.entries(attributes).map(([name, { value }]) => `${name}=${value}`);
  const types = outputs.map(({ shape, type }) => `${type}${shape}`);
  return [domain, op, ...parts, '|', ...settings, '|', ...types].join(' ');
}

function nameOf({ id, shape, type, source }: GraphValue): string {
  if (source.kind === 'fill') return `${type}[${shape}]=${source.value}`;
  if (source.kind === 'data' && source.data.length <= 16) return `${type}[${shape}]={${source.data}}`;
  return `#${id}`;
}
