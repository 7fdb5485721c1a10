import { isJsonObject } from '@ostiary/primitives';

const plain = /^[^\s"=\\\p{C}]+$/u;

/** A JSON log line as `time=… level=INFO msg=… key=value`, the text format of Dex (Go's slog). */
export function toLogfmt(line: string): string {
  const record: unknown = JSON.parse(line);
  const { time = '', level = '', msg = '', ...fields } = isJsonObject(record) ? record : {};
  const pairs = Object.entries({ time, level, msg, ...fields });
  return `${pairs.map(([name, value]) => `${quote(name)}=${quote(asText(value))}`).join(' ')}\n`;
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const quote = (text: string): string => (plain.test(text) ? text : JSON.stringify(text));
