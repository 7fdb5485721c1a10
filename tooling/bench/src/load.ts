/** Load on one URL, and on a flow of several. */
import autocannon from 'autocannon';

/** Requests of one kind, made as fast as they are answered. */
export interface Load {
  readonly url: string;
  readonly connections: number;
  readonly request?: autocannon.Request;
}

/** Its own second would be waited for after every count. */
const SAMPLE_MS = 50;

/**
 * Makes requests for about `seconds` and answers how many per second were answered.
 *
 * @throws Error when one of them failed, or was not answered with the status it should: a fast error is no result.
 */
export function hammer(load: Load, seconds: number): Promise<number> {
  return measured((amount) => run(load, amount), { connections: load.connections, seconds });
}

/**
 * The rate of some work over about `seconds`. Half as much goes before it and does not count: a server that had nothing
 * to do while others were measured has to find its speed again.
 *
 * @param work does it so many times, and answers how often per second.
 */
export async function measured(
  work: (amount: number) => Promise<number>,
  { connections, seconds }: { readonly connections: number; readonly seconds: number },
): Promise<number> {
  const least = connections * 4;
  const amountFor = (rate: number, lasting: number): number => Math.max(least, Math.ceil(rate * lasting));
  const cold = await work(least);
  const warm = await work(amountFor(cold, seconds / 2));
  return work(amountFor(warm, seconds));
}

/** Makes exactly `amount` requests. A count ends when all are answered; a time limit would drop those under way. */
export async function run(load: Load, amount: number): Promise<number> {
  const { url, connections, request } = load;
  const began = performance.now();
  let ended = began; // autocannon itself resolves at its next sample
  const { promise, resolve, reject } = Promise.withResolvers<autocannon.Result>();
  const requests = request === undefined ? {} : { requests: [request] };
  const instance = autocannon(
    { url, connections, amount, timeout: 30, sampleInt: SAMPLE_MS, ...requests },
    (error: unknown, result) => (error ? reject(error) : resolve(result)),
  );
  instance.on('response', () => {
    ended = performance.now();
  });
  const result = await promise;
  const good = result['2xx'] + result['3xx'];
  if (good !== amount || result.errors > 0) {
    throw new Error(`${url}: of ${amount} requests ${good} were answered well, ${result.errors} broke`);
  }
  return amount / ((ended - began) / 1000);
}

/** Repeats some work, `parallel` at a time, for about `seconds`; answers how often it was done per second. */
export async function repeat(work: () => Promise<void>, parallel: number, seconds: number): Promise<number> {
  const began = performance.now();
  const until = began + seconds * 1000;
  let done = 0;
  const worker = async (): Promise<void> => {
    while (performance.now() < until) {
      await work();
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return done / ((performance.now() - began) / 1000);
}

/** Does some work exactly `times`, `parallel` at a time. */
export async function times(work: () => Promise<void>, parallel: number, times: number): Promise<void> {
  let left = times;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await work();
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
}
