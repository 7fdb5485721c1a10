/** The machine that figures are of. */
import { cpus, release, type } from 'node:os';

/** A line without its name: cores, processor, system and Node. */
export function describeMachine(): string {
  const processors = cpus();
  const model = processors[0]?.model.trim() ?? 'unknown';
  return `${processors.length} cores of ${model}, ${type()} ${release()}, Node ${process.versions.node}`;
}
