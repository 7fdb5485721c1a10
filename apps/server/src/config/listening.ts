/** What the listeners need: addresses that do not collide, and certificate files that can be used. */
import type { ReadFile } from '@ostiary/connector-sdk/config';
import { addressesCollide, type ListenAddress } from '../listen/address.ts';
import { concernOf } from '../listen/certificate-time.ts';
import { readTlsFiles, type TlsFiles } from '../listen/tls-files.ts';
import { isOpened } from './administration.ts';
import type { LooseFile } from './loose.ts';
import type { Report } from './report.ts';

export interface ListeningInput extends Pick<LooseFile, 'web' | 'telemetry' | 'grpc'> {
  readonly readFile: ReadFile;
  readonly report: Report;
  readonly certificatesAt: Date | undefined;
}

/** Compares the addresses and reads the files; whatever is wrong goes into the report. */
export async function checkListening(input: ListeningInput): Promise<void> {
  checkAddresses(input);
  const { web, grpc } = input;
  // Files for what is not opened nobody reads.
  if (web !== undefined && 'https' in web) {
    await checkTlsFiles({ block: 'web', certFile: web.tlsCert, keyFile: web.tlsKey }, input);
  }
  if (grpc !== undefined && isOpened(grpc)) {
    const { tlsCert: certFile, tlsKey: keyFile, tlsClientCA: clientCaFile } = grpc;
    await checkTlsFiles({ block: 'grpc', certFile, keyFile, clientCaFile }, input);
  }
}

function checkAddresses({ web, telemetry, grpc, report }: ListeningInput): void {
  const all: readonly (readonly [key: string, address: ListenAddress | undefined])[] = [
    ['web.http', web?.http],
    ['web.https', web?.https],
    ['telemetry.http', telemetry?.http],
    ['grpc.addr', grpc !== undefined && isOpened(grpc) ? grpc.addr : undefined],
  ];
  all.forEach(([key, address], index) => {
    const earlier = all.slice(0, index).find(([, other]) => address && other && addressesCollide(address, other));
    if (earlier !== undefined) report.problem(key, `is an address that ${earlier[0]} takes. Choose another port.`);
  });
}

async function checkTlsFiles(files: TlsFiles, { readFile, report, certificatesAt }: ListeningInput): Promise<void> {
  const { pair, problems } = await readTlsFiles(files, readFile);
  report.add({ problems });
  const concern = pair && certificatesAt && concernOf(pair.validity, certificatesAt);
  if (concern) report.warn(`${files.block}.tlsCert`, `${files.certFile} ${concern.message}`);
}
