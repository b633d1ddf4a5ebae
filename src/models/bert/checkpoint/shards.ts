import { join } from 'node:path';
import { parseObject } from '../../../text/tokenizer-json.ts';
import { readShortText } from './range-file.ts';
import { quoteName, quoteNames, refuseCheckpoint } from './refusal.ts';
import type { StoredTensor, TensorFile } from './tensor-file.ts';

/** Names of tensors and files: a megabyte is a very large model. */
const MAX_INDEX = 32 << 20;
/** Each one is an open file. */
const MAX_SHARDS = 200;

/** A checkpoint in several files, by the index (`weight_map`: tensor → file) that lies beside them. */
export async function openShards(
  dir: string,
  indexName: string,
  openFile: (path: string) => Promise<TensorFile>,
): Promise<TensorFile> {
  const path = join(dir, indexName);
  const weightMap = parseWeightMap(await readShortText(path, MAX_INDEX), path);
  const names = [...new Set(weightMap.values())];
  if (names.length > MAX_SHARDS)
    refuseCheckpoint(path, `names ${names.length} files; ${MAX_SHARDS} are read at most`);
  const shards = new Map<string, TensorFile>();
  const close = async (): Promise<void> => {
    for (const shard of shards.values()) await shard.close();
  };
  try {
    for (const name of names) shards.set(name, await openFile(join(dir, name)));
    const tensors = collectTensors(weightMap, shards, path);
    const size = [...shards.values()].reduce((sum, shard) => sum + shard.size, 0);
    return { path, size, tensors, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function parseWeightMap(text: string, path: string): ReadonlyMap<string, string> {
  const { weight_map } = parseObject(text, path);
  if (typeof weight_map !== 'object' || weight_map === null)
    return refuseCheckpoint(path, 'has no weight_map');
  return new Map(
    Object.entries(weight_map).map(([tensor, file]) => {
      // A path would reach files outside of the checkpoint.
      if (typeof file !== 'string' || !/^[^/\\\0]+$/.test(file) || file.startsWith('.')) {
        return refuseCheckpoint(
          path,
          `sends ${quoteName(tensor)} to ${quoteName(file)}, which is no file beside it`,
        );
      }
      return [tensor, file];
    }),
  );
}

function collectTensors(
  weightMap: ReadonlyMap<string, string>,
  shards: ReadonlyMap<string, TensorFile>,
  path: string,
): ReadonlyMap<string, StoredTensor> {
  const found = [...weightMap].map(([name, file]) => [name, shards.get(file)?.tensors.get(name)] as const);
  const missing = found.filter(([, tensor]) => tensor === undefined).map(([name]) => name);
  if (missing.length > 0) refuseCheckpoint(path, `names tensors that its files lack: ${quoteNames(missing)}`);
  return new Map(found.flatMap(([name, tensor]) => (tensor === undefined ? [] : [[name, tensor] as const])));
}
