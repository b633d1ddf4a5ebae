import { setTimeout as sleep } from 'node:timers/promises';
import { watchLoop } from './loop-watch.ts';

// A process beside a crowd that does nothing: bystander.ts. What its event loop meets until stdin ends is the machine's doing.
process.stdout.write('ready\n');
const stopWatching = watchLoop();
let isOver = false;
process.stdin.on('end', () => {
  isOver = true;
});
process.stdin.resume();
while (!isOver) await sleep(20);
process.stdout.write(`${JSON.stringify({ blocks: stopWatching() })}\n`);
