/** What a pickle of weights can be made of, as plain data. Classes and functions are names, and nothing is called. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleList
  | PickleTuple
  | PickleDict
  | PickleGlobal
  | PickleStorage
  | PickleTensor;

export interface PickleList {
  readonly kind: 'list';
  readonly items: PickleValue[];
}

export interface PickleTuple {
  readonly kind: 'tuple';
  readonly items: readonly PickleValue[];
}

export interface PickleDict {
  readonly kind: 'dict';
  readonly entries: [PickleValue, PickleValue][];
}

/** A name that a pickle refers to: `torch.FloatStorage`. */
export interface PickleGlobal {
  readonly kind: 'global';
  readonly name: string;
}

/** The memory behind tensors; its numbers stand outside the pickle. */
export interface PickleStorage {
  readonly kind: 'storage';
  readonly key: string;
  /** As safetensors writes it. */
  readonly dtype: string;
  /** Numbers in it. */
  readonly count: number;
}

export interface PickleTensor {
  readonly kind: 'tensor';
  readonly storage: PickleStorage;
  /** Numbers, not bytes. */
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

type Kind = Exclude<PickleValue, null | boolean | number | bigint | string | Uint8Array>['kind'];

export function isKind<K extends Kind>(
  value: PickleValue | undefined,
  kind: K,
): value is Extract<PickleValue, { readonly kind: K }> {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind;
}
