import { describe, expect, it } from 'vitest';
import { load, minimal, problemsOf } from '../../test/load-config.ts';
import { selfSigned } from '../../test/self-signed.ts';
import { changedParts } from './fixed-parts.ts';
import { summary } from './summary.ts';

const { certificate, key } = await selfSigned();
const files = { 'c.pem': certificate, 'k.pem': key, 'ca.pem': certificate };
const grpc = (block: string): string => minimal(`grpc: {${block}}`);
const pair = 'tlsCert: c.pem, tlsKey: k.pem';

/** What of the block is opened, and what is said of it. */
async function read(block: string) {
  const { config, warnings } = await load(grpc(block), { files });
  return { opened: config.administration, warnings: warnings.map(({ path, message }) => `${path}: ${message}`) };
}

const notOpened = /^grpc\.addr: is not opened: /u;
const openToAll = /^grpc\.addr: is open to everybody on this machine/u;

describe('the API for administrators', () => {
  it('is opened for those who have a certificate, at any address', async () => {
    const tls = { block: 'grpc', certFile: 'c.pem', keyFile: 'k.pem', clientCaFile: 'ca.pem' };
    for (const [text, address] of [
      [':5557', { port: 5557 }],
      ['0.0.0.0:5557', { host: '0.0.0.0', port: 5557 }],
      ['127.0.0.1:5557', { host: '127.0.0.1', port: 5557 }],
    ]) {
      const { opened, warnings } = await read(`addr: "${text}", ${pair}, tlsClientCA: ca.pem, tlsMinVersion: "1.3"`);
      expect(opened).toEqual({ address, tls: { ...tls, minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' } });
      expect(warnings).toEqual([]);
    }
  });

  // Argo CD writes the first and the second.
  it.each([
    ['0.0.0.0:5557', ''],
    ['0.0.0.0:5557', ', tlsCert: /none.crt, tlsKey: /none.key'],
    [':5557', ''],
    ['[::]:5557', ''],
    ['10.0.0.1:5557', `, ${pair}`],
    ['localhost.example.com:5557', ''],
    ['127.0.0.1.example.com:5557', ''],
  ])('is not opened for everybody who reaches %s%s, and the server starts', async (address, more) => {
    const { opened, warnings } = await read(`addr: "${address}"${more}`);
    expect(opened).toBeUndefined();
    expect(warnings).toEqual([expect.stringMatching(notOpened)]);
  });

  it.each(['127.0.0.1:5557', '127.1.2.3:5557', '[::1]:5557', 'localhost:5557'])(
    'is opened for this machine, with a warning: %s',
    async (address) => {
      const clear = await read(`addr: "${address}"`);
      expect(clear.opened).toEqual({ address: expect.objectContaining({ port: 5557 }) });
      expect(clear.warnings).toEqual([expect.stringMatching(openToAll)]);
      const secure = await read(`addr: "${address}", ${pair}`);
      expect(secure.opened?.tls).toMatchObject({ block: 'grpc', certFile: 'c.pem' });
      expect(secure.opened?.tls).not.toHaveProperty('clientCaFile');
      expect(secure.warnings).toEqual([expect.stringMatching(openToAll)]);
    },
  );

  it.each(['', 'addr: ""', 'reflection: false'])('is not there without an address: {%s}', async (block) => {
    expect(await read(block)).toEqual({ opened: undefined, warnings: [] });
  });

  it('does not describe itself, which is said', async () => {
    const { warnings } = await read('addr: "127.0.0.1:5557", reflection: true');
    expect(warnings).toContainEqual(expect.stringMatching(/^grpc\.reflection: is ignored: .*api\.proto/u));
  });

  it('takes its address from the command line', async () => {
    const { config } = await load(minimal('GRPC: {Addr: ":1"}'), { overrides: { grpc: '127.0.0.1:2' } });
    expect(config.administration?.address).toEqual({ host: '127.0.0.1', port: 2 });
    const { config: alone } = await load(minimal(), { overrides: { grpc: '127.0.0.1:3' } });
    expect(alone.administration?.address).toEqual({ host: '127.0.0.1', port: 3 });
  });

  it('says in a summary where it is and for whom', async () => {
    const certified = await load(grpc(`addr: ":5557", ${pair}, tlsClientCA: ca.pem`), { files });
    expect(summary(certified.config)).toMatch(
      /listening: .*, grpc :5557\n.*administrators: +.*certificate of ca\.pem\n/u,
    );
    const local = await load(grpc('addr: "127.0.0.1:5557"'));
    expect(summary(local.config)).toMatch(/administrators: +everybody on this machine\n/u);
    expect(summary((await load(minimal())).config)).not.toContain('administrators');
  });

  it.each([
    'addr: "127.0.0.1:5558"',
    `addr: "127.0.0.1:5557", ${pair}`,
    'addr: "127.0.0.1:5557", tlsMinVersion: "1.3"',
  ])('cannot change while a server runs: %s', async (block) => {
    const [before, after] = await Promise.all(
      ['addr: "127.0.0.1:5557"', block].map((text) => load(grpc(text), { files })),
    );
    if (before === undefined || after === undefined) throw new Error('both are there');
    expect(changedParts(before.fixedParts, after.fixedParts)).toEqual(['grpc']);
  });
});

describe('what is wrong with grpc', () => {
  it.each([
    ['addr: nonsense', ['grpc.addr: is not an address']],
    [pair, ['grpc.addr: is missing, but there are files for it.']],
    ['addr: ":5557", tlsCert: c.pem', ['grpc.tlsKey: is missing, but there is a certificate.']],
    ['addr: ":5557", tlsKey: k.pem', ['grpc.tlsCert: is missing, but there is a private key.']],
    ['addr: ":5557", tlsClientCA: ca.pem', ['grpc.tlsCert: is missing, but certificates of clients']],
    ['addr: ":5557", tlsMinVersion: "1.3", tlsMaxVersion: "1.2"', ['grpc.tlsMinVersion: is above tlsMaxVersion.']],
    ['addr: ":5557", tlsMinVersion: "1.1"', ['grpc.tlsMinVersion: ']],
    ['adr: ":5557"', ['grpc.adr: is not a known key. Did you mean addr?']],
    ['addr: "127.0.0.1:5556"', ['grpc.addr: is an address that web.http takes.']],
    [
      'addr: ":5557", tlsCert: /none, tlsKey: /nothing, tlsClientCA: /nowhere',
      [
        'grpc.tlsCert: /none does not exist',
        'grpc.tlsKey: /nothing does not exist',
        'grpc.tlsClientCA: /nowhere does not',
      ],
    ],
    [
      `addr: ":5557", tlsCert: c.pem, tlsKey: k.pem, tlsClientCA: k.pem`,
      ['grpc.tlsClientCA: k.pem holds no certificate.'],
    ],
    [
      `addr: ":5557", tlsCert: c.pem, tlsKey: c.pem, tlsClientCA: ca.pem`,
      ['grpc.tlsCert: c.pem and c.pem do not work'],
    ],
  ])('is told: %s', async (block, told) => {
    const problems = await problemsOf(grpc(block), { files });
    expect(problems).toEqual(told.map((start) => expect.stringContaining(`config.yaml:5: ${start}`)));
  });

  it('is told together with what is wrong elsewhere', async () => {
    const text = `${grpc('addr: "127.0.0.1:5556", tlsCert: /none, tlsKey: /nothing')}\nlogger: {level: loud}`;
    expect((await problemsOf(text)).map((problem) => problem.split(': ')[1])).toEqual([
      ...['grpc.addr', 'grpc.tlsCert', 'grpc.tlsKey', 'logger.level'],
    ]);
  });

  it('is told of a certificate in the file that is cut', async () => {
    const half = certificate.split('\n').toSpliced(2, 1).join('\n');
    const world = { files: { ...files, 'ca.pem': `${certificate}\n${half}` } };
    expect(await problemsOf(grpc(`addr: ":5557", ${pair}, tlsClientCA: ca.pem`), world)).toEqual([
      expect.stringContaining('grpc.tlsClientCA: ca.pem holds a certificate that cannot be read.'),
    ]);
  });

  it('is told of a certificate that has expired, before the server starts', async () => {
    const old = await selfSigned({ notBefore: new Date('2020-01-01'), notAfter: new Date('2021-01-01') });
    const { warnings } = await load(grpc(`addr: ":5557", ${pair}, tlsClientCA: ca.pem`), {
      files: { ...files, 'c.pem': old.certificate, 'k.pem': old.key },
      certificatesAt: new Date('2022-01-01'),
    });
    expect(warnings).toMatchObject([{ path: 'grpc.tlsCert', message: expect.stringContaining('expired at 2021') }]);
  });
});
