export * from './attempt-folder.ts';
export * from './records.ts';
export * from './report-reader.ts';
