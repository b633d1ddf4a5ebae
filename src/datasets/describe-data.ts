import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { DataError, UsageError } from '../domain/errors.ts';
import type { DataRef } from '../domain/study.ts';
import { detectFormat } from './detect-format.ts';
import type { ReaderOptions } from './format.ts';
import { FORMAT_NAMES, type FormatName, isFormatName } from './formats.ts';
import { assertDataFile, openBytes } from './open-bytes.ts';
import { spoolStream } from './spool.ts';
import { readBlocks } from './text-blocks.ts';

export interface DescribeOptions extends ReaderOptions {
  /** A name of {@link FORMATS}; absent: found out. */
  readonly format?: string;
  /** Where standard input is kept; default `data` in the working directory. */
  readonly spoolDir?: string;
}

const READER_OPTIONS = [
  'textColumn',
  'labelColumn',
  'labelSeparator',
  'delimiter',
  'header',
  'labelPrefix',
] as const satisfies readonly (keyof ReaderOptions)[];

/**
 * A reference to a data file that a study can keep: where it is, its format, how it is read, and the hash of its bytes.
 * @param path a file, a gzip file, a pipe, or `-` for standard input, which is copied to `spoolDir`.
 * @throws {DataError} when it cannot be read or its format cannot be told.
 */
export async function describeData(path: string, options: DescribeOptions = {}): Promise<DataRef> {
  const { format, spoolDir = 'data' } = options;
  if (format !== undefined && !isFormatName(format)) {
    throw new UsageError(`There is no data format "${format}".`, {
      details: [`formats: ${FORMAT_NAMES.join(', ')}`],
      fix: `--data-format ${FORMAT_NAMES[0]}, or leave it out`,
    });
  }
  const absolute = await spoolStream(path, spoolDir);
  await assertDataFile(absolute);
  const chosen: FormatName = format ?? detectFormat(absolute, await readFirstLines(absolute), options);
  return {
    path: absolute,
    sha256: await hashFile(absolute),
    format: chosen,
    options: Object.fromEntries(
      READER_OPTIONS.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
    ),
  };
}

async function readFirstLines(path: string): Promise<string> {
  for await (const { text } of readBlocks(openBytes(path), path)) {
    if (text.startsWith('PK\u0003\u0004')) {
      throw new DataError(`${path} is a zip archive.`, { fix: `unzip ${path}, then name the file in it` });
    }
    return text.slice(0, 1 << 18);
  }
  throw new DataError(`${path} is empty.`, { fix: 'give a file with one labelled text a line' });
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 18 }), hash);
  return hash.digest('hex');
}
