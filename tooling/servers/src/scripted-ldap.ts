/** A server that answers what a test says, byte by byte: for what no directory does on purpose. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** What the connector asked (RFC 4511 section 4). */
export interface Question {
  readonly kind: 'bind' | 'search' | 'startTls';
  /** Who binds, or where the search begins. */
  readonly name: string;
  /** Which connection to this server it came over; the first is 1. */
  readonly connection: number;
}

/** A result code, with an entry before it where there is one to find; or no answer at all. */
export type Answer =
  | {
      readonly code: number;
      readonly dn?: string;
      /** So that the next question finds nobody. */
      readonly hangUp?: boolean;
    }
  | 'silence';

/** The server, on a free port of 127.0.0.1. */
export interface ScriptedServer extends AsyncDisposable {
  readonly host: string;
  /** Everything that was asked so far. */
  readonly questions: readonly Question[];
  /** Connections that nobody has closed yet. */
  open(): number;
}

/** By the tag of the question; and the tag of what it ends with. */
const kinds: ReadonlyMap<number, { readonly kind: Question['kind']; readonly end: number }> = new Map([
  [0x60, { kind: 'bind', end: 0x61 }],
  [0x63, { kind: 'search', end: 0x65 }],
  [0x77, { kind: 'startTls', end: 0x78 }],
]);

/** Starts it. */
export async function startScripted(answer: (question: Question) => Answer): Promise<ScriptedServer> {
  const questions: Question[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    const connection = connections;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes) => {
      const asked = read(bytes);
      if (asked === undefined) return;
      const question = { kind: asked.kind, name: asked.name, connection };
      questions.push(question);
      const given = answer(question);
      if (given === 'silence') return;
      if (given.dn !== undefined) socket.write(message(asked.id, 0x64, text(given.dn), part(0x30, uid)));
      socket.write(message(asked.id, asked.end, part(0x0a, Buffer.from([given.code])), text(''), text('')));
      if (given.hangUp) socket.end();
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    questions,
    open: () => sockets.size,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

type Asked = Omit<Question, 'connection'> & { readonly id: Buffer; readonly end: number };

/** Questions of the connector come whole and one at a time: it waits for each answer. */
function read(bytes: Buffer): Asked | undefined {
  const id = partAt(bytes, partAt(bytes, 0).start);
  const known = kinds.get(bytes.readUInt8(id.end));
  if (known === undefined) return undefined;
  const operation = partAt(bytes, id.end);
  const first = partAt(bytes, operation.start);
  const name = known.kind === 'bind' ? partAt(bytes, first.end) : first;
  return { ...known, id: bytes.subarray(id.start, id.end), name: bytes.subarray(name.start, name.end).toString() };
}

function partAt(bytes: Buffer, offset: number): { readonly start: number; readonly end: number } {
  const short = bytes.readUInt8(offset + 1);
  const size = short < 0x80 ? 0 : short - 0x80;
  const start = offset + 2 + size;
  return { start, end: start + (size === 0 ? short : bytes.readUIntBE(offset + 2, size)) };
}

const part = (tag: number, ...inner: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(inner);
  if (content.length > 0x7f) throw new Error('longer than a test needs');
  return Buffer.concat([Buffer.from([tag, content.length]), content]);
};

const text = (value: string): Buffer => part(0x04, Buffer.from(value));

const message = (id: Buffer, tag: number, ...inner: readonly Buffer[]): Buffer =>
  part(0x30, part(0x02, id), part(tag, ...inner));

/** Everybody's `uid` is jane. */
const uid = part(0x30, text('uid'), part(0x31, text('jane')));
