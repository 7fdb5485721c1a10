import { readFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { logIn, relyingParty } from '../flow.ts';
import { run, times } from '../load.ts';
import { type Contender, startContender } from '../ostiary.ts';
import { type Report, report, type Settings } from '../subject.ts';

const MIB = 1024 * 1024;

/** Memory of the process as it is used, and what strangers leave behind in the storage. */
export async function footprintSuite({ logins, visits, connections }: Settings): Promise<Report> {
  await using ostiary = await startContender({ storage: 'SQLite', algorithm: 'ES256' });
  await delay(1000); // what a start does in the background
  const idle = await residentMiB(ostiary);
  const rowsBefore = rows(ostiary);
  const url = `${ostiary.url}/auth/local?${anonymous}`;
  await run({ url, connections }, visits);
  const rowsLeft = rows(ostiary) - rowsBefore;
  if (rowsLeft !== 0) throw new Error(`${visits} anonymous visitors left ${rowsLeft} rows in the storage`);
  const visited = await residentMiB(ostiary);
  await times(async () => void (await logIn(ostiary.flow)), connections, logins);
  const loggedIn = await residentMiB(ostiary);
  const samples = new Map([
    ['idle', [idle]],
    [`after ${count(visits)} anonymous visits`, [visited]],
    [`and after ${count(logins)} logins`, [loggedIn]],
    [`rows left by ${count(visits)} anonymous visits`, [rowsLeft]],
  ]);
  const about =
    'Resident memory of one server process on SQLite, and the rows that visitors who never logged in left in its ' +
    'database: the run fails unless there are none. One sample each.';
  return report({ title: 'Footprint', about, unit: 'MiB, rows' }, samples, []);
}

const anonymous = new URLSearchParams({
  client_id: relyingParty.clientId,
  redirect_uri: relyingParty.redirectUri,
  response_type: 'code',
  scope: 'openid',
  state: 'some-state-of-a-visitor',
});

const count = (number: number): string => number.toLocaleString('en');

async function residentMiB({ server }: Contender): Promise<number> {
  const status = await readFile(`/proc/${server.pid}/status`, 'utf8');
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kibibytes === undefined) throw new Error('this system does not tell how much memory a process has');
  return (Number(kibibytes) * 1024) / MIB;
}

function rows({ database }: Contender): number {
  using file = openReadOnly(database);
  return Number(file.database.prepare('SELECT count(*) AS number FROM ostiary_records').get()?.number);
}

function openReadOnly(path: string): Disposable & { readonly database: DatabaseSync } {
  const database = new DatabaseSync(path, { readOnly: true });
  return { database, [Symbol.dispose]: () => database.close() };
}
