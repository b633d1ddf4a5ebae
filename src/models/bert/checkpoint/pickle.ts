import { isKind, type PickleValue } from './pickle-values.ts';

/*
 * Reads a pickle as data. Python's pickle is a program for a small stack machine that may import and call anything; here
 * a name stays a name, and a call is answered by `construct`, which knows a handful of names and refuses the others.
 * Opcodes: Python's pickletools, protocols 2 to 4; those that build objects of classes are absent.
 */
export interface PickleRules {
  /** What the name refers to. @throws it is not allowed */
  global(name: string): PickleValue;
  /** What calling it with these arguments gives. @throws it is nothing that may be called like that */
  construct(callee: PickleValue, args: readonly PickleValue[]): PickleValue;
  /** An object that lives outside the pickle. */
  persistent(id: PickleValue): PickleValue;
}

/** A pickle that is damaged or does what weights never need. The message goes on from "its pickle". */
export class PickleError extends Error {}

/** Bounds memory whatever the bytes say: the largest models known take a tenth of it. */
const MAX_STEPS = 400_000;

/** @returns the value, and where the bytes behind its end begin. @throws {PickleError} */
export function readPickle(
  bytes: Buffer,
  start: number,
  rules: PickleRules,
): { value: PickleValue; end: number } {
  const machine: Machine = { stack: [], marks: [], memo: new Map(), bytes, at: start, rules };
  for (let step = 0; step < MAX_STEPS; step++) {
    const code = take(machine, 1)[0]!;
    if (code === STOP) return { value: pop(machine), end: machine.at };
    const act = OPCODES.get(code);
    if (act === undefined) throw new PickleError(`uses the opcode ${describe(code)}, which no weights need`);
    act(machine);
  }
  throw new PickleError(`takes more than ${MAX_STEPS} steps`);
}

interface Machine {
  readonly stack: PickleValue[];
  /** Heights of the stack. */
  readonly marks: number[];
  readonly memo: Map<number, PickleValue>;
  readonly bytes: Buffer;
  at: number;
  readonly rules: PickleRules;
}

type Act = (machine: Machine) => void;

const STOP = 0x2e;

const OPCODES: ReadonlyMap<number, Act> = new Map<number, Act>([
  // PROTO, FRAME: nothing to do.
  [0x80, (m) => void take(m, 1)],
  [0x95, (m) => void take(m, 8)],
  // MARK, POP, POP_MARK.
  [0x28, (m) => void m.marks.push(m.stack.length)],
  [0x30, (m) => void pop(m)],
  [0x31, (m) => void popMarked(m)],
  // None, True, False.
  [0x4e, (m) => push(m, null)],
  [0x88, (m) => push(m, true)],
  [0x89, (m) => push(m, false)],
  // BININT, BININT1, BININT2, LONG1, BINFLOAT.
  [0x4a, (m) => push(m, take(m, 4).readInt32LE())],
  [0x4b, (m) => push(m, take(m, 1)[0]!)],
  [0x4d, (m) => push(m, take(m, 2).readUInt16LE())],
  [0x8a, (m) => push(m, readLong(take(m, take(m, 1)[0]!)))],
  [0x47, (m) => push(m, take(m, 8).readDoubleBE())],
  // BINUNICODE, SHORT_BINUNICODE, BINSTRING, SHORT_BINSTRING (of Python 2), BINBYTES, SHORT_BINBYTES.
  [0x58, (m) => push(m, take(m, take(m, 4).readUInt32LE()).toString('utf8'))],
  [0x8c, (m) => push(m, take(m, take(m, 1)[0]!).toString('utf8'))],
  [0x54, (m) => push(m, take(m, take(m, 4).readUInt32LE()).toString('latin1'))],
  [0x55, (m) => push(m, take(m, take(m, 1)[0]!).toString('latin1'))],
  [0x42, (m) => push(m, take(m, take(m, 4).readUInt32LE()))],
  [0x43, (m) => push(m, take(m, take(m, 1)[0]!))],
  // EMPTY_LIST, APPEND, APPENDS.
  [0x5d, (m) => push(m, { kind: 'list', items: [] })],
  [0x61, (m) => append(m, [pop(m)])],
  [0x65, (m) => append(m, popMarked(m))],
  // EMPTY_TUPLE, TUPLE, TUPLE1, TUPLE2, TUPLE3.
  [0x29, (m) => push(m, { kind: 'tuple', items: [] })],
  [0x74, (m) => push(m, { kind: 'tuple', items: popMarked(m) })],
  [0x85, (m) => push(m, { kind: 'tuple', items: popMany(m, 1) })],
  [0x86, (m) => push(m, { kind: 'tuple', items: popMany(m, 2) })],
  [0x87, (m) => push(m, { kind: 'tuple', items: popMany(m, 3) })],
  // EMPTY_DICT, SETITEM, SETITEMS.
  [0x7d, (m) => push(m, { kind: 'dict', entries: [] })],
  [0x73, (m) => setItems(m, popMany(m, 2))],
  [0x75, (m) => setItems(m, popMarked(m))],
  // BINPUT, LONG_BINPUT, MEMOIZE, BINGET, LONG_BINGET.
  [0x71, (m) => remember(m, take(m, 1)[0]!)],
  [0x72, (m) => remember(m, take(m, 4).readUInt32LE())],
  [0x94, (m) => remember(m, m.memo.size)],
  [0x68, (m) => push(m, recall(m, take(m, 1)[0]!))],
  [0x6a, (m) => push(m, recall(m, take(m, 4).readUInt32LE()))],
  // GLOBAL, STACK_GLOBAL, REDUCE, BUILD, BINPERSID.
  [0x63, (m) => push(m, m.rules.global(`${takeLine(m)}.${takeLine(m)}`))],
  [0x93, (m) => push(m, m.rules.global(popMany(m, 2).map(String).join('.')))],
  [0x52, (m) => reduce(m)],
  // Attributes of an object (the `_metadata` of PyTorch's dictionaries): nothing that is read here has any.
  [0x62, (m) => void pop(m)],
  [0x51, (m) => push(m, m.rules.persistent(pop(m)))],
]);

function take(machine: Machine, length: number): Buffer {
  const end = machine.at + length;
  if (end > machine.bytes.length) throw new PickleError('ends too early');
  const taken = machine.bytes.subarray(machine.at, end);
  machine.at = end;
  return taken;
}

function takeLine(machine: Machine): string {
  const end = machine.bytes.indexOf(0x0a, machine.at);
  if (end < 0 || end - machine.at > 1000) throw new PickleError('names something endless');
  const line = take(machine, end - machine.at).toString('utf8');
  machine.at++;
  return line;
}

function push(machine: Machine, value: PickleValue): void {
  machine.stack.push(value);
}

/** What stands below the last mark is out of reach until the mark is gone. */
function popMany({ stack, marks }: Machine, n: number): PickleValue[] {
  if (stack.length - (marks.at(-1) ?? 0) < n)
    throw new PickleError('takes more from its stack than is there');
  return stack.splice(stack.length - n, n);
}

const pop = (machine: Machine): PickleValue => popMany(machine, 1)[0]!;

function popMarked({ stack, marks }: Machine): PickleValue[] {
  const mark = marks.pop();
  if (mark === undefined) throw new PickleError('has no mark where one is needed');
  return stack.splice(mark);
}

const topOf = ({ stack, marks }: Machine): PickleValue | undefined =>
  stack.length > (marks.at(-1) ?? 0) ? stack.at(-1) : undefined;

function append(machine: Machine, items: readonly PickleValue[]): void {
  const list = topOf(machine);
  if (!isKind(list, 'list')) throw new PickleError('appends to what is no list');
  for (const item of items) list.items.push(item);
}

function setItems(machine: Machine, items: readonly PickleValue[]): void {
  const dict = topOf(machine);
  if (!isKind(dict, 'dict') || items.length % 2 !== 0)
    throw new PickleError('sets items of what is no dictionary');
  for (let i = 0; i < items.length; i += 2) dict.entries.push([items[i]!, items[i + 1]!]);
}

function remember(machine: Machine, key: number): void {
  const value = topOf(machine);
  if (value === undefined) throw new PickleError('remembers nothing');
  machine.memo.set(key, value);
}

function recall({ memo }: Machine, key: number): PickleValue {
  const value = memo.get(key);
  if (value === undefined) throw new PickleError('recalls what was never there');
  return value;
}

function reduce(machine: Machine): void {
  const [callee, args] = popMany(machine, 2);
  if (!isKind(args, 'tuple')) throw new PickleError('calls without arguments');
  push(machine, machine.rules.construct(callee!, args.items));
}

/** Little-endian two's complement; PyTorch's magic number has ten bytes. */
function readLong(bytes: Buffer): number | bigint {
  if (bytes.length > 16) throw new PickleError('has a number that is too long');
  let value = 0n;
  for (const byte of [...bytes].reverse()) value = value * 256n + BigInt(byte);
  const signed = bytes.length === 0 ? 0n : BigInt.asIntN(8 * bytes.length, value);
  return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
}

const describe = (code: number): string => `0x${code.toString(16).padStart(2, '0')}`;
