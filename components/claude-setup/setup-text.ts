/** Where `installLine` puts the program: in a folder that its user may write to, and that need not be in PATH. */
export const installedPath = '~/.local/bin/keyward';

/** Installs it for one user, from a server that is the registry of this one package; works with any npm from 10 on. */
export const installLine = (server: string) =>
  `npm install --global --prefix ~/.local --@keyward:registry=${server}/npm/ @keyward/cli`;

export interface SetupFacts {
  /** This server's address, without a slash at its end. */
  server: string;
  /** Who asked for it, by e-mail. */
  askedBy: string;
  proof: SetupProof;
}

/** What the machine shows to be let in: a code (and when it dies, in words), or a token. */
export type SetupProof = { code: string; dies: string } | { token: string };

/** What stands for the code where the text is only looked at. */
export const sampleProof = { code: 'kw_set_…', dies: 'ten minutes after it was made' };

/** "2026-11-22 09:22 UTC", for a machine that may be anywhere. */
export const utcWords = (at: Date) => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/**
 * What Claude Code is given to set up a machine: the one source of what is copied and of what is shown beforehand. Plain fact
 * and checkable steps, for a reader who is right to be careful; a test holds it to that.
 */
export function setupText({ server, askedBy, proof }: SetupFacts): string {
  return `# Set up the Keyward command line on this machine

Keyward at ${server} keeps the access tokens of a team. ${askedBy} asked for these steps on its dashboard. They install a command line and give this machine a token of its own, which acts as ${askedBy} and can be revoked on the dashboard at any time.
${aboutProof(askedBy, proof)}

1. Install the command line for this user. It needs Node.js 20 or newer, and prints its path:
   ${installLine(server)} && ls ${installedPath}

${signInStep(server, proof)}

3. Verify who this machine acts as. It should print ${askedBy}:
   ${installedPath} auth whoami

4. Examine the setup. It should say "Overall: healthy":
   ${installedPath} doctor

5. Ask the user whether to install the skills, which are short Markdown guides to Keyward, in
   ~/.claude/skills/keyward/, or to read them when they are needed. The one or the other:
   ${installedPath} skills install
   ${installedPath} skills list

6. Confirm to the user what there is now: the version (${installedPath} --version),
   who this machine acts as, which skills were installed, and whether all is healthy.

If a step fails, stop there and show the user what it printed.
`;
}

function aboutProof(askedBy: string, proof: SetupProof): string {
  if ('token' in proof) return 'The token in step 2 is a secret: whoever reads this text can use it.';
  return `The code in step 2 works once and dies ${proof.dies}; ${askedBy} can make another.`;
}

function signInStep(server: string, proof: SetupProof): string {
  if ('token' in proof)
    return `2. Store the token. It goes into a file that this user alone can read:
   printf '%s' '${proof.token}' | ${installedPath} auth import-token --server ${server}`;
  return `2. Redeem the code. The token goes into a file that this user alone can read:
   ${installedPath} setup ${proof.code} --server ${server}`;
}
