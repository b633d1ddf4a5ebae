/**
 * The script of the thread that matches lines against patterns, as text: such a thread is started anew whenever a pattern
 * explodes, and needs no file to be found or compiled for it. Input: `patterns` (null: given up) and lines; output: what was
 * found, by line. `at` says where it is at any moment: matches begun, whether one is under way, its line, its pattern.
 */
export const REGEX_WORKER = `
const { parentPort, workerData } = require('node:worker_threads');
const { patterns, at } = workerData;
const compiled = patterns.map((pattern) => pattern && new RegExp(pattern.source));

parentPort.on('message', (lines) => parentPort.postMessage(lines.map(findMetrics)));

function findMetrics(line, index) {
  const found = {};
  compiled.forEach((regex, k) => {
    const match = regex && matchWatched(regex, line, index, k);
    if (!match) return;
    const { metric } = patterns[k];
    const groups = metric === null ? { ...match.groups } : { [metric]: match[1] };
    for (const [name, text] of Object.entries(groups)) if (text !== undefined) found[name] = text;
  });
  return found;
}

function matchWatched(regex, line, index, k) {
  Atomics.store(at, 2, index);
  Atomics.store(at, 3, k);
  Atomics.add(at, 0, 1);
  Atomics.store(at, 1, 1);
  const match = regex.exec(line);
  Atomics.store(at, 1, 0);
  return match;
}
`;
