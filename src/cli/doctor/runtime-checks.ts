import { existsSync, statSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { formatBytes } from '../output/readable.ts';
import { type Check, notOk, ok } from './check.ts';

const LEAST_NODE = [20, 19] as const;

/** Node, the platform, SQLite's native module, the WebAssembly kernel, and what the machine has to offer. */
export async function checkRuntime(): Promise<Check[]> {
  return [
    checkNode(process.versions.node),
    checkPlatform(),
    await checkSqlite(),
    checkKernel(),
    checkSimd(),
    checkMachine(),
  ];
}

/** @param version such as `20.19.1` */
export function checkNode(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const enough = major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1]);
  return enough
    ? ok('node', `v${version}`)
    : notOk('node', 'fail', `v${version}`, `install Node ${LEAST_NODE.join('.')} or newer`);
}

function checkPlatform(): Check {
  const found = `${process.platform} ${process.arch}`;
  if (process.platform === 'linux') return ok('platform', found);
  if (process.platform === 'darwin')
    return notOk('platform', 'warn', found, 'macOS works, but Linux is what is tested');
  return notOk('platform', 'fail', found, 'use Linux (on Windows: WSL)');
}

async function checkSqlite(): Promise<Check> {
  try {
    const { default: Database } = await import('better-sqlite3');
    const database = new Database(':memory:');
    const version = database.prepare('SELECT sqlite_version()').pluck().get();
    database.close();
    return ok('better-sqlite3', `SQLite ${version}`);
  } catch (error) {
    const reason = (error as Error).message.split('\n')[0]!;
    return notOk(
      'better-sqlite3',
      'fail',
      reason,
      'npm rebuild better-sqlite3 (needs python3, make and a C++ compiler)',
    );
  }
}

function checkKernel(): Check {
  const path = fileURLToPath(new URL('../../models/fasttext/kernel.wasm', import.meta.url));
  if (!existsSync(path)) return notOk('fastText kernel', 'fail', 'kernel.wasm is missing', 'npm run build');
  return ok('fastText kernel', `kernel.wasm, ${formatBytes(statSync(path).size)}`);
}

/** A module whose only function is `i8x16.splat`, which an engine without SIMD rejects (WebAssembly SIMD proposal). */
const SIMD_MODULE = [
  0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b, 0x03, 0x02, 0x01,
  0x00, 0x0a, 0x08, 0x01, 0x06, 0x00, 0x41, 0x00, 0xfd, 0x0f, 0x0b,
];

function checkSimd(): Check {
  return WebAssembly.validate(Uint8Array.from(SIMD_MODULE))
    ? ok('WebAssembly SIMD', 'available')
    : notOk(
        'WebAssembly SIMD',
        'fail',
        'not available',
        'use a processor with SSE4.1 or NEON, and a recent Node',
      );
}

function checkMachine(): Check {
  // A container's limit, where there is one: a huge number or 0 stands for none.
  const limit = process.constrainedMemory();
  const bytes = limit > 0 && limit < totalmem() ? limit : totalmem();
  return ok('machine', `${availableParallelism()} CPUs, ${formatBytes(bytes)} memory`);
}
