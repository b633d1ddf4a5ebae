import { constants } from 'node:fs';
import { access, realpath, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StorageError } from '../../domain/errors.ts';

/** Where a file lies: SQLite's log needs shared memory between processes, which only a local disk gives. */
export type FileSystemKind = 'local' | 'network' | 'unknown';

/** `f_type` of statfs(2), Linux: NFS, SMB1, SMB2, CIFS, Lustre, GPFS, BeeGFS, CephFS, AFS, kAFS, 9p, Coda. */
const NETWORK = new Set([
  0x6969, 0x517b, 0xfe534d42, 0xff534d42, 0x0bd00bd0, 0x47504653, 0x19830326, 0x00c36400, 0x5346414f,
  0x6b414653, 0x01021997, 0x73757245,
]);
/** ext2–4, XFS, Btrfs, tmpfs, ramfs, overlay, ZFS, F2FS, JFS, ReiserFS, bcachefs. */
const LOCAL = new Set([
  0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x858458f6, 0x794c7630, 0x2fc12fc1, 0xf2f52010, 0x3153464a,
  0x52654973, 0xca451a4e,
]);

/** FUSE is `unknown`: anything may lie behind it. */
export function classifyFileSystem(type: number): FileSystemKind {
  const unsigned = type >>> 0;
  if (NETWORK.has(unsigned)) return 'network';
  return LOCAL.has(unsigned) ? 'local' : 'unknown';
}

/** Of the folder that really holds `path`, behind symbolic links; only Linux tells. */
export async function fileSystemOf(path: string): Promise<FileSystemKind> {
  if (process.platform !== 'linux') return 'local';
  const real = await realpath(path).catch(() => path);
  return classifyFileSystem((await statfs(dirname(real))).type);
}

/**
 * Refuses a file that somebody else could have filled: it can hold commands that a search would run.
 * @throws {StorageError}
 */
export async function refuseForeignFile(path: string, shown: string): Promise<void> {
  const { uid, mode } = await stat(path);
  const me = process.geteuid?.();
  const fault =
    me !== undefined && uid !== me
      ? `belongs to another user (uid ${uid})`
      : (mode & 0o022) !== 0
        ? 'can be written by other users'
        : null;
  if (fault === null) return refuseForeignFolder(path, shown);
  throw new StorageError(`${shown} ${fault}; it can hold commands, so it is not opened.`, {
    fix:
      me === uid
        ? `chmod go-w ${path}, or --trust if they may`
        : `copy it, or --trust if you trust its owner`,
  });
}

/** Who owns the folder, or may write in it, can put another file in the place of this one (not where it is sticky, as /tmp). */
async function refuseForeignFolder(path: string, shown: string): Promise<void> {
  const folder = dirname(await realpath(path));
  const { uid, mode } = await stat(folder);
  const isForeign = uid !== process.geteuid?.() && uid !== 0;
  const isOpen = (mode & 0o002) !== 0 && (mode & 0o1000) === 0;
  if (process.geteuid === undefined || (!isForeign && !isOpen)) return;
  const fault = isForeign ? `belongs to another user (uid ${uid})` : 'can be written by other users';
  throw new StorageError(`the folder of ${shown} ${fault}, who could exchange the file; it is not opened.`, {
    fix: isForeign
      ? 'copy the file, or --trust if you trust its owner'
      : `chmod o-w ${folder}, or --trust if they may`,
  });
}

/** SQLite needs to write beside the file too. */
export async function isWritable(path: string): Promise<boolean> {
  const results = await Promise.allSettled([
    access(path, constants.W_OK),
    access(dirname(path), constants.W_OK),
  ]);
  return results.every(({ status }) => status === 'fulfilled');
}
