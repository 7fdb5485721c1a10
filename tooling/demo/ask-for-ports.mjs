/** The first step of `npm start`: who has to free a port is told so before minutes of installing and building. */
import { demoPorts, portsProblem } from './taken-ports.mjs';

const problem = await portsProblem(demoPorts);
if (problem !== undefined) {
  console.error(`ostiary demo: ${problem}`);
  process.exitCode = 1;
}
