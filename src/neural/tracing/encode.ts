// The ONNX file format (onnx.proto3 of the ONNX project), written field by field: only what a traced graph needs.
import protobuf, { type Writer } from 'protobufjs/minimal.js';
import { type Attribute, type ElementType, type GraphNode, type GraphValue, sizeOf } from './graph.ts';

const IR_VERSION = 8;
const OPSET = 17;
/** TensorProto.DataType */
const DATA_TYPES: Record<ElementType, number> = { float32: 1, int32: 6, int64: 7, bool: 9 };
const ATTRIBUTE_TYPES: Record<Attribute['kind'], number> = { float: 1, int: 2, string: 3, ints: 7 };
/** Above this a constant that repeats one number is made when the model runs, instead of being stored. */
const STORED_FILL = 64;

export interface NamedValue {
  readonly name: string;
  readonly value: GraphValue;
}

export interface ModelParts {
  readonly nodes: readonly GraphNode[];
  readonly feeds: readonly NamedValue[];
  readonly outputs: readonly NamedValue[];
  /** Numbers that stand for sizes that are left open, and their names. */
  readonly sizes?: ReadonlyMap<number, string>;
}

/** A ModelProto. A result that no node of its own makes, or that is asked for twice, is copied by an Identity node. */
export function encodeModel({ nodes, feeds, outputs, sizes = new Map() }: ModelParts): Uint8Array {
  const names = new Map<GraphValue, string>(feeds.map(({ name, value }) => [value, name]));
  const copied = outputs.filter(({ name, value }) => {
    if (value.source.kind !== 'node' || names.has(value)) return true;
    names.set(value, name);
    return false;
  });
  const nameOf = (value: GraphValue): string => names.get(value) ?? `v${value.id}`;
  const w = protobuf.Writer.create();
  w.uint32(tag(1, 0)).int64(IR_VERSION).uint32(tag(2, 2)).string('hpo');
  nested(w, 7, (graph) => {
    for (const value of constantsOf(nodes, outputs)) writeConstantNode(graph, value, nameOf(value));
    for (const node of nodes) nested(graph, 1, (at) => writeNode(at, node, nameOf));
    for (const { name, value } of copied) {
      nested(graph, 1, (at) => writeOp(at, { op: 'Identity', inputs: [nameOf(value)], outputs: [name] }));
    }
    graph.uint32(tag(2, 2)).string('traced');
    for (const value of constantsOf(nodes, outputs)) writeInitializer(graph, value, nameOf(value));
    for (const { name, value } of feeds)
      nested(graph, 11, (at) => writeValueInfo(at, name, { value, sizes }));
    for (const { name, value } of outputs)
      nested(graph, 12, (at) => writeValueInfo(at, name, { value, sizes }));
  });
  for (const [domain, version] of [
    ['', OPSET],
    ['com.microsoft', 1],
  ] as const) {
    nested(w, 8, (at) => at.uint32(tag(1, 2)).string(domain).uint32(tag(2, 0)).int64(version));
  }
  return w.finish();
}

const tag = (field: number, wire: number): number => (field << 3) | wire;

function nested(w: Writer, field: number, write: (at: Writer) => void): void {
  w.uint32(tag(field, 2)).fork();
  write(w);
  w.ldelim();
}

function constantsOf(nodes: readonly GraphNode[], outputs: readonly NamedValue[]): Set<GraphValue> {
  const used = [...nodes.flatMap(({ inputs }) => inputs), ...outputs.map(({ value }) => value)];
  return new Set(
    used.filter((v): v is GraphValue => v !== null && (v.source.kind === 'data' || v.source.kind === 'fill')),
  );
}

const isStored = ({ source, shape }: GraphValue): boolean =>
  source.kind === 'data' || sizeOf(shape) <= STORED_FILL;

function writeConstantNode(graph: Writer, value: GraphValue, name: string): void {
  const { source } = value;
  if (isStored(value) || source.kind !== 'fill') return;
  nested(graph, 1, (node) => {
    writeOp(node, { op: 'ConstantOfShape', inputs: [`${name}_shape`], outputs: [name] });
    nested(node, 5, (attribute) => {
      attribute.uint32(tag(1, 2)).string('value').uint32(tag(20, 0)).int32(4);
      nested(attribute, 5, (at) =>
        writeTensor(at, { type: value.type, shape: [1], name: '', data: [source.value] }),
      );
    });
  });
}

function writeInitializer(graph: Writer, value: GraphValue, name: string): void {
  const { source, type, shape } = value;
  nested(graph, 5, (at) => {
    if (!isStored(value)) {
      writeTensor(at, { type: 'int64', shape: [shape.length], name: `${name}_shape`, data: shape });
    } else if (source.kind === 'fill') {
      writeTensor(at, { type, shape, name, data: new Array<number>(sizeOf(shape)).fill(source.value) });
    } else if (source.kind === 'data') writeTensor(at, { type, shape, name, data: source.data });
  });
}

interface TensorParts {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly name: string;
  readonly data: readonly number[] | Float32Array | Int32Array;
}

function writeTensor(w: Writer, { type, shape, name, data }: TensorParts): void {
  for (const dim of shape) w.uint32(tag(1, 0)).int64(dim);
  w.uint32(tag(2, 0))
    .int32(DATA_TYPES[type])
    .uint32(tag(8, 2))
    .string(name)
    .uint32(tag(9, 2))
    .bytes(rawBytes(type, data));
}

function rawBytes(type: ElementType, data: TensorParts['data']): Uint8Array {
  const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
    new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
  switch (type) {
    case 'float32':
      return bytesOf(data instanceof Float32Array ? data : Float32Array.from(data));
    case 'int32':
      return bytesOf(data instanceof Int32Array ? data : Int32Array.from(data));
    case 'int64':
      return bytesOf(BigInt64Array.from([...data].map(BigInt)));
    case 'bool':
      return Uint8Array.from(data);
  }
}

interface OpParts {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

function writeOp(w: Writer, { op, inputs, outputs }: OpParts): void {
  for (const name of inputs) w.uint32(tag(1, 2)).string(name);
  for (const name of outputs) w.uint32(tag(2, 2)).string(name);
  w.uint32(tag(4, 2)).string(op);
}

function writeNode(w: Writer, node: GraphNode, nameOf: (value: GraphValue) => string): void {
  const inputs = node.inputs.map((value) => (value ? nameOf(value) : ''));
  writeOp(w, { op: node.op, inputs, outputs: node.outputs.map(nameOf) });
  for (const [name, attribute] of Object.entries(node.attributes)) {
    nested(w, 5, (at) => writeAttribute(at.uint32(tag(1, 2)).string(name), attribute));
  }
  if (node.domain) w.uint32(tag(7, 2)).string(node.domain);
}

function writeAttribute(w: Writer, attribute: Attribute): void {
  switch (attribute.kind) {
    case 'float':
      w.uint32(tag(2, 5)).float(attribute.value);
      break;
    case 'int':
      w.uint32(tag(3, 0)).int64(attribute.value);
      break;
    case 'string':
      w.uint32(tag(4, 2)).string(attribute.value);
      break;
    case 'ints':
      for (const value of attribute.value) w.uint32(tag(8, 0)).int64(value);
      break;
  }
  w.uint32(tag(20, 0)).int32(ATTRIBUTE_TYPES[attribute.kind]);
}

interface OpenValue {
  readonly value: GraphValue;
  readonly sizes: ReadonlyMap<number, string>;
}

function writeValueInfo(w: Writer, name: string, { value: { type, shape }, sizes }: OpenValue): void {
  w.uint32(tag(1, 2)).string(name);
  nested(w, 2, (typeProto) =>
    nested(typeProto, 1, (tensor) => {
      tensor.uint32(tag(1, 0)).int32(DATA_TYPES[type]);
      nested(tensor, 2, (at) => {
        for (const dim of shape) nested(at, 1, (dimension) => writeDimension(dimension, dim, sizes));
      });
    }),
  );
}

/** A number, a name, or nothing where a size is made of open ones. */
function writeDimension(w: Writer, dim: number, sizes: ReadonlyMap<number, string>): void {
  const name = sizes.get(dim);
  if (name !== undefined) w.uint32(tag(2, 2)).string(name);
  else if (![...sizes.keys()].some((prime) => dim % prime === 0)) w.uint32(tag(1, 0)).int64(dim);
}
