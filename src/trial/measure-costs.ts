import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatasetHandle, Predictor } from '../domain/ports.ts';

/** Texts that are labelled to see how long it takes. */
const TEXTS = 200;
const WARM_UP = 20;
/** Enough for a median that holds still, and never long. */
const MOST_MS = 250;

/**
 * The median milliseconds to label one text, one at a time: what a request would wait for. Texts are gone through for a
 * quarter of a second. Whatever else runs on the machine is in it.
 */
export async function measureLatency(predictor: Predictor, texts: readonly string[]): Promise<number> {
  const options = { k: null, threshold: null };
  for (const text of texts.slice(0, WARM_UP)) await predictor.predict([text], options);
  const times: number[] = [];
  const end = performance.now() + MOST_MS;
  for (let i = 0; times.length === 0 || performance.now() < end; i++) {
    const start = performance.now();
    await predictor.predict([texts[i % texts.length]!], options);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return times[times.length >> 1]!;
}

/**
 * Some texts, evenly spread over a data set. They are kept in `cacheDir`: a trial that found its encoded corpus there would
 * have to read the whole data set for them.
 */
export async function sampleTexts(data: DatasetHandle, cacheDir: string | null): Promise<readonly string[]> {
  const path = cacheDir === null ? null : join(cacheDir, `texts-${data.sha256.slice(0, 32)}.json`);
  const known = path === null ? null : await readTexts(path);
  if (known !== null) return known;
  const { documents } = await data.read();
  const count = Math.min(TEXTS, documents.length);
  const texts = Array.from(
    { length: count },
    (_, i) => documents[Math.floor((i * documents.length) / count)]!.text,
  );
  if (path !== null) await keepTexts(path, texts);
  return texts;
}

async function readTexts(path: string): Promise<string[] | null> {
  try {
    const texts: unknown = JSON.parse(await readFile(path, 'utf8'));
    const isList =
      Array.isArray(texts) && texts.length > 0 && texts.every((text) => typeof text === 'string');
    return isList ? (texts as string[]) : null;
  } catch {
    return null;
  }
}

/** Whole or not at all; the folder may not be there, and the texts can be had again. */
async function keepTexts(path: string, texts: readonly string[]): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, JSON.stringify(texts), { mode: 0o600 });
    await rename(temporary, path);
  } catch {
    // Nothing is lost.
  }
}
