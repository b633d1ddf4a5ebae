import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Json } from '../domain/trial.ts';
import { setOwn } from './own-properties.ts';
import { parseJson } from './python-json.ts';

/** Characters. Shorter texts take less memory as what they say. */
const PACKED_FROM = 4000;

/**
 * Sets an attribute from its text; a long one is kept packed and parsed whenever somebody looks at it. A trial of a model
 * with many labels carries a confusion matrix of some thousand numbers, which nobody looks at while a search goes on:
 * parsed, those of ten thousand trials would fill half a gigabyte.
 */
export function setJson(target: Record<string, Json>, name: string, text: string | null): void {
  if (text === null || text.length < PACKED_FROM) setOwn(target, name, parseJson(text));
  else
    Object.defineProperty(target, name, { get: readerOf(pack(text)), enumerable: true, configurable: true });
}

/** Copied, for what deflating gives is the beginning of 16 kB. */
const pack = (text: string): Buffer => Buffer.from(deflateRawSync(text, { level: 1 }));

/** Apart, so that it holds on to the packed text alone. */
const readerOf = (packed: Buffer) => (): Json => parseJson(inflateRawSync(packed).toString());
