/** What docs/operating.md says about the API for administrators, done. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mustRun, requireTool, temporaryFolder } from '@ostiary/tooling-servers';
import { expect, it } from 'vitest';
import { openApi } from './open-api.ts';

const operating = await readFile(join(import.meta.dirname, '../../../docs/operating.md'), 'utf8');
const [, section = ''] = operating.split('\n## Let programs administer it\n');
const [makeCertificates = '', call = ''] = [...section.matchAll(/```sh\n([\s\S]*?)```/gu)].map(([, code]) => code);

it.skipIf(requireTool('openssl', 'curl') !== undefined)('a certificate is made, and a client with it', async () => {
  await using folder = await temporaryFolder('administrators');
  const run = (script: string): Promise<string> =>
    mustRun({ command: 'bash', args: ['-euc', script], cwd: folder.path });
  await run(makeCertificates);
  await using api = await openApi({ clientCa: await readFile(join(folder.path, 'administrators-ca.crt'), 'utf8') });
  await folder.write('tls-ca.crt', api.authority.ca);
  const place = 'https://login.example.com:5557';
  expect(call).toContain(place);
  const answer: unknown = JSON.parse(await run(call.replace(place, api.origin)));
  expect(answer).toMatchObject({ client: { id: 'team-a', secret: 'made-up-secret' } });
  const caller = expect.stringMatching(/^portal \(/);
  expect(api.lines.at(-1)).toMatchObject({ event: 'admin.client_created', client: 'team-a', caller });
});
