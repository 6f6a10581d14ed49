import type { Command } from 'commander';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

interface Word {
  word: string;
  description: string;
}

/** What may follow a path of commands: `token` → list, create, … and the options. */
interface Place {
  path: string;
  commands: Word[];
  options: Word[];
}

/** A script for the shell that knows every command and option by itself: it starts no program to complete one. */
export function completionScript(program: Command, shell: Shell): string {
  const places = placesOf(program, [], optionsOf(program));
  return { bash, zsh, fish }[shell](places);
}

function placesOf(command: Command, path: string[], globals: Word[]): Place[] {
  const commands = command.commands.map((sub) => ({ word: sub.name(), description: sub.description() }));
  const own = path.length > 0 ? optionsOf(command) : [];
  return [
    { path: path.join(' '), commands, options: [...own, ...globals] },
    ...command.commands.flatMap((sub) => placesOf(sub, [...path, sub.name()], globals)),
  ];
}

function optionsOf(command: Command): Word[] {
  const options = command.options.map(({ long, description }) => ({ word: long ?? '', description }));
  return [
    ...options.filter(({ word }) => word),
    ...(command.parent ? [] : [{ word: '--help', description: 'show help' }]),
  ];
}

const wordsOf = (words: Word[]) => words.map(({ word }) => word).join(' ');

/** Goes along the words of the line as long as they are commands, and offers what may follow. */
function bash(places: Place[]): string {
  const cases = places.map(
    ({ path, commands, options }) =>
      `    '${path}') commands='${wordsOf(commands)}' options='${wordsOf(options)}' ;;`,
  );
  return `# bash completion for keyward: source <(keyward completion bash)
_keyward_place() {
  commands= options=
  case $1 in
${cases.join('\n')}
  esac
}
_keyward() {
  local current=\${COMP_WORDS[COMP_CWORD]} place='' commands options word
  COMPREPLY=()
  _keyward_place ''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case " $commands " in
      *" $word "*) place="\${place:+$place }$word"; _keyward_place "$place" ;;
    esac
  done
  case $current in
    # shellcheck disable=SC2207 # words without spaces; and macOS has no mapfile
    -*) COMPREPLY=($(compgen -W "$options" -- "$current")) ;;
    # shellcheck disable=SC2207
    *) COMPREPLY=($(compgen -W "$commands" -- "$current")) ;;
  esac
}
complete -o default -F _keyward keyward`;
}

const quoted = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`;
const described = ({ word, description }: Word) =>
  quoted(`${word}:${description.replaceAll(':', String.raw`\:`)}`);

function zsh(places: Place[]): string {
  const cases = places.map(
    ({ path, commands, options }) =>
      `    ${quoted(path)}) commands=(${commands.map(described).join(' ')}) options=(${options.map(described).join(' ')}) ;;`,
  );
  return `#compdef keyward
# zsh completion for keyward: source <(keyward completion zsh)
_keyward_place() {
  commands=() options=()
  case $1 in
${cases.join('\n')}
  esac
}
_keyward() {
  local place='' word
  local -a commands options
  _keyward_place ''
  for word in "\${(@)words[2,CURRENT-1]}"; do
    if (( \${commands[(I)$word:*]} )); then
      place="\${place:+$place }$word"
      _keyward_place "$place"
    fi
  done
  if [[ \${words[CURRENT]} == -* ]]; then
    _describe -o option options
  elif (( $#commands )); then
    _describe command commands
  else
    _files
  fi
}
compdef _keyward keyward`;
}

function fish(places: Place[]): string {
  const lines = places.flatMap(({ path, commands, options }) => {
    const condition = `-n ${quoted(`__keyward_at ${path}`.trim())}`;
    return [
      ...commands.map(
        ({ word, description }) => `complete -c keyward -f ${condition} -a ${word} -d ${quoted(description)}`,
      ),
      ...options.map(
        ({ word, description }) =>
          `complete -c keyward ${condition} -l ${word.slice(2)} -d ${quoted(description)}`,
      ),
    ];
  });
  const paths = places.map(({ path }) => quoted(path)).join(' ');
  return `# fish completion for keyward: keyward completion fish > ~/.config/fish/completions/keyward.fish
set -g __keyward_places ${paths}
function __keyward_at
  set -l place
  for word in (commandline -opc)[2..]
    set -l next (string join -- ' ' $place $word)
    contains -- "$next" $__keyward_places; and set place $place $word
  end
  test "$place" = "$argv"
end
${lines.join('\n')}`;
}
