export interface Snippet {
  id: string;
  label: string;
  note?: string;
  text: (token: string) => string;
}

/** The token in the forms it is most often pasted in. `origin` is this server's address. */
export const snippetsFor = (origin: string): Snippet[] => [
  {
    id: 'shell',
    label: 'Shell',
    text: (token) => `export KEYWARD_SERVER='${origin}'\nexport KEYWARD_TOKEN='${token}'`,
  },
  {
    id: 'dotenv',
    label: '.env',
    text: (token) => `KEYWARD_SERVER=${origin}\nKEYWARD_TOKEN=${token}`,
  },
  {
    id: 'curl',
    label: 'curl',
    text: (token) => `curl -H 'Authorization: Bearer ${token}' \\\n  ${origin}/api/v1/me`,
  },
  {
    id: 'github',
    label: 'GitHub Actions',
    note: 'Stores both for the repository. In the workflow: KEYWARD_TOKEN: ${{ secrets.KEYWARD_TOKEN }} and KEYWARD_SERVER: ${{ vars.KEYWARD_SERVER }}',
    text: (token) =>
      `printf '%s' '${token}' |\n  gh secret set KEYWARD_TOKEN\ngh variable set KEYWARD_SERVER --body '${origin}'`,
  },
];
