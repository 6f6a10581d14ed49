import { readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Where Claude Code looks for a person's skills. */
export function skillFolder(): string {
  return path.join(os.homedir(), '.claude', 'skills', 'keyward');
}

/** The names of those that are there. */
export function installedSkills(folder = skillFolder()): string[] {
  try {
    return readdirSync(folder).flatMap((name) => /^([a-z\d]+(?:-[a-z\d]+)*)\.md$/.exec(name)?.[1] ?? []);
  } catch {
    return [];
  }
}
