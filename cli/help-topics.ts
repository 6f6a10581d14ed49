export interface HelpTopic {
  summary: string;
  /** By title, as in a manual page. What is indented by two spaces stands as it is. */
  sections: Record<string, string>;
}

export const helpTopics: Record<string, HelpTopic> = {
  authentication: {
    summary: 'how this machine gets a token, and which one is used',
    sections: {
      'SIGNING IN': `
"keyward auth login" prints an address and a code, and opens a browser where there is one. You confirm there, on a page that names this machine; it then gets a token of its own, "CLI on <host>", for 90 days. No password passes through the terminal.

"keyward auth login --password" signs in by e-mail and password, makes the same token and signs out again. It is for machines that no browser is near, and for accounts that have a password.

"keyward setup <code>" takes a code from the dashboard, good once and for ten minutes. "keyward auth import-token" keeps a token that you bring along.`.trim(),
      'WHICH TOKEN IS USED': `
1. --token-file <path> (- for stdin)
2. KEYWARD_TOKEN
3. the profile (see "keyward help configuration")

A token of a profile is sent to the server of that profile and to no other, whatever --server says. Redirects are not followed.`.trim(),
      'SIGNING OUT': `"keyward auth logout" revokes the token if "login" or "setup" had it made, and forgets it. One that you brought along is only forgotten.`,
      'WHAT A TOKEN CANNOT DO': `Make or rotate a token: what is stolen must not renew itself. "token create" and "token rotate" ask a person, in a browser or by password.`,
    },
  },
  configuration: {
    summary: 'the file, and several servers side by side',
    sections: {
      FILE: `
  $XDG_CONFIG_HOME/keyward/config.json   else ~/.config/keyward/config.json
  %APPDATA%\\keyward\\config.json          on Windows

It is written for your eyes only (0600, in a folder of 0700), and as a whole or not at all. Where others could read it, that is put right and told; where it belongs to another user, it is refused.`.trim(),
      PROFILES: `
A profile is a server, a token and whose it is. There may be several:

  keyward auth login --profile staging --server https://staging.example.com
  keyward token list --profile staging
  keyward profile use staging

Signing in to another server without naming a profile makes one that is named after it.`.trim(),
      PRECEDENCE: 'An option goes before the environment, and the environment before the profile.',
    },
  },
  environment: {
    summary: 'the variables that are looked at',
    sections: {
      VARIABLES: `
  KEYWARD_TOKEN         the token to use
  KEYWARD_SERVER        the server to ask
  KEYWARD_PROFILE       the profile to use
  KEYWARD_DEBUG         show requests and their ids, as --debug
  KEYWARD_STATE         the state file of this machine's agent
  KEYWARD_CODE_FILE     a file with the code for "agent enroll"
  KEYWARD_NO_NAG        do not say that the token ends soon
  NO_COLOR              no colours
  FORCE_COLOR           colours, also where no terminal reads
  BROWSER               what opens a page (Linux)
  NODE_EXTRA_CA_CERTS   certificates of an authority of your own`.slice(1),
      'NOT LOOKED AT':
        'NODE_TLS_REJECT_UNAUTHORIZED: certificates are always checked. HTTP_PROXY, HTTPS_PROXY: requests go straight to the server.',
    },
  },
  'exit-codes': {
    summary: 'what the exit code says',
    sections: {
      CODES: `
  0    done
  1    the server said no; something was found ("scan") or is not well ("doctor")
  2    called in a way that means nothing, or that could mean several things; a damaged state file
  3    the server cannot be reached, or is not there for now: try again later; another process runs the agent
  4    not signed in: no token, or one that does not work any more; an agent that has to be enrolled again
  130  interrupted`.slice(1),
      OUTPUT: `What you ask for goes to stdout, what is said about it to stderr. An error is one line that begins with "error:", and where something can be done, one that begins with "hint:". --json prints the same data for programs, and an error as one line of JSON: error, code, requestId, hint, exitCode. --quiet leaves only data and errors.`,
    },
  },
  ci: {
    summary: 'in pipelines and other places without a person',
    sections: {
      'TWO VARIABLES': `
Make a token for the job, with no more permissions than it needs and an end, and put it where your CI keeps secrets:

  keyward token create --name ci --ttl 90d --permission tokens:read --raw | gh secret set KEYWARD_TOKEN

In the job, two variables are all it takes:

  KEYWARD_SERVER=https://keyward.example.com
  KEYWARD_TOKEN=<from the secrets>
  keyward auth whoami`.trim(),
      PROMPTS:
        'Nothing is asked where there is no terminal: what needs a person, such as "token create" without --password, fails at once with 4, unless --wait is said. What an admin does to others, and "scan --revoke", need --yes there.',
      ROTATION: `
A person rotates; the old secret goes on working for as long as you say, so no job fails in between:

  keyward token rotate ci --password --email you@example.com --grace 24h --raw | gh secret set KEYWARD_TOKEN`.trim(),
      LEAKS:
        '"keyward scan" before a commit or in a pipeline exits with 1 where a token was found; "--revoke" ends what it finds.',
    },
  },
  agents: {
    summary: 'a machine with a secret of its own, which is replaced while it runs',
    sections: {
      'FROM NOTHING': `
A person who signed in lately makes the agent; the code works once, for ten minutes:

  keyward agent create --name build-1 --raw --password --email you@example.com > code

On the machine:

  keyward agent enroll --server https://keyward.example.com < code
  keyward agent run`.trim(),
      'A PROGRAM BESIDE IT': `
"keyward agent run --exec './worker'" starts it with KEYWARD_TOKEN_FILE, the path of a file with the secret that works now. With a new secret the file is replaced and the program is sent SIGHUP ("--signal"). It has the grace period, five minutes by default, to read it again.

When the program ends, the agent ends with its exit code.`.trim(),
      'THE STATE FILE':
        'It holds the secret that works and, during a rotation, the one that comes next. It is never written over unless both are safe, and a file that is damaged is left as it is. One process runs on it at a time.',
      'WHEN SOMETHING IS WRONG': `
  keyward agent status          on the machine: does its secret work?
  keyward agent show <agent>    elsewhere: what the server knows of it
  keyward agent rotate <agent>  a new secret now
  keyward agent code <agent>    to enroll it again`.slice(1),
    },
  },
  security: {
    summary: 'what keyward does with secrets, and what it never does',
    sections: {
      NEVER: `
A secret is never an argument: others on the machine can see those, and the shell remembers them. It comes on stdin, from a file, from the environment or from a prompt that does not echo. An argument that holds a token is refused.

A secret is never printed but by "token create" and "token rotate", whose purpose it is; nor by --debug. Programs that are started (a browser, npm, git) do not get KEYWARD_TOKEN.`.trim(),
      'WHERE A TOKEN GOES':
        'To its own server, over verified TLS. Plain http is for this machine; to another one it takes --insecure-http.',
      'WHAT IS PRINTED':
        'Names are what people typed. Control characters in them are taken out before they reach your terminal.',
      'IF A TOKEN LEAKED': `
  keyward token revoke <name>       one of yours
  keyward scan --git --revoke       whatever stands in a repository
  keyward admin token identify      whose it is (admins)`.slice(1),
    },
  },
};
