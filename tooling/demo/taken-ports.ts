import { createServer } from 'node:net';

/**
 * The ports of 127.0.0.1, among these, that another program listens on. Asked before anything is started: a demo that
 * runs already would answer for the one that could not begin.
 */
export async function takenPorts(ports: readonly number[]): Promise<readonly number[]> {
  const free = await Promise.all(ports.map(isFree));
  return ports.filter((_port, index) => free[index] === false);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
