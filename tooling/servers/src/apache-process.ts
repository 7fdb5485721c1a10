import { dirname } from 'node:path';
import { findTool, toolPath } from './requirements.ts';
import { type Restartable, startServer } from './restartable.ts';
import { lendToServiceUser } from './service-user.ts';
import type { TemporaryFolder } from './temporary-folder.ts';

/** An Apache of a test. */
export interface ApacheProcess {
  /** For messages. */
  readonly name: string;
  /** Where its files are, and those that it writes. */
  readonly folder: TemporaryFolder;
  /** Of 127.0.0.1. */
  readonly port: number;
  /** Without `_module`. */
  readonly modules: readonly string[];
  /** What the configuration says besides. */
  readonly directives: string;
  /** Whether it answers. */
  readonly check: () => Promise<boolean>;
}

/** Starts Apache in the foreground, with its log on standard error. */
export async function startApacheProcess(options: ApacheProcess): Promise<Restartable> {
  const { name, folder, check } = options;
  const config = await folder.write('httpd.conf', `${common(options)}\n${options.directives}`);
  return startServer({
    launch: {
      name,
      command: toolPath('apache2'),
      args: ['-X', '-f', config],
      user: await lendToServiceUser(folder, 'www-data'),
    },
    check,
  });
}

function common({ folder: { path }, port, modules }: ApacheProcess): string {
  const moduleFolder = dirname(toolPath('mod_auth_openidc.so'));
  return `ServerRoot ${path}
PidFile ${path}/httpd.pid
DefaultRuntimeDir ${path}
Mutex file:${path}
Listen 127.0.0.1:${port}
ServerName 127.0.0.1:${port}
${modules.map((module) => `LoadModule ${module}_module ${moduleFolder}/mod_${module}.so`).join('\n')}
ErrorLog "|${findTool('cat') ?? '/bin/cat'}"
LogLevel warn`;
}
