/**
 * `npm start`: the issuer at http://127.0.0.1:5556/dex and an example app at http://127.0.0.1:5555, until Ctrl-C.
 *
 * The programs must have been built; `npm start` does that before.
 */
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { plugInFolder } from './plug-in-folder.ts';
import { type Program, startProgram } from './program.ts';
import { addresses, demoPorts, portsProblem } from './taken-ports.mjs';
import { toldToStop } from './told-to-stop.ts';
import { welcome } from './welcome.ts';

const root = dirname(dirname(import.meta.dirname));
const { issuer, app } = addresses;
const READY_WITHIN_MS = 30_000;

const server = {
  name: 'server',
  args: ['apps/server/dist/main.js', 'serve', 'apps/server/examples/demo.yaml'],
  env: {},
  readyUrl: `${issuer}/healthz`,
};

const exampleApp = {
  name: 'app',
  args: ['apps/example-app/dist/main.js'],
  env: {
    EXAMPLE_APP_ISSUER: issuer,
    EXAMPLE_APP_CLIENT_ID: 'example-app',
    EXAMPLE_APP_CLIENT_SECRET: 'ZXhhbXBsZS1hcHAtc2VjcmV0',
    EXAMPLE_APP_URL: app,
  },
  readyUrl: `${app}/`,
};

/** The program that ended although nobody asked it to, and the last thing it said. */
interface Fallen {
  readonly name: string;
  readonly said: string;
}

async function main(): Promise<number> {
  const told = toldToStop();
  // Again, after the first step of npm start: the build took its time, and somebody may have come since.
  const problem = await portsProblem(demoPorts);
  if (problem !== undefined) return conclude(problem);
  await using first = start(server);
  const serverFell = fallen(first);
  const ready = await Promise.race([told, serverFell, untilAnswers(server.readyUrl)]);
  if (ready !== 'ready') return conclude(ready);
  await using second = start(exampleApp);
  const oneFell = Promise.race([serverFell, fallen(second)]);
  const both = await Promise.race([told, oneFell, untilAnswers(exampleApp.readyUrl)]);
  if (both !== 'ready') return conclude(both);
  console.log(welcome({ issuer, app, plugInFolder: await plugInFolder(root) }));
  return conclude(await Promise.race([told, oneFell]));
}

function start({ name, args, env }: typeof server | typeof exampleApp): Program {
  const onLine = (line: string): void => console.log(`${name.padEnd(6)} | ${line}`);
  return startProgram({ name, args, cwd: root, env: { ...process.env, ...env }, onLine });
}

const fallen = async ({ name, ended }: Program): Promise<Fallen> => ({ name, said: await ended });

function conclude(end: string | Fallen): number {
  if (end === 'told') return 0;
  const why = typeof end === 'string' ? end : `the ${end.name} ended: ${end.said}`;
  console.error(`\nostiary demo: ${why}`);
  return 1;
}

async function untilAnswers(url: string): Promise<string> {
  const deadline = performance.now() + READY_WITHIN_MS;
  while (performance.now() < deadline) {
    const response = await fetch(url, { redirect: 'manual' }).catch(() => undefined);
    await response?.body?.cancel();
    if (response !== undefined && response.status < 500) return 'ready';
    await delay(100, undefined, { ref: false });
  }
  return `${url} did not answer within ${READY_WITHIN_MS / 1000} seconds. Its lines above say why.`;
}

process.exitCode = await main();
