/**
 * Posts forms as cheaply as they can be posted. A general load generator puts each request together anew when its body
 * changes, and takes as much of the measured cores for it as some answers do.
 */
import { connect, type Socket } from 'node:net';

const LONGEST_WAIT_MS = 30_000;

/** Forms for one address. */
export interface PostLoad {
  readonly url: URL;
  readonly connections: number;
  /** Of every request, besides `Host` and those of the body. */
  readonly headers: Readonly<Record<string, string>>;
  /** The next form, encoded. */
  readonly form: () => string;
  /** Told of each answer's body. */
  readonly onAnswer: (body: string) => void;
}

/**
 * Posts exactly `amount` forms, one at a time on each connection, and answers how many per second were answered.
 *
 * @throws Error for an answer that is not 200, has no `Content-Length`, or does not come whole; and what `onAnswer` throws.
 */
export async function post(load: PostLoad, amount: number): Promise<number> {
  let left = amount;
  const next = (): string | undefined => {
    left -= 1;
    return left < 0 ? undefined : load.form();
  };
  const head = headOf(load);
  const began = performance.now();
  await Promise.all(Array.from({ length: load.connections }, () => converse(load, head, next)));
  return amount / ((performance.now() - began) / 1000);
}

function headOf({ url, headers }: PostLoad): string {
  const all = { host: url.host, 'content-type': 'application/x-www-form-urlencoded', ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${url.pathname} HTTP/1.1\r\n${lines.join('')}content-length: `;
}

/** One connection: asks as long as there is something to ask. */
async function converse({ url, onAnswer }: PostLoad, head: string, next: () => string | undefined): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true }).setEncoding('latin1');
  const ask = (): void => {
    const form = next();
    if (form === undefined) resolve();
    else socket.write(`${head}${form.length}\r\n\r\n${form}`, 'latin1');
  };
  socket.once('connect', ask);
  socket.once('error', reject);
  socket.once('close', () => reject(new Error(`${url} closed a connection`)));
  socket.setTimeout(LONGEST_WAIT_MS, () => reject(new Error(`${url} does not answer`)));
  readAnswers(socket, (answer) => {
    try {
      onAnswer(bodyOf(answer));
      ask();
    } catch (error) {
      reject(error);
    }
  });
  await promise.finally(() => socket.destroy());
}

interface Answer {
  readonly head: string;
  readonly body: string;
}

function readAnswers(socket: Socket, onAnswer: (answer: Answer) => void): void {
  let received = '';
  socket.on('data', (text: string) => {
    received += text;
    const begin = received.indexOf('\r\n\r\n') + 4;
    if (begin < 4) return;
    const [head, body] = [received.slice(0, begin), received.slice(begin)];
    // An answer without a length is not waited for: it is refused as it is.
    if (body.length < Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0)) return;
    received = '';
    onAnswer({ head, body });
  });
}

function bodyOf({ head, body }: Answer): string {
  if (head.startsWith('HTTP/1.1 200 ') && /\r\ncontent-length:/i.test(head)) return body;
  throw new Error(`an answer begins ${head.slice(0, 500)}`);
}
