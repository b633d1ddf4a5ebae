import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { TextCorpus } from './text-corpus.ts';

/**
 * Tokenised corpora on disk, shared by the trials of all studies. A file appears whole, by rename; readers that find
 * it damaged count it as missing and it is written again. The folder is kept below a size, the least recently used go
 * first. Losing any file costs time only, so nothing here ever fails a trial.
 */
const LIMIT_BYTES = 2 * 2 ** 30;

/** Raise when the layout or the tokeniser changes. */
const FORMAT = 1;
const SUFFIX = '.corpus';

/** Whatever tells one corpus from another, as text. */
type Identity = readonly string[];

interface Header {
  readonly multiLabel: boolean;
  readonly renamed: Readonly<Record<string, string>>;
  /** Bytes of each section, in order. */
  readonly lengths: readonly number[];
  readonly crc: number;
}

/** The corpus, or null where it is missing or damaged. */
export async function readCached(dir: string, identity: Identity): Promise<TextCorpus | null> {
  const path = pathOf(dir, identity);
  try {
    const file = await readFile(path);
    const corpus = decode(file);
    if (corpus === null) await rm(path, { force: true });
    // The time of use decides who goes first; a read-only cache is fine too.
    else await utimes(path, new Date(), new Date()).catch(() => {});
    return corpus;
  } catch {
    return null;
  }
}

export async function writeCached(
  dir: string,
  identity: Identity,
  corpus: TextCorpus,
  limitBytes = LIMIT_BYTES,
): Promise<void> {
  const temporary = join(dir, `.${randomUUID()}.tmp`);
  try {
    await mkdir(dir, { recursive: true });
    await writeFile(temporary, encode(corpus));
    await rename(temporary, pathOf(dir, identity));
    await shrink(dir, limitBytes);
  } catch {
    await rm(temporary, { force: true }).catch(() => {});
  }
}

function pathOf(dir: string, identity: Identity): string {
  const key = createHash('sha256')
    .update(JSON.stringify([FORMAT, ...identity]))
    .digest('hex');
  return join(dir, `${key}${SUFFIX}`);
}

/** Temporaries that a killed trial left are old by now. */
const STALE_MS = 60 * 60 * 1000;

async function shrink(dir: string, limitBytes: number): Promise<void> {
  const names = (await readdir(dir)).filter((name) => name.endsWith(SUFFIX) || name.endsWith('.tmp'));
  const files = await Promise.all(
    names.map(async (name) => {
      const facts = await stat(join(dir, name)).catch(() => null);
      return { path: join(dir, name), size: facts?.size ?? 0, usedAt: facts?.mtimeMs ?? 0 };
    }),
  );
  let total = 0;
  for (const { path, size, usedAt } of files.toSorted((a, b) => b.usedAt - a.usedAt)) {
    total += size;
    const stale = path.endsWith('.tmp') && Date.now() - usedAt > STALE_MS;
    if (stale || (total > limitBytes && path.endsWith(SUFFIX))) await rm(path, { force: true });
  }
}

/** Length of the header (8 bytes), header, sections; each begins on a multiple of eight, so that arrays can lie on them. */
function encode({ corpus, multiLabel, renamed }: TextCorpus): Buffer {
  const { words, isLabel, tokens, lineStarts } = corpus;
  const sections = [words.bytes, words.starts, words.hashes, words.counts, isLabel, tokens, lineStarts].map(
    (array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength),
  );
  const padded = sections.map((section) => Buffer.concat([section, Buffer.alloc(padding(section.length))]));
  const body = Buffer.concat(padded);
  const lengths = sections.map((section) => section.length);
  const header: Header = { multiLabel, renamed, lengths, crc: crc32(body) };
  const text = Buffer.from(JSON.stringify(header));
  const start = Buffer.alloc(8);
  start.writeUInt32LE(text.length);
  return Buffer.concat([start, text, Buffer.alloc(padding(text.length)), body]);
}

const padding = (length: number): number => (8 - (length % 8)) % 8;

/** Null when the bytes are not what was written. */
function decode(file: Buffer): TextCorpus | null {
  const headerLength = file.readUInt32LE(0);
  const header = JSON.parse(file.toString('utf8', 8, 8 + headerLength)) as Header;
  const body = file.subarray(8 + headerLength + padding(headerLength));
  if (crc32(body) !== header.crc) return null;
  // A Buffer may begin anywhere; typed arrays need their alignment.
  const aligned = new Uint8Array(body);
  let at = 0;
  const [bytes, starts, hashes, counts, isLabel, tokens, lineStarts] = header.lengths.map((length) => {
    const section = aligned.buffer.slice(at, at + length);
    at += length + padding(length);
    return section;
  }) as [ArrayBuffer, ArrayBuffer, ArrayBuffer, ArrayBuffer, ArrayBuffer, ArrayBuffer, ArrayBuffer];
  return {
    multiLabel: header.multiLabel,
    renamed: header.renamed,
    corpus: {
      words: {
        bytes: new Uint8Array(bytes),
        starts: new Int32Array(starts),
        hashes: new Int32Array(hashes),
        counts: new Float64Array(counts),
      },
      isLabel: new Uint8Array(isLabel),
      tokens: new Int32Array(tokens),
      lineStarts: new Int32Array(lineStarts),
    },
  };
}
