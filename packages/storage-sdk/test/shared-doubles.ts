import type { Clock } from '@ostiary/primitives';
import type { StorageDriver } from '@ostiary/storage-sdk';
import { type OpenDriver, type Rule, rules } from '@ostiary/storage-sdk/conformance';
import { StorageModel } from '../src/conformance/model.ts';
import { modelDriver } from './model-driver.ts';

/** What the drivers of one namespace have in common. */
export interface World {
  readonly now: Clock;
  readonly model: StorageModel;
  /** The versions of a record, for defects that count them. */
  readonly versions: Map<string, readonly string[]>;
  /** For defects that sweep, which the model does not. */
  readonly deadlines: Map<string, Date | undefined>;
  forget(): void;
}

/** In which verbs a double differs from the good driver it is given. */
export type Defect = (good: StorageDriver, world: World) => Partial<StorageDriver>;

/** Opens doubles that see the same records and differ from the model in the verbs they are given. */
export function openShared(defect: Defect): OpenDriver {
  const worlds = new Map<string, World>();
  return async ({ now, namespace }) => {
    const forget = (): void => void worlds.delete(namespace);
    const fresh = { now, model: new StorageModel(now), versions: new Map(), deadlines: new Map(), forget };
    const world: World = worlds.get(namespace) ?? fresh;
    worlds.set(namespace, world);
    const good = modelDriver(now, world.model);
    return { ...good, ...defect(good, world) };
  };
}

/** A rule by its name. */
export function ruleNamed(id: string): Rule {
  const rule = rules.find((one) => one.id === id);
  if (rule === undefined) throw new Error(`there is no rule ${id}`);
  return rule;
}

/** Lets others go first. */
export const aMoment = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
