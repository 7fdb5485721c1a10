/** Certificates to trust that the options of a connector name, looked at before the first login needs them. */
import { type PemField, type ReadFile, resolveCertificates } from '@ostiary/connector-sdk/config';
import { isOstiaryError } from '@ostiary/primitives';
import { optionOf } from './option.ts';
import type { Report } from './report.ts';

export interface TrustedInput {
  /** Of the connector, variables replaced. */
  readonly options: unknown;
  /** Where they stand: `connectors[0].config`. */
  readonly path: string;
  readonly readFile: ReadFile;
  readonly report: Report;
}

/** Looks at `rootCAs` and `rootCA`, as every connector of Dex calls them; whatever is wrong goes into the report. */
export async function checkTrusted(input: TrustedInput): Promise<void> {
  await Promise.all(trustedFields(input).map((field) => checkField(field, input)));
}

function trustedFields({ options, path }: TrustedInput): readonly PemField[] {
  const field = (source: unknown, key: string): readonly PemField[] =>
    typeof source === 'string' && source !== '' ? [{ source, path: `${path}.${key}` }] : [];
  const list = optionOf(options, 'rootCAs');
  const several = Array.isArray(list) ? list.flatMap((source, index) => field(source, `rootCAs[${index}]`)) : [];
  // Where there is data besides, it wins over the file.
  const hasData = (optionOf(options, 'rootCAData') ?? '') !== '';
  const single = hasData ? [] : field(optionOf(options, 'rootCA'), 'rootCA');
  return [...several, ...single];
}

async function checkField(field: PemField, { readFile, report }: TrustedInput): Promise<void> {
  try {
    await resolveCertificates(field, readFile);
  } catch (error) {
    if (!isOstiaryError(error)) throw error;
    report.problem(field.path, error.message.slice(`${field.path}: `.length));
  }
}
