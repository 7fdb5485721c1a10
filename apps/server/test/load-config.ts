import { type LoadedConfig, loadConfig } from '../src/config/load.ts';
import type { Overrides } from '../src/config/overrides.ts';
import type { PlugIns } from '../src/config/plug-ins.ts';
import { plugIns } from '../src/plug-ins.ts';

export interface World {
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly overrides?: Overrides;
  readonly plugIns?: PlugIns;
}

/** Loads the text as `config.yaml`, in a world that has only what is given. */
export function load(text: string, world: World = {}): Promise<LoadedConfig> {
  const files: Readonly<Record<string, string>> = { 'config.yaml': text, ...world.files };
  return loadConfig({
    file: 'config.yaml',
    overrides: world.overrides ?? {},
    env: (name) => world.env?.[name],
    readFile: async (path) => {
      const content = files[path];
      if (content === undefined) throw new Error(`ENOENT: ${path}`);
      return content;
    },
    plugIns: world.plugIns ?? plugIns,
  });
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
