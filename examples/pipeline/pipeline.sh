#!/usr/bin/env bash
# Runs this program in a CI pipeline, non-interactively. Requires bash, Node.js and the Pulumi CLI; run `npm ci` first.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() {
  cat <<'USAGE'
Usage: pipeline.sh COMMAND [STACK]

Commands:
  preview   shows what `up` would do now; changes nothing at the service
  up        brings the apps to what this folder says, drift included
  drift     compares this folder with the apps as they are
  destroy   deletes the apps; their specs are backed up to app-spec-backups/ before

STACK may also come from PULUMI_STACK. `preview` and `up` create it where it is missing.

Environment:
  DIGITALOCEAN_TOKEN         opens the service
  DIGITALOCEAN_API_URL       another service than the real one, such as the emulator
  PULUMI_BACKEND_URL         where the state is kept, such as s3://bucket or file:///folder; without it Pulumi Cloud
  PULUMI_ACCESS_TOKEN        for Pulumi Cloud
  PULUMI_CONFIG_PASSPHRASE   for other backends: encrypts the secrets in the state

Exit codes:
  0    done; drift: no difference
  7    drift only: there are differences, the output shows them
  64   the script was called in a wrong way
  Others are Pulumi's own: it failed, and nothing is known about drift.
USAGE
}

fail() {
  printf 'pipeline.sh: %s\n' "$1" >&2
  exit "${2:-64}"
}

# CI stores app-spec-backups/ as an artifact. A backup that may contain secrets has a warning in its first lines.
withhold_backups() {
  local file
  for file in app-spec-backups/*.yaml; do
    [[ -f $file ]] && head -n 20 "$file" | grep -q '^# Warning: ' || continue
    mkdir -p -m 700 app-spec-backups-withheld
    mv -n -- "$file" app-spec-backups-withheld/
    printf 'pipeline.sh: %s may contain secrets; moved to app-spec-backups-withheld/\n' "$file" >&2
  done
}
trap withhold_backups EXIT

command=${1:-}
case $command in
  preview | up | drift | destroy) ;;
  help | -h | --help)
    usage
    exit 0
    ;;
  "") fail "no command; pipeline.sh help tells them" ;;
  *) fail "unknown command \"$command\"; pipeline.sh help tells them" ;;
esac
(($# <= 2)) || fail "too many arguments: ${*:3}"
stack=${2:-${PULUMI_STACK:-}}
[[ -n $stack ]] || fail "no stack: name it after $command, or in PULUMI_STACK"
hash pulumi 2>/dev/null || fail "the Pulumi CLI is not on PATH" 127

export PULUMI_SKIP_UPDATE_CHECK=true
# CI passes a missing secret as an empty string, which Pulumi would use as the passphrase.
[[ -n ${PULUMI_CONFIG_PASSPHRASE:-} ]] || unset PULUMI_CONFIG_PASSPHRASE
options=(--stack "$stack" --non-interactive)

create_stack() {
  pulumi stack select "$stack" --create --non-interactive
}

# All commands except destroy read the apps from the service first (--refresh), so manual changes are part of `up`, and `preview`
# shows them.
case $command in
  preview)
    create_stack
    pulumi preview "${options[@]}" --refresh --diff
    ;;
  up)
    create_stack
    pulumi up "${options[@]}" --refresh --yes --skip-preview
    ;;
  drift)
    # If there are changes, Pulumi exits with code 7. Versions before 3.226.1 use another code, but never 0.
    pulumi preview "${options[@]}" --refresh --diff --expect-no-changes
    ;;
  destroy)
    pulumi destroy "${options[@]}" --yes --skip-preview
    ;;
esac
