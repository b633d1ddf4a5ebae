import type { Durability } from './sql.ts';

export interface OpenOptions {
  /** Whether a storage that is not there may be made; commands that only read never make one. */
  readonly create: boolean;
  /** Open what belongs to somebody else, or could have been written by others. */
  readonly trust?: boolean;
  /** How long another process's lock is waited for; 60 s unless said. */
  readonly lockTimeoutMs?: number;
  readonly onWarning?: (message: string) => void;
  /** One durability for every write; for measuring only. */
  readonly durability?: Durability;
}
