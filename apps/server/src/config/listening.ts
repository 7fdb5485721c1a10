/** What the listeners need: addresses that do not collide, and certificate files that can be used. */
import type { ReadFile } from '@ostiary/connector-sdk/config';
import { addressesCollide, type ListenAddress } from '../listen/address.ts';
import { concernOf } from '../listen/certificate-time.ts';
import { readTlsFiles } from '../listen/tls-files.ts';
import type { LooseFile } from './loose.ts';
import type { Report } from './report.ts';

export interface ListeningInput extends Pick<LooseFile, 'web' | 'telemetry'> {
  readonly readFile: ReadFile;
  readonly report: Report;
  readonly certificatesAt: Date | undefined;
}

/** Compares the addresses and reads the files; whatever is wrong goes into the report. */
export async function checkListening(input: ListeningInput): Promise<void> {
  checkAddresses(input);
  await checkTlsFiles(input);
}

function checkAddresses({ web, telemetry, report }: ListeningInput): void {
  const all: readonly (readonly [key: string, address: ListenAddress | undefined])[] = [
    ['web.http', web?.http],
    ['web.https', web?.https],
    ['telemetry.http', telemetry?.http],
  ];
  all.forEach(([key, address], index) => {
    const earlier = all.slice(0, index).find(([, other]) => address && other && addressesCollide(address, other));
    if (earlier !== undefined) report.problem(key, `is an address that ${earlier[0]} takes. Choose another port.`);
  });
}

async function checkTlsFiles({ web, readFile, report, certificatesAt }: ListeningInput): Promise<void> {
  // Without https nobody reads them.
  if (web === undefined || !('https' in web)) return;
  const { tlsCert: certFile, tlsKey: keyFile } = web;
  const { pair, problems } = await readTlsFiles({ block: 'web', certFile, keyFile }, readFile);
  report.add({ problems });
  const concern = pair && certificatesAt && concernOf(pair.validity, certificatesAt);
  if (concern) report.warn('web.tlsCert', `${certFile} ${concern.message}`);
}
