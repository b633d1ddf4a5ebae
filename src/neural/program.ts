import { type Network, type Outputs, resolveDims, type Scope } from './network.ts';
import { type Tensor, tf } from './tensorflow.ts';

/** A value that a program asks for at every run. */
export interface FeedSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: 'float32' | 'int32';
  readonly role:
    | { readonly kind: 'parameter'; readonly parameter: string }
    /** A sparse table, of which the rows that this input names are read. */
    | { readonly kind: 'table'; readonly parameter: string; readonly input: string }
    | { readonly kind: 'input'; readonly input: string }
    /** A dropout mask: 0 for a share `rate`, else 1 / (1 − rate). */
    | { readonly kind: 'mask'; readonly site: number; readonly rate: number };
}

export type Feed = (spec: FeedSpec) => Tensor;

/** From feeds to named results, in tfjs ops. An engine runs it each time, or traces it once. Results are kept tensors. */
export type Program = (feed: Feed) => Record<string, Tensor>;

export type Dims = Readonly<Record<string, number>>;

/** Names of a program's results. */
export const LOSS = 'loss';
export const outputName = (name: string): string => `output/${name}`;
export const gradientName = (parameter: string): string => `gradient/${parameter}`;
export const rowsName = (parameter: string, lookup: number): string => `rows/${parameter}/${lookup}`;
export const idsName = (parameter: string, lookup: number): string => `ids/${parameter}/${lookup}`;

/** Rows of a sparse table are padded to a multiple of four floats, so that SIMD code never meets half a vector. */
export const paddedWidth = (width: number): number => (width + 3) & ~3;

/** Outputs without dropout; with the loss where the batch has targets. */
export function inferenceProgram(network: Network, dims: Dims, withLoss: boolean): Program {
  return (feed) => {
    const scope = createScope(network, dims, { feed, training: false, onRows: null });
    const outputs = network.forward(scope);
    const results = keepOutputs(outputs);
    if (withLoss) results[LOSS] = tf.keep(network.loss(outputs, scope));
    return results;
  };
}

/** Outputs, loss and the gradient of every parameter whose group is not frozen. */
export function trainingProgram(
  network: Network,
  dims: Dims,
  isFrozen: (parameter: string) => boolean,
): Program {
  return (feed) => {
    // Where the gradient of a table's rows comes from: lookups hang on this scalar instead of on the whole table.
    const anchor = tf.scalar(0);
    const results: Record<string, Tensor> = {};
    const lookups: Record<string, number> = {};
    const onRows: RowsListener = {
      anchor,
      wanted: (parameter) => !isFrozen(parameter),
      found: (parameter, ids, gradient) => {
        const lookup = lookups[parameter] ?? 0;
        lookups[parameter] = lookup + 1;
        results[rowsName(parameter, lookup)] = tf.keep(gradient);
        results[idsName(parameter, lookup)] = tf.keep(ids);
      },
    };
    const scope = createScope(network, dims, { feed, training: true, onRows });
    const names = Object.keys(network.parameters).filter(
      (name) => !isFrozen(name) && !network.parameters[name]!.sparse,
    );
    const leaves = [...names.map((name) => scope.parameter(name)), anchor];
    const forward = (): Tensor => {
      const outputs = network.forward(scope);
      Object.assign(results, keepOutputs(outputs));
      return network.loss(outputs, scope);
    };
    const { value, grads } = tf.engine().gradients(forward, leaves, undefined, true);
    results[LOSS] = tf.keep(value);
    names.forEach((name, i) => {
      // A parameter that the loss does not depend on has none.
      const gradient: Tensor | undefined = grads[i];
      if (gradient) results[gradientName(name)] = tf.keep(gradient);
    });
    return results;
  };
}

function keepOutputs(outputs: Outputs): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, tensor]) => [outputName(name), tf.keep(tensor.clone())]),
  );
}

interface RowsListener {
  readonly anchor: Tensor;
  wanted(parameter: string): boolean;
  found(parameter: string, ids: Tensor, gradient: Tensor): void;
}

interface ScopeParts {
  readonly feed: Feed;
  readonly training: boolean;
  /** Null: no gradient is asked for. */
  readonly onRows: RowsListener | null;
}

function createScope(network: Network, dims: Dims, { feed, training, onRows }: ScopeParts): Scope {
  const specs = { ...network.inputs, ...network.targets };
  const parameters = parameterFeeds(network, feed);
  const inputs = memoize((input) => {
    const spec = specs[input];
    if (!spec) throw new Error(`the network declares no input "${input}"`);
    const shape = resolveDims(spec.shape, dims);
    return feed({ name: `input/${input}`, shape, type: spec.dtype, role: { kind: 'input', input } });
  });
  const tables = tableFeeds(network, feed);
  let sites = 0;
  const dropoutMask = (shape: readonly number[], rate: number): Tensor | null => {
    if (!training || rate <= 0) return null;
    const site = sites++;
    return tf.keep(
      feed({ name: `mask/${site}`, shape, type: 'float32', role: { kind: 'mask', site, rate } }),
    );
  };
  return {
    training,
    parameter: parameters,
    input: inputs,
    lookup: (name, ids) => {
      const { shape, sparse } = network.parameters[name]!;
      if (!sparse) return tf.gather(parameters(name), ids);
      const input = Object.keys(network.inputs).find((key) => inputs(key) === ids);
      if (!input)
        throw new Error(
          `the ids that look "${name}" up must be an input: a sparse table's rows are known beforehand`,
        );
      const table = tables(name, input);
      const rows = onRows?.wanted(name) ? lookUpRows(table, ids, { name, onRows }) : tf.gather(table, ids);
      return table.shape[1] === shape[1]
        ? rows
        : tf.slice(rows, [...ids.shape.map(() => 0), 0], [...ids.shape, shape[1]!]);
    },
    dropout: (x, rate, shape = x.shape) => {
      const mask = dropoutMask(shape, rate);
      return mask ? tf.mul(x, mask) : x;
    },
    dropoutMask,
  };
}

function parameterFeeds(network: Network, feed: Feed): (name: string) => Tensor {
  return memoize((parameter) => {
    const spec = network.parameters[parameter];
    if (!spec) throw new Error(`the network declares no parameter "${parameter}"`);
    if (spec.sparse) throw new Error(`"${parameter}" is sparse: read it by lookup`);
    return feed({
      name: `parameter/${parameter}`,
      shape: spec.shape,
      type: 'float32',
      role: { kind: 'parameter', parameter },
    });
  });
}

function tableFeeds(network: Network, feed: Feed): (name: string, input: string) => Tensor {
  const made = new Map<string, Tensor>();
  return (parameter, input) => {
    const name = `table/${parameter}/${input}`;
    const known = made.get(name);
    if (known) return known;
    const [rows, width] = network.parameters[parameter]!.shape as readonly [number, number];
    const shape = [rows, paddedWidth(width)];
    const table = tf.keep(feed({ name, shape, type: 'float32', role: { kind: 'table', parameter, input } }));
    made.set(name, table);
    return table;
  };
}

/** The rows, whose gradient is caught on its way instead of being scattered into one of the table's size. */
function lookUpRows(
  table: Tensor,
  ids: Tensor,
  { name, onRows }: { name: string; onRows: RowsListener },
): Tensor {
  const flat = tf.reshape(ids, [-1]);
  const rowsOf = tf.customGrad((...args) => {
    (args[1] as unknown as tf.GradSaveFunc)([flat]);
    const gradFunc = (gradient: Tensor, [ids]: Tensor[]): Tensor[] => {
      onRows.found(name, tf.clone(ids!), tf.clone(gradient));
      return [tf.scalar(0)];
    };
    return { value: tf.gather(table, flat), gradFunc };
  });
  return tf.reshape(rowsOf(onRows.anchor), [...ids.shape, table.shape[1]!]);
}

function memoize(make: (name: string) => Tensor): (name: string) => Tensor {
  const made = new Map<string, Tensor>();
  return (name) => {
    const known = made.get(name);
    if (known) return known;
    // Made anywhere inside nested tidies, read until the program ends.
    const tensor = tf.keep(make(name));
    made.set(name, tensor);
    return tensor;
  };
}
