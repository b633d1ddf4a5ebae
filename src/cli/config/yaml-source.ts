import { type FileHandle, open } from 'node:fs/promises';
import { isMap, isNode, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { UsageError } from '../../domain/errors.ts';

type Path = readonly PropertyKey[];

/** A YAML (or JSON) file with the place of everything in it. */
export interface YamlSource {
  readonly value: unknown;
  /** `file:line` of the value at this path, or of the nearest thing above it. */
  where(path: Path): string;
  /** A complaint about the value at this path (or its key), with file, line, column and a caret below it. */
  fault(path: Path, message: string, at?: 'key' | 'value'): UsageError;
}

const MAX_BYTES = 1 << 20;
/** A few anchors are handy; thousands are an attack on memory. */
const MAX_ALIASES = 100;

/** @throws {UsageError} no such file, too large, not YAML, `__proto__`, too many aliases */
export async function readYaml(path: string): Promise<YamlSource> {
  const text = await readSmallFile(path);
  const lines = new LineCounter();
  const complain = (offset: number, message: string): UsageError => {
    const { line, col } = lines.linePos(offset);
    return faultAt({ path, text, line, column: col }, message);
  };
  const doc = parse(path, text, lines);
  const problem = doc.errors[0] ?? doc.warnings[0];
  if (problem) throw complain(problem.pos[0], describeProblem(problem.message));
  visit(doc, {
    Scalar(_, { value, source = '', range }) {
      if (isInexact(value, source))
        throw complain(
          range?.[0] ?? 0,
          `${source} cannot be kept exactly as a number; in quotes it is a text`,
        );
    },
    Pair(_, pair) {
      if (isScalar(pair.key) && pair.key.value === '__proto__')
        throw complain(pair.key.range?.[0] ?? 0, 'the name "__proto__" is not allowed');
    },
  });
  const offsetOf = (at: Path, what: 'key' | 'value'): number => {
    for (let depth = at.length; depth > 0; depth--) {
      const parent = doc.getIn(at.slice(0, depth - 1), true) ?? (depth === 1 ? doc.contents : undefined);
      const name = at[depth - 1];
      const pair = isMap(parent) ? parent.items.find(({ key }) => isScalar(key) && key.value === name) : null;
      const node = pair && (what === 'key' ? pair.key : (pair.value ?? pair.key));
      const found = node ?? doc.getIn(at.slice(0, depth), true);
      if (isNode(found) && found.range) return found.range[0];
    }
    return isNode(doc.contents) && doc.contents.range ? doc.contents.range[0] : 0;
  };
  let value: unknown;
  try {
    value = doc.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    throw new UsageError(`${path}: ${describeProblem((error as Error).message)}`, { cause: error });
  }
  return {
    value,
    where: (at) => `${path}:${lines.linePos(offsetOf(at, 'key')).line}`,
    fault: (at, message, what = 'value') => complain(offsetOf(at, what), message),
  };
}

/** Reads no more than it takes: what is named may be endless, such as a device. */
async function readSmallFile(path: string): Promise<string> {
  try {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      const { buffer, bytesRead } = await readUpTo(file, MAX_BYTES + 1);
      if (bytesRead <= MAX_BYTES) return buffer.toString('utf8', 0, bytesRead);
      const shown = size > bytesRead ? `${size}` : `more than ${MAX_BYTES}`;
      throw new UsageError(`${path} has ${shown} bytes; a settings file has at most ${MAX_BYTES}`);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** A pipe gives less than is asked for. */
async function readUpTo(file: FileHandle, most: number): Promise<{ buffer: Buffer; bytesRead: number }> {
  const buffer = Buffer.alloc(most);
  let bytesRead = 0;
  for (let got = -1; got !== 0 && bytesRead < most; bytesRead += got)
    got = (await file.read(buffer, bytesRead, most - bytesRead, null)).bytesRead;
  return { buffer, bytesRead };
}

function parse(path: string, text: string, lineCounter: LineCounter): ReturnType<typeof parseDocument> {
  try {
    return parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: true, merge: true });
  } catch (error) {
    // The parser recurses: brackets nested thousands deep overflow the stack.
    throw new UsageError(`${path} cannot be read: ${describeProblem((error as Error).message)}`, {
      cause: error,
    });
  }
}

/** What the parser says about a file that is made to exhaust it. */
function describeProblem(message: string): string {
  if (/call stack/.test(message)) return 'nested too deeply';
  if (/alias count/.test(message)) return 'its aliases unfold to too much';
  return message.split('\n', 1)[0]!;
}

/** Whether a number has become another one by reading it. */
function isInexact(value: unknown, source: string): boolean {
  if (typeof value !== 'number') return false;
  if (/^[-+]?\d+$/.test(source)) return !Number.isSafeInteger(value);
  return !Number.isFinite(value) && /\d/.test(source);
}

function faultAt(
  { path, text, line, column }: { path: string; text: string; line: number; column: number },
  message: string,
): UsageError {
  const whole = (text.split('\n')[line - 1] ?? '').replaceAll('\t', ' ');
  // Of a very long line only what lies around the place.
  const start = Math.max(0, column - 1 - SHOWN_BEFORE);
  const source = whole.slice(start, column - 1 + SHOWN_AFTER);
  return new UsageError(`${path}:${line}:${column}: ${message}`, {
    details: [source, `${' '.repeat(column - 1 - start)}^`],
  });
}

const SHOWN_BEFORE = 80;
const SHOWN_AFTER = 60;
