export * from './attempt-folder.ts';
export * from './foreign-records.ts';
export * from './hash-path.ts';
export * from './lease.ts';
export * from './process-identity.ts';
export * from './program-line.ts';
export * from './records.ts';
export * from './report-reader.ts';
