/*
 * Files of PyTorch, written opcode by opcode: a few of what `torch.save` writes, and what it never would.
 */

/** Opcodes of pickle, as Python's pickletools names them. */
export const op = {
  proto: Buffer.from([0x80, 2]),
  stop: Buffer.from('.'),
  mark: Buffer.from('('),
  none: Buffer.from('N'),
  tuple: Buffer.from('t'),
  emptyTuple: Buffer.from(')'),
  emptyDict: Buffer.from('}'),
  emptyList: Buffer.from(']'),
  appends: Buffer.from('e'),
  setItems: Buffer.from('u'),
  reduce: Buffer.from('R'),
  persistent: Buffer.from('Q'),
  build: Buffer.from('b'),
  false: Buffer.from([0x89]),
  true: Buffer.from([0x88]),
  global: (name: string): Buffer => Buffer.from(`c${name.replace(/\.([^.]*)$/, '\n$1')}\n`),
  text: (value: string): Buffer =>
    Buffer.concat([Buffer.from('X'), uint32(Buffer.byteLength(value)), Buffer.from(value)]),
  int: (value: number): Buffer => Buffer.concat([Buffer.from('J'), uint32(value)]),
  list: (...items: readonly Buffer[]): Buffer => Buffer.concat([op.emptyList, op.mark, ...items, op.appends]),
  tupleOf: (...items: readonly Buffer[]): Buffer => Buffer.concat([op.mark, ...items, op.tuple]),
  call: (name: string, ...args: readonly Buffer[]): Buffer =>
    Buffer.concat([op.global(name), op.tupleOf(...args), op.reduce]),
};

export const pickled = (...parts: readonly Buffer[]): Buffer => Buffer.concat([op.proto, ...parts, op.stop]);

export interface TorchTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Row-major where absent. */
  readonly strides?: readonly number[];
  readonly offset?: number;
  /** Class of its storage: FloatStorage. */
  readonly storage?: string;
  /** Numbers that the storage claims to have. */
  readonly count: number;
  /** Its bytes. */
  readonly data: Uint8Array;
}

/** `{name: tensor}` as an OrderedDict with PyTorch's `_metadata`. */
export function stateDictionary(tensors: readonly TorchTensor[]): Buffer {
  const items = tensors.flatMap((tensor, i) => [op.text(tensor.name), tensorCall(tensor, String(i))]);
  const metadata = Buffer.concat([op.emptyDict, op.mark, op.text('_metadata'), op.emptyDict, op.setItems]);
  return Buffer.concat([
    op.call('collections.OrderedDict'),
    op.mark,
    ...items,
    op.setItems,
    metadata,
    op.build,
  ]);
}

function tensorCall(
  { shape, strides, offset = 0, storage = 'FloatStorage', count }: TorchTensor,
  key: string,
): Buffer {
  const steps = strides ?? shape.map((_, i) => shape.slice(i + 1).reduce((n, size) => n * size, 1));
  const id = op.tupleOf(
    op.text('storage'),
    op.global(`torch.${storage}`),
    op.text(key),
    op.text('cpu'),
    op.int(count),
  );
  return op.call(
    'torch._utils._rebuild_tensor_v2',
    Buffer.concat([id, op.persistent]),
    op.int(offset),
    op.tupleOf(...shape.map(op.int)),
    op.tupleOf(...steps.map(op.int)),
    op.false,
    op.call('collections.OrderedDict'),
  );
}

/** The layout since PyTorch 1.6. */
export function torchZip(
  tensors: readonly TorchTensor[],
  pickle = pickled(stateDictionary(tensors)),
): Buffer {
  return zipBytes([
    { name: 'archive/data.pkl', data: pickle },
    ...tensors.map(({ data }, i) => ({ name: `archive/data/${i}`, data })),
    { name: 'archive/version', data: Buffer.from('3\n') },
  ]);
}

/** The layout before it. */
export function torchLegacy(
  tensors: readonly TorchTensor[],
  pickle = pickled(stateDictionary(tensors)),
): Buffer {
  const magic = Buffer.from([0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]);
  const machine = Buffer.concat([op.emptyDict, op.mark, op.text('little_endian'), op.true, op.setItems]);
  const keys = op.list(...tensors.map((_, i) => op.text(String(i))));
  const storages = tensors.flatMap(({ count, data }) => [uint32(count), uint32(0), data]);
  return Buffer.concat([
    pickled(magic),
    pickled(op.int(1001)),
    pickled(machine),
    pickle,
    pickled(keys),
    ...storages,
  ]);
}

export interface ZipFixture {
  readonly name: string;
  readonly data: Uint8Array;
  /** 0: stored; 8: deflated. */
  readonly method?: number;
  readonly flags?: number;
  /** What the directory claims, where that is not the truth. */
  readonly claimedSize?: number;
  readonly claimedOffset?: number;
}

export function zipBytes(entries: readonly ZipFixture[], { wide = false } = {}): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const local = Buffer.concat([localHeader(entry), entry.data]);
    directory.push(centralHeader(entry, entry.claimedOffset ?? offset, wide));
    parts.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  return Buffer.concat([...parts, central, zipEnd(entries.length, central.length, offset, wide)]);
}

function localHeader({ name, data, method = 0, flags = 0 }: ZipFixture): Buffer {
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50);
  header.writeUInt16LE(flags, 6);
  header.writeUInt16LE(method, 8);
  header.writeUInt32LE(data.length, 18);
  header.writeUInt32LE(data.length, 22);
  header.writeUInt16LE(Buffer.byteLength(name), 26);
  return Buffer.concat([header, Buffer.from(name)]);
}

function centralHeader(entry: ZipFixture, offset: number, wide: boolean): Buffer {
  const { name, data, method = 0, flags = 0, claimedSize = data.length } = entry;
  const header = Buffer.alloc(46);
  const extra = Buffer.concat([
    uint16(1),
    uint16(24),
    uint64(claimedSize),
    uint64(data.length),
    uint64(offset),
  ]);
  header.writeUInt32LE(0x02014b50);
  header.writeUInt16LE(flags, 8);
  header.writeUInt16LE(method, 10);
  header.writeUInt32LE(wide ? 0xffffffff : data.length, 20);
  header.writeUInt32LE(wide ? 0xffffffff : claimedSize, 24);
  header.writeUInt16LE(Buffer.byteLength(name), 28);
  header.writeUInt16LE(wide ? extra.length : 0, 30);
  header.writeUInt32LE(wide ? 0xffffffff : offset, 42);
  return Buffer.concat([header, Buffer.from(name), ...(wide ? [extra] : [])]);
}

function zipEnd(count: number, length: number, offset: number, wide: boolean): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt16LE(wide ? 0xffff : count, 8);
  end.writeUInt16LE(wide ? 0xffff : count, 10);
  end.writeUInt32LE(wide ? 0xffffffff : length, 12);
  end.writeUInt32LE(wide ? 0xffffffff : offset, 16);
  if (!wide) return end;
  const end64 = Buffer.concat([
    uint32(0x06064b50),
    uint64(44),
    Buffer.alloc(12),
    ...[count, count, length, offset].map(uint64),
  ]);
  const locator = Buffer.concat([uint32(0x07064b50), uint32(0), uint64(offset + length), uint32(1)]);
  return Buffer.concat([end64, locator, end]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
