import type { ToolDefinition } from '#db/schema/tool-servers.ts';
import { ownToolNames, toolLimits } from '#server/gateway/mcp-tools/schema.ts';

/** `hidden`: another tool has its name already. */
export type ToolState = 'approved' | 'new' | 'changed' | 'hidden';

/** A tool as a server lists it now. */
export interface FoundTool {
  shownName: string;
  /** The SHA-256 of its definition, in hexadecimal. */
  pin: string;
  definition: ToolDefinition;
}

/** What is known of a tool from before. */
export interface KnownTool {
  name: string;
  shownName: string;
  state: ToolState;
  pin: string;
  approvedPin: string | null;
  goneAt: Date | null;
}

/** Whether what a server lists is a tool that can be kept and named. */
export function isUsableTool({ name, ...rest }: ToolDefinition): boolean {
  const text = JSON.stringify({ name, ...rest });
  const escapes = text.replaceAll('\\\\', '');
  return (
    name.length >= 1 &&
    name.length <= toolLimits.rawName &&
    name !== '*' &&
    !/[\p{Cc}\p{Cf}]/u.test(name) &&
    text.length <= toolLimits.definitionBytes &&
    // The database keeps neither.
    !/\\u(0000|d[89a-f])/i.test(escapes)
  );
}

export interface Listing {
  known: readonly KnownTool[];
  found: readonly FoundTool[];
  /** Shown names of the tenant's other servers, in lower case. */
  taken: ReadonlySet<string>;
  /** How many tools the tenant may have at this server. */
  room: number;
  /** Its new and changed tools pass: it is trusted, or its maker sees this list. */
  passes: boolean;
}

export interface Decision {
  tool: FoundTool;
  state: ToolState;
  /** Its approval is of this wording, and of now. */
  isApprovedNow: boolean;
}

export interface Decisions {
  /** Each tool that is listed, as it is to be kept. */
  kept: Decision[];
  /** Names of those no longer listed which were approved: they are kept for when they are again. */
  gone: string[];
  /** Names of those no longer listed that were never approved, or for which there is no room. */
  dropped: string[];
  leftOut: number;
}

/** What becomes of the tools of a server once it was asked for them. Those that were there before keep their names. */
export function reconcile({ known, found, taken, room, passes }: Listing): Decisions {
  const before = new Map(known.map((tool) => [tool.name, tool]));
  const listed = oldestFirst(found, before).slice(0, room);
  const isListed = new Set(listed.map((tool) => tool.definition.name));
  const unlisted = known.filter((tool) => !isListed.has(tool.name));
  const gone = unlisted.filter((tool) => tool.approvedPin !== null).slice(0, room - listed.length);
  const kept = new Set(gone);
  const held = gone.filter((tool) => tool.state !== 'hidden').map((tool) => tool.shownName.toLowerCase());
  const names = new Set([...taken, ...held, ...ownToolNames]);
  return {
    kept: listed.map((tool) => {
      const shown = tool.shownName.toLowerCase();
      const isHidden = names.has(shown);
      names.add(shown);
      return decide(tool, before.get(tool.definition.name), { isHidden, passes });
    }),
    gone: gone.map((tool) => tool.name),
    dropped: unlisted.filter((tool) => !kept.has(tool)).map((tool) => tool.name),
    leftOut: found.length - listed.length,
  };
}

function decide(
  tool: FoundTool,
  before: KnownTool | undefined,
  { isHidden, passes }: { isHidden: boolean; passes: boolean },
): Decision {
  const isAsApproved = before?.approvedPin === tool.pin;
  const isApprovedNow = passes && !isHidden && !isAsApproved;
  const usual = before?.approvedPin ? 'changed' : 'new';
  const state = isHidden ? 'hidden' : isAsApproved || isApprovedNow ? 'approved' : usual;
  return { tool, state, isApprovedNow };
}

/** Those that hold a name come before those that would like it; beyond that by name, so that nothing hangs on the order of a list. */
function oldestFirst(found: readonly FoundTool[], before: ReadonlyMap<string, KnownTool>): FoundTool[] {
  const rank = ({ definition }: FoundTool) => {
    const known = before.get(definition.name);
    return known === undefined ? 2 : known.state === 'hidden' ? 1 : 0;
  };
  const first = new Map<string, FoundTool>();
  for (const tool of found) if (!first.has(tool.definition.name)) first.set(tool.definition.name, tool);
  return [...first.values()].toSorted(
    (a, b) => rank(a) - rank(b) || (a.definition.name < b.definition.name ? -1 : 1),
  );
}

/** What a reader does not see in a text, and a model does. */
export interface Suspect {
  kind: 'invisible' | 'comment';
  text: string;
}

const invisible = /[\p{Cf}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\u2800]/gu;
const comment = /<!--[^]*?(-->|$)/g;

/** Characters that cannot be seen written as their numbers: `⟨U+200B⟩`. */
export function makeVisible(text: string): string {
  return text.replace(invisible, (character) => `⟨U+${codeOf(character)}⟩`);
}

export function findSuspects(text: string): Suspect[] {
  const unseen = new Set(Array.from(text.matchAll(invisible), ([character]) => `U+${codeOf(character)}`));
  return [
    ...[...unseen].map((code) => ({ kind: 'invisible' as const, text: code })),
    ...Array.from(text.matchAll(comment), ([found]) => ({
      kind: 'comment' as const,
      text: makeVisible(found),
    })),
  ];
}

function codeOf(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}
