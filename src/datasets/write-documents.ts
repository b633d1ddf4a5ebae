import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Document } from '../domain/dataset.ts';
import type { ReaderOptions } from './format.ts';
import { FORMATS, type FormatName } from './formats.ts';

export interface Written {
  readonly documents: number;
  /** Documents that the format could not hold as they were. */
  readonly changed: number;
}

/**
 * Writes documents as they come, in bounded memory. The file appears whole or not at all; `.gz` is packed, `-` is standard
 * output.
 */
export async function writeDocuments(
  path: string,
  format: FormatName,
  batches: AsyncIterable<readonly Document[]> | Iterable<readonly Document[]>,
  options: ReaderOptions = {},
): Promise<Written> {
  const tally = { documents: 0, changed: 0 };
  const encoded = encodeBatches(format, batches, options, tally);
  if (path === '-') {
    await pipeline(encoded, process.stdout, { end: false });
    return tally;
  }
  const target = resolve(path);
  await mkdir(dirname(target), { recursive: true });
  const temporary = join(dirname(target), `.${randomUUID()}.tmp`);
  try {
    const sink = createWriteStream(temporary, { flags: 'wx' });
    if (path.endsWith('.gz')) await pipeline(encoded, createGzip(), sink);
    else await pipeline(encoded, sink);
    await rename(temporary, target);
  } finally {
    await rm(temporary, { force: true });
  }
  return tally;
}

async function* encodeBatches(
  format: FormatName,
  batches: AsyncIterable<readonly Document[]> | Iterable<readonly Document[]>,
  options: ReaderOptions,
  tally: { documents: number; changed: number },
): AsyncGenerator<Buffer> {
  const encoder = FORMATS[format].createEncoder(options);
  if (encoder.header !== '') yield Buffer.from(encoder.header);
  for await (const batch of batches) {
    let text = '';
    for (const document of batch) {
      const encoded = encoder.encode(document);
      text += encoded.text;
      tally.documents++;
      tally.changed += Number(encoded.changed);
    }
    if (text !== '') yield Buffer.from(text);
  }
}
