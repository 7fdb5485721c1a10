/** The spellings of a package's name, and of the placeholder that stands for it in the templates. */

/** Lower-case words with hyphens between them: `azure-devops`. */
export const namePattern: RegExp = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

interface Spellings {
  readonly kebab: string;
  readonly camel: string;
  readonly pascal: string;
  readonly title: string;
}

/** `azure-devops`, `azureDevops`, `AzureDevops`, `Azure Devops`. */
export function spellings(name: string): Spellings {
  const words = name.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  const pascal = words.join('');
  return { kebab: name, camel: pascal.charAt(0).toLowerCase() + pascal.slice(1), pascal, title: words.join(' ') };
}

const placeholder = spellings('template-name');

/** Replaces every spelling of the placeholder in a text of a template. */
export function rename(text: string, name: string): string {
  const wanted = spellings(name);
  const kinds: readonly (keyof Spellings)[] = ['kebab', 'camel', 'pascal', 'title'];
  return kinds.reduce((done, kind) => done.replaceAll(placeholder[kind], wanted[kind]), text);
}
