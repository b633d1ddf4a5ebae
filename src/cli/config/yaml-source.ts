import { readFile, stat } from 'node:fs/promises';
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
  if (problem) throw complain(problem.pos[0], problem.message.split('\n')[0]!);
  visit(doc, {
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
    throw new UsageError(`${path}: ${(error as Error).message}`, { cause: error });
  }
  return {
    value,
    where: (at) => `${path}:${lines.linePos(offsetOf(at, 'key')).line}`,
    fault: (at, message, what = 'value') => complain(offsetOf(at, what), message),
  };
}

async function readSmallFile(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > MAX_BYTES)
      throw new UsageError(`${path} has ${size} bytes; a settings file has at most ${MAX_BYTES}`);
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
}

function parse(path: string, text: string, lineCounter: LineCounter): ReturnType<typeof parseDocument> {
  try {
    return parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: true, merge: true });
  } catch (error) {
    // The parser recurses: brackets nested thousands deep overflow the stack.
    throw new UsageError(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

function faultAt(
  { path, text, line, column }: { path: string; text: string; line: number; column: number },
  message: string,
): UsageError {
  const source = (text.split('\n')[line - 1] ?? '').replaceAll('\t', ' ');
  return new UsageError(`${path}:${line}:${column}: ${message}`, {
    details: [source, `${' '.repeat(column - 1)}^`],
  });
}
