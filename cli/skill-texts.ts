import agents from './skills/agents.md' with { type: 'text' };
import keyward from './skills/keyward.md' with { type: 'text' };
import security from './skills/security.md' with { type: 'text' };
import setup from './skills/setup.md' with { type: 'text' };
import tokens from './skills/tokens.md' with { type: 'text' };

/** What comes with the program, by the name under which it is shown. */
export const skillTexts: Record<string, string> = { keyward, setup, tokens, agents, security };
