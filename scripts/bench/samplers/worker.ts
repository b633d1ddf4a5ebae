/** A child process of the benchmark: runs the searches it is sent, one at a time. */
import { loadProblems, runSearch, type SearchTask } from './search.ts';

const [, , modulePath, at] = process.argv as [string, string, string, string];
const problems = await loadProblems(modulePath);
process.on('message', async (task: SearchTask) => {
  const problem = problems.find(({ name }) => name === task.problem)!;
  const started = performance.now();
  const curve = await runSearch(task, problem, at.split(',').map(Number));
  process.send!({ task, curve, ms: performance.now() - started });
});
process.send!({ ready: true });
