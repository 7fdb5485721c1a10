import { decodeText } from '@ostiary/connector-sdk/config';
import { type LoadedConfig, type LoadOptions, loadConfig } from '../src/config/load.ts';
import type { Overrides } from '../src/config/overrides.ts';
import type { PlugIns } from '../src/config/plug-ins.ts';
import { plugIns } from '../src/plug-ins.ts';

export interface World {
  readonly env?: Readonly<Record<string, string>>;
  /** Bytes where a test is about those that are no text. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly overrides?: Overrides;
  readonly plugIns?: PlugIns;
  readonly certificatesAt?: Date;
}

/** Loads the text as `config.yaml`, in a world that has only what is given. */
export function load(text: string, world: World = {}): Promise<LoadedConfig> {
  const files: World['files'] = { 'config.yaml': text, ...world.files };
  return loadFile('config.yaml', {
    overrides: world.overrides ?? {},
    env: (name) => world.env?.[name],
    readFile: async (path) => {
      const content = files[path];
      if (content === undefined) throw Object.assign(new Error(`no file ${path}`), { code: 'ENOENT' });
      return typeof content === 'string' ? content : decodeText(content);
    },
    plugIns: world.plugIns ?? plugIns,
    ...(world.certificatesAt === undefined ? {} : { certificatesAt: world.certificatesAt }),
  });
}

/** Loads a file, in an empty world that `more` replaces parts of. */
export function loadFile(
  file: string,
  more: Partial<LoadOptions> & Pick<LoadOptions, 'readFile'>,
): Promise<LoadedConfig> {
  return loadConfig({ file, overrides: {}, env: () => undefined, plugIns, ...more });
}

/** The problems, a line each. Empty when the text is fine. */
export async function problemsOf(text: string, world: World = {}): Promise<readonly string[]> {
  return (await told(text, world)).filter((line) => !line.startsWith('warning: '));
}

/** The warnings that are told together with problems, a line each. */
export async function warningsBesideProblems(text: string, world: World = {}): Promise<readonly string[]> {
  return (await told(text, world)).filter((line) => line.startsWith('warning: '));
}

/** The lines of the error, without the first one, which counts them. */
async function told(text: string, world: World): Promise<readonly string[]> {
  try {
    await load(text, world);
    return [];
  } catch (error) {
    if (error instanceof Error) return error.message.split('\n').slice(1);
    throw error;
  }
}

/** A small file that is right; `more` is put after it. */
export const minimal = (more = ''): string => `issuer: http://127.0.0.1:5556/dex
storage: {type: memory}
web: {http: "127.0.0.1:5556"}
connectors: [{type: mockCallback, id: mock, name: Mock}]
${more}`;
