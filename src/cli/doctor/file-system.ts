import { statfs } from 'node:fs/promises';
import { classifyFileSystem, type FileSystemKind } from '../../storage/sqlite/file-safety.ts';

/** Names for people, by `f_type` of statfs(2). */
const FILE_SYSTEMS: Readonly<Record<number, string>> = {
  61267: 'ext4',
  1481003842: 'xfs',
  2435016766: 'btrfs',
  16914836: 'tmpfs',
  2035054128: 'overlayfs',
  801189825: 'zfs',
  4076150800: 'f2fs',
  1635083891: 'aufs',
  1702057286: 'FUSE',
  26985: 'NFS',
  20859: 'SMB',
  4283649346: 'CIFS',
  4266872130: 'SMB2',
  198183888: 'Lustre',
  1196443219: 'GPFS',
  428016422: 'BeeGFS',
  12805120: 'CephFS',
  1397113167: 'AFS',
  16914839: '9p',
};

export interface FileSystem {
  readonly name: string;
  readonly kind: FileSystemKind;
  readonly freeBytes: number;
}

/** The file system that holds an existing file or folder. */
export async function inspectFileSystem(path: string): Promise<FileSystem> {
  const { type, bavail, bsize } = await statfs(path);
  const name = FILE_SYSTEMS[type >>> 0] ?? `type 0x${(type >>> 0).toString(16)}`;
  return { name, kind: classifyFileSystem(type), freeBytes: bavail * bsize };
}
