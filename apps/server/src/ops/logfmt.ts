import { isJsonObject } from '@ostiary/primitives';

const plain = /^[^\s"=\\\p{C}]+$/u;

/** A JSON log line as `time=… level=INFO msg=… key=value`, the text format of Dex (Go's slog). */
export function toLogfmt(line: string): string {
  const record: unknown = JSON.parse(line);
  const { time = '', level = '', msg = '', ...fields } = isJsonObject(record) ? record : {};
  const pairs = Object.entries({ time, level, msg, ...fields });
  return `${pairs.map(([name, value]) => `${quote(name)}=${quote(asText(value))}`).join(' ')}\n`;
}

function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  return Array.isArray(value) && value.every(isListed) ? value.join(',') : JSON.stringify(value);
}

/** Whether a member of a list can stand between commas without a doubt where it ends. JSON is for lists of others. */
const isListed = (member: unknown): boolean =>
  typeof member === 'number' || (typeof member === 'string' && member !== '' && !member.includes(','));

const quote = (text: string): string => (plain.test(text) ? text : JSON.stringify(text));
