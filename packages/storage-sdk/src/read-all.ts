import type { RecordStore } from './record-store.ts';

const PAGE = 500;
/** A storage answers several at once sooner than one after the other, and others want to be answered, too. */
const AT_ONCE = 16;

/**
 * Reads every record of a kind. For administration only.
 *
 * @param use what to make of a record; `undefined` leaves it out.
 */
export async function readAll<T, R>(
  records: RecordStore<T>,
  use: (id: readonly string[], record: T) => R | undefined,
): Promise<readonly R[]> {
  // A walk may list a record twice.
  const found = new Map<string, R>();
  let cursor: string | undefined;
  do {
    const page = await records.list({ limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
    const rest = page.ids.values();
    const worker = async (): Promise<void> => {
      for (const id of rest) {
        const record = await records.get(id);
        const result = record && use(id, record.value);
        if (result !== undefined) found.set(JSON.stringify(id), result);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return [...found.values()];
}
