import { csvFormat } from './csv-format.ts';
import { fastTextFormat } from './fasttext-format.ts';
import type { Format } from './format.ts';
import { jsonlFormat } from './jsonl-format.ts';
import { tsvFormat } from './tsv-format.ts';

/** Every data format, by the name that `--data-format` takes. */
export const FORMATS = {
  fasttext: fastTextFormat,
  csv: csvFormat,
  tsv: tsvFormat,
  jsonl: jsonlFormat,
} satisfies Record<string, Format>;

export type FormatName = keyof typeof FORMATS;
export const FORMAT_NAMES = Object.keys(FORMATS) as FormatName[];

export function isFormatName(name: string): name is FormatName {
  return Object.hasOwn(FORMATS, name);
}

/** The format that a file's name promises (`.gz` aside), or null. */
export function formatOfName(path: string): FormatName | null {
  const name = path.toLowerCase().replace(/\.gz$/, '');
  return (
    FORMAT_NAMES.find((format) => FORMATS[format].extensions.some((ending) => name.endsWith(ending))) ?? null
  );
}
