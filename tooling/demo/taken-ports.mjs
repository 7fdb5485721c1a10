/**
 * The fixed addresses of the demo, and whether somebody has them already. Plain JavaScript, because `npm start` asks
 * before anything is installed, with the Node of the machine.
 */
import { createServer } from 'node:net';

/** Where the demo is. */
export const addresses = {
  issuer: 'http://127.0.0.1:5556/dex',
  app: 'http://127.0.0.1:5555',
  /** Metrics and health of the server. */
  telemetry: 'http://127.0.0.1:5558',
};

/** The ports of those. */
export const demoPorts = Object.values(addresses).map((url) => Number(new URL(url).port));

/**
 * What to tell when another program listens on one of these ports of 127.0.0.1; `undefined` when none does. Asked before
 * anything is started: a demo that runs already would answer for the one that could not begin.
 *
 * @param {readonly number[]} ports
 * @returns {Promise<string | undefined>}
 */
export async function portsProblem(ports) {
  const free = await Promise.all(ports.map(isFree));
  const taken = ports.filter((_port, index) => free[index] === false);
  if (taken.length === 0) return undefined;
  const names = taken.map((port) => `127.0.0.1:${port}`).join(' and ');
  return (
    `${names} ${taken.length > 1 ? 'are' : 'is'} in use by another program. Is npm start running already? If not, stop ` +
    'that program; the demo has fixed addresses.'
  );
}

/**
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
