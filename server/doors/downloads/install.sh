#!/bin/sh
# Installs keyward, the command line of the Keyward server named below, with npm.
# Fetches one package from that server, compares its SHA-256 with the one written here,
# and installs it for everybody, into ~/.local where only root may do that, or into $KEYWARD_PREFIX.
# Nothing happens before the last line, so half a download does nothing.
set -eu

base=@BASE@
version=@VERSION@
tarball=@TARBALL@
sha256=@SHA256@
oldest_node=20

say() {
  printf '%s\n' "$@" >&2
}

fail() {
  say "keyward: $1"
  shift
  [ "$#" -eq 0 ] || say "$@"
  exit 1
}

has() {
  command -v "$1" >/dev/null 2>&1
}

require_node() {
  has node || fail "Node.js $oldest_node or newer is needed, and there is none here." \
    "Install it from https://nodejs.org or with your package manager, then run this again."
  node_major=$(node -p 'process.versions.node.split(".")[0]')
  [ "$node_major" -ge "$oldest_node" ] ||
    fail "Node.js $oldest_node or newer is needed; this is $(node --version)." \
      "Install a newer one from https://nodejs.org, then run this again."
  has npm || fail "npm is needed, and there is none here. It usually comes with Node.js." \
    "Debian and Ubuntu have it as a package of its own: apt-get install npm" \
    "Without npm, the program is one file: $base/cli/keyward.mjs"
}

download() {
  if has curl; then
    curl -fsSL -o "$2" "$1"
  elif has wget; then
    wget -q -O "$2" "$1"
  else
    fail "curl or wget is needed to download." "Install one of them, then run this again."
  fi || fail "$1 could not be downloaded."
}

# Node is here in any case; sha256sum and shasum are not.
sum_of() {
  node -e 'const bytes = require("fs").readFileSync(process.argv[1]);
    console.log(require("crypto").createHash("sha256").update(bytes).digest("hex"))' "$1"
}

verify() {
  found=$(sum_of "$1")
  [ "$found" = "$sha256" ] ||
    fail "What was downloaded is not what this script was written for." \
      "SHA-256 expected: $sha256" "SHA-256 found:    $found" \
      "The server may have been updated in this moment: download the script again."
}

# Whether a folder, or the nearest one above it that there is, can be written to.
can_write() {
  folder=$1
  while [ ! -e "$folder" ]; do
    folder=$(dirname "$folder")
  done
  [ -d "$folder" ] && [ -w "$folder" ]
}

choose_prefix() {
  prefix=${KEYWARD_PREFIX:-}
  [ -z "$prefix" ] || return 0
  prefix=$(npm prefix --global --loglevel=error)
  if ! can_write "$prefix/lib/node_modules" || ! can_write "$prefix/bin"; then
    say "$prefix can be written to by others only; installing into $HOME/.local instead."
    prefix=$HOME/.local
  elif [ "$(node -p 'process.getuid()')" = 0 ]; then
    say "As root it is installed for everybody on this machine. For one user: KEYWARD_PREFIX=\$HOME/.local"
  fi
}

install() {
  npm install --global --prefix "$prefix" --ignore-scripts --no-audit --no-fund --loglevel=error \
    "$1" </dev/null >&2 || fail "npm could not install it; what it said is above."
}

advise_on_path() {
  case ":$PATH:" in
    *":$prefix/bin:"*)
      first=$(command -v keyward || true)
      [ "$first" = "$prefix/bin/keyward" ] || say "" "Another keyward comes first in your PATH: $first"
      ;;
    *)
      say "" "$prefix/bin is not in your PATH yet. Add this line to ~/.profile (zsh: ~/.zprofile), and run it here too:" \
        "  export PATH=\"$prefix/bin:\$PATH\""
      ;;
  esac
}

# Not under sudo, where the configuration would be root's; and what a profile holds already is kept.
remember_server() {
  login="keyward auth login"
  if [ -z "${SUDO_USER:-}" ] && "$prefix/bin/keyward" profile set-server "$base" --quiet </dev/null 2>/dev/null; then
    return
  fi
  login="keyward auth login --server $base"
}

main() {
  require_node
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  say "Installing keyward $version from $base"
  download "$tarball" "$work/keyward.tgz"
  verify "$work/keyward.tgz"
  choose_prefix
  say "Installing into $prefix"
  install "$work/keyward.tgz"
  "$prefix/bin/keyward" --version </dev/null >/dev/null || fail "$prefix/bin/keyward was installed but does not run."
  say "keyward $version is installed: $prefix/bin/keyward"
  remember_server
  advise_on_path
  say "" "Next:" "  $login" "  keyward auth whoami" "  keyward help"
}

main
