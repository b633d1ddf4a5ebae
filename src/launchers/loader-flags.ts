import { extname } from 'node:path';

const LOADER_FLAGS = [
  '--import',
  '--loader',
  '--experimental-loader',
  '--require',
  '-r',
  '-C',
  '--conditions',
];

/** Flags for a Node process that runs `entry`: TypeScript loads as it does in this process; JavaScript needs none. */
export function loaderFlags(entry: string, execArgv: readonly string[]): string[] {
  if (extname(entry) !== '.ts') return [];
  return execArgv.flatMap((flag, i) => {
    if (LOADER_FLAGS.includes(flag)) return [flag, execArgv[i + 1] ?? ''];
    const isJoined = LOADER_FLAGS.some((name) => name.startsWith('--') && flag.startsWith(`${name}=`));
    return isJoined || flag === '--enable-source-maps' ? [flag] : [];
  });
}
