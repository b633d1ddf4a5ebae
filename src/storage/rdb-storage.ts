import { StorageError } from '../domain/errors.ts';
import type { Storage } from '../domain/ports.ts';
import * as attempts from './attempts.ts';
import { findContradictions } from './contradictions.ts';
import * as events from './events.ts';
import { setExcluded } from './excluded.ts';
import { exportStudy } from './export.ts';
import { finishTrial } from './finish.ts';
import { importStudies } from './import.ts';
import * as reports from './reports.ts';
import type { Database, Durability, Sql } from './sql.ts';
import * as studies from './studies.ts';
import { summarizeStudies } from './summaries.ts';
import { createTrialHistory, type TrialHistory } from './trial-history.ts';
import * as trials from './trials.ts';

export interface RdbStorageOptions {
  /** Why nothing can be written, as an error to throw; null: it can. */
  readonly readOnly: StorageError | null;
}

/** The port on one database: each method is one transaction, and says how durable it must be. */
export function createRdbStorage(database: Database, { readOnly }: RdbStorageOptions): Storage {
  const histories = new Map<number, TrialHistory>();
  const scans = new Map<number, trials.WaitingScan>();
  const kinds: trials.KnownKinds = new Map();
  let closed = false;
  let prepared: Promise<void> | null = null;

  const requireOpen = (): void => {
    if (closed) throw new StorageError(`${database.shown} is closed.`);
  };
  const prepareOnce = async (): Promise<void> => {
    try {
      await database.prepare();
    } catch (error) {
      // A lock that outlasted our patience must not spoil the next write.
      prepared = null;
      throw error;
    }
  };
  const read = async <T>(body: (sql: Sql) => Promise<T>): Promise<T> => {
    requireOpen();
    return await database.read(body);
  };
  const write = async <T>(durability: Durability, body: (sql: Sql) => Promise<T>): Promise<T> => {
    requireOpen();
    if (readOnly !== null) throw readOnly;
    prepared ??= prepareOnce();
    await prepared;
    return await database.write(durability, body);
  };

  return {
    url: database.shown,

    createStudy: (study) => write('full', (sql) => studies.createStudy(sql, study)),
    listStudies: () => read(studies.listStudies),
    loadStudy: (name) => read((sql) => studies.findStudy(sql, name, database.shown)),
    summarizeStudies: () => read(summarizeStudies),
    updateSpec: (id, spec) => write('full', (sql) => studies.updateSpec(sql, id, spec)),
    setStudyAttr: (id, kind, key, value) =>
      write('full', (sql) => studies.setStudyAttr(sql, id, kind, key, value)),
    deleteStudy: async (id) => {
      await write('full', (sql) => studies.deleteStudy(sql, id));
      histories.delete(id);
      scans.delete(id);
    },

    enqueue: (studyId, params, userAttrs = {}, systemAttrs = {}) =>
      write('full', (sql) => trials.enqueue(sql, studyId, params, userAttrs, systemAttrs)),
    setExcluded: (trialId, isExcluded) => write('full', (sql) => setExcluded(sql, trialId, isExcluded)),
    claimTrial: (studyId) => {
      const scan = scans.get(studyId) ?? { scannedTo: 0, found: [] };
      scans.set(studyId, scan);
      return write('full', (sql) => trials.claimTrial(sql, studyId, scan));
    },
    // Not synced: a number whose params a power cut took is sampled again.
    setParams: (trialId, params, distributions, basis) =>
      write('normal', async (sql) => {
        const studyId = await trials.setParams(sql, trialId, { params, distributions }, kinds);
        if (basis !== undefined)
          await events.addEvent(sql, { studyId, trialId, kind: 'asked', payload: basis });
      }),
    setTrialAttr: (trialId, kind, key, value) =>
      write('normal', (sql) => trials.setTrialAttr(sql, trialId, { kind, key, value })),

    // A power cut that takes an attempt's record takes its process too.
    createAttempt: (attempt) => write('normal', (sql) => attempts.createAttempt(sql, attempt)),
    updateAttempt: (trialId, attempt, patch) =>
      write('normal', (sql) => attempts.updateAttempt(sql, trialId, attempt, patch)),
    listOpenAttempts: (studyId) => read((sql) => attempts.listOpenAttempts(sql, studyId)),
    listAttempts: (trialId) => read((sql) => attempts.listAttempts(sql, trialId)),

    // Not synced: reports are read again from the attempt's folder.
    recordReports: (trialId, token, stored) =>
      write('normal', (sql) => reports.recordReports(sql, trialId, token, stored)),
    finishTrial: (trialId, token, outcome, end = {}) =>
      write('full', (sql) => finishTrial(sql, trialId, { token, outcome, end })),

    getTrials: async (studyId) => {
      requireOpen();
      const history = histories.get(studyId) ?? createTrialHistory(database, studyId);
      histories.set(studyId, history);
      return await history.refresh();
    },
    getMetrics: (trialId) => read((sql) => reports.getMetrics(sql, trialId)),

    exportStudy: (studyId) => exportStudy(read, studyId),
    importStudies: (lines, nameOf) => importStudies((body) => write('full', body), lines, nameOf),

    findFaults: async () => [...(await database.findDamage()), ...(await read(findContradictions))],

    addEvent: (studyId, trialId, kind, payload) =>
      write('normal', (sql) => events.addEvent(sql, { studyId, trialId, kind, payload })),
    listEvents: (studyId, afterId = 0) => read((sql) => events.listEvents(sql, studyId, afterId)),

    close: async () => {
      closed = true;
      await database.close();
    },
  };
}
