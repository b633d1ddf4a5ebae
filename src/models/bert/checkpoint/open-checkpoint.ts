import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { quoteNames, refuseCheckpoint } from './refusal.ts';
import { openSafetensors } from './safetensors.ts';
import { openShards } from './shards.ts';
import type { TensorFile } from './tensor-file.ts';
import { openTorchFile } from './torch-file.ts';

/** What a folder's weights may lie in, best first. */
const FORMS: readonly (readonly [string, (dir: string, name: string) => Promise<TensorFile>])[] = [
  ['model.safetensors', (dir, name) => openSafetensors(join(dir, name))],
  ['model.safetensors.index.json', (dir, name) => openShards(dir, name, openSafetensors)],
  ['pytorch_model.bin', (dir, name) => openTorchFile(join(dir, name))],
  ['pytorch_model.bin.index.json', (dir, name) => openShards(dir, name, openTorchFile)],
];

/** The weights of a Hugging Face folder. Who opens them closes them. @throws {CheckpointError} none that can be read */
export async function openCheckpointWeights(dir: string): Promise<TensorFile> {
  const names = await readdir(dir).catch((cause: NodeJS.ErrnoException) =>
    refuseCheckpoint(dir, cause.code === 'ENOTDIR' ? 'is no folder' : 'is not there or cannot be read', {
      cause,
    }),
  );
  for (const [name, open] of FORMS) {
    if (names.includes(name)) return open(dir, name);
  }
  const foreign = names.filter((name) => /\.(h5|msgpack|ckpt|index|onnx|ot|gguf)$/.test(name));
  return refuseCheckpoint(dir, 'holds no weights that can be read', {
    details: [
      `looked for ${FORMS.map(([name]) => name).join(', ')}`,
      ...(foreign.length > 0 ? [`there is ${quoteNames(foreign)}, of another program`] : []),
    ],
    fix: 'give the folder of a BERT model with model.safetensors or pytorch_model.bin',
  });
}
