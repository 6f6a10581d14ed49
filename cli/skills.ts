import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { homeFolder } from './client/config.ts';
import { CliError } from './client/errors.ts';
import { skillTexts } from './skill-texts.ts';

/** Where Claude Code looks for a person's skills. */
export function skillFolder(): string {
  return path.join(homeFolder(), '.claude', 'skills', 'keyward');
}

export interface Skill {
  name: string;
  /** What its heading says. */
  title: string;
  text: string;
  /** In the folder: Claude Code begins with `SKILL.md`, which leads to the others. */
  file: string;
}

export const skills: Skill[] = Object.entries(skillTexts).map(([name, text]) => ({
  name,
  title: /^# (.+)$/m.exec(text)?.[1] ?? name,
  text,
  file: name === 'keyward' ? 'SKILL.md' : `${name}.md`,
}));

/** Whether it is in the folder as this version has it. */
export type SkillState = 'current' | 'other' | 'missing';

export function skillState({ file, text }: Skill, folder = skillFolder()): SkillState {
  try {
    return readFileSync(path.join(folder, file), 'utf8') === text ? 'current' : 'other';
  } catch {
    return 'missing';
  }
}

/** The names of those that are there. */
export function installedSkills(): string[] {
  return skills.filter((skill) => skillState(skill) !== 'missing').map(({ name }) => name);
}

/** Writes them all; returns those that were not so already. Throws where the folder cannot be written. */
export function installSkills(folder: string): Skill[] {
  const changed = skills.filter((skill) => skillState(skill, folder) !== 'current');
  try {
    mkdirSync(folder, { recursive: true });
    for (const { file, text } of changed) putInPlace(path.join(folder, file), text);
  } catch (error) {
    throw new CliError('refused', `${folder} cannot be written (${(error as NodeJS.ErrnoException).code}).`);
  }
  return changed;
}

/** By a rename: a link that somebody has put there is replaced, and what it leads to stays as it is. */
function putInPlace(file: string, text: string): void {
  const draft = `${file}.${randomUUID()}`;
  try {
    writeFileSync(draft, text, { flag: 'wx' });
    renameSync(draft, file);
  } finally {
    rmSync(draft, { force: true });
  }
}
