import { PickleError, readPickle } from './pickle.ts';
import { isKind, type PickleStorage, type PickleTensor, type PickleValue } from './pickle-values.ts';
import { quoteName } from './refusal.ts';

/** Storage classes, and what safetensors calls their numbers. */
const STORAGES: ReadonlyMap<string, string> = new Map([
  ['torch.DoubleStorage', 'F64'],
  ['torch.FloatStorage', 'F32'],
  ['torch.HalfStorage', 'F16'],
  ['torch.BFloat16Storage', 'BF16'],
  ['torch.LongStorage', 'I64'],
  ['torch.IntStorage', 'I32'],
  ['torch.ShortStorage', 'I16'],
  ['torch.CharStorage', 'I8'],
  ['torch.ByteStorage', 'U8'],
  ['torch.BoolStorage', 'BOOL'],
]);

type Construct = (args: readonly PickleValue[]) => PickleValue;

/** All that a dictionary of tensors calls. */
const CONSTRUCTORS: ReadonlyMap<string, Construct> = new Map<string, Construct>([
  ['collections.OrderedDict', () => ({ kind: 'dict', entries: [] })],
  ['torch.Size', ([sizes]) => ({ kind: 'tuple', items: isKind(sizes, 'tuple') ? sizes.items : [] })],
  ['torch._utils._rebuild_tensor', buildTensor],
  ['torch._utils._rebuild_tensor_v2', buildTensor],
  ['torch._utils._rebuild_parameter', ([tensor]) => tensor ?? null],
]);

/** One of the pickles of a PyTorch file. @throws {PickleError} */
export function readTorchPickle(bytes: Buffer, start = 0): { value: PickleValue; end: number } {
  return readPickle(bytes, start, {
    global(name) {
      if (STORAGES.has(name) || CONSTRUCTORS.has(name)) return { kind: 'global', name };
      throw new PickleError(`asks for ${quoteName(name)}, which no weights need`);
    },
    construct(callee, args) {
      const construct = isKind(callee, 'global') ? CONSTRUCTORS.get(callee.name) : undefined;
      if (construct === undefined) throw new PickleError('calls what cannot be called');
      return construct(args);
    },
    persistent: parseStorage,
  });
}

/** The id of a storage is `('storage', class, key, device, count)`; old files add a view, which is None. */
function parseStorage(id: PickleValue): PickleStorage {
  const [tag, type, key, , count, view = null] = isKind(id, 'tuple') ? id.items : [];
  const dtype = isKind(type, 'global') ? STORAGES.get(type.name) : undefined;
  if (
    tag !== 'storage' ||
    dtype === undefined ||
    typeof key !== 'string' ||
    !isSize(count) ||
    view !== null
  ) {
    throw new PickleError('refers to a storage in a way that is not known');
  }
  return { kind: 'storage', key, dtype, count };
}

/** @throws {PickleError} it reaches beyond its storage, or repeats numbers of it, which could take any memory */
function buildTensor(args: readonly PickleValue[]): PickleTensor {
  const [storage, offset, shape, strides] = args;
  const [sizes, steps] = [sizesOf(shape), sizesOf(strides)];
  if (!isKind(storage, 'storage') || !isSize(offset) || sizes?.length !== steps?.length || !sizes || !steps) {
    throw new PickleError('builds a tensor in a way that is not known');
  }
  const count = sizes.reduce((n, size) => n * size, 1);
  const last = sizes.reduce((sum, size, i) => sum + (size - 1) * steps[i]!, offset);
  if (count > 0 && (last >= storage.count || count > storage.count)) {
    throw new PickleError(`builds a tensor of ${sizes.join(' × ')} from ${storage.count} numbers`);
  }
  return { kind: 'tensor', storage, offset, shape: sizes, strides: steps };
}

const MAX_DIMENSIONS = 16;

function sizesOf(value: PickleValue | undefined): readonly number[] | undefined {
  if (!isKind(value, 'tuple') || value.items.length > MAX_DIMENSIONS) return undefined;
  return value.items.every(isSize) ? value.items : undefined;
}

const isSize = (value: PickleValue | undefined): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
