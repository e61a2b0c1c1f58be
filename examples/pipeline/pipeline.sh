#!/usr/bin/env bash
# Runs this program in a CI pipeline, non-interactively. Requires bash, Node.js and the Pulumi CLI; run `npm ci` first.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() {
  cat <<'USAGE'
Usage: pipeline.sh COMMAND [STACK]

Commands:
  preview   show what `up` would change; changes nothing
  comment   the same, as a comment in Markdown in comment.md
  up        deploy the apps as declared in this folder, and revert manual changes
  url       print the address of the app
  drift     report differences between this folder and the apps; changes nothing
  destroy   back up the specs of the apps to app-spec-backups/, then delete the apps
  remove    the same, and remove the stack; succeeds if there is none

STACK defaults to PULUMI_STACK. `preview`, `comment`, `up` and `remove` create the stack if it does not exist.

Environment:
  DIGITALOCEAN_TOKEN         API token
  DIGITALOCEAN_API_URL       API address, if it is not the real service, for example of the emulator
  PULUMI_BACKEND_URL         where the state is stored, such as s3://bucket or file:///folder (default: Pulumi Cloud)
  PULUMI_ACCESS_TOKEN        for Pulumi Cloud
  PULUMI_CONFIG_PASSPHRASE   for other backends: encrypts the secrets in the state
  PREVIEW_BRANCH             makes the stack an app for a pull request: the branch to build
  PREVIEW_COMMIT             its commit; a change starts a deployment
  RUN_URL                    link to the run, for `comment`

Exit codes:
  0    success; drift: no differences
  7    drift only: differences found; see the output
  64   usage error
  Other codes come from Pulumi: the command failed, and drift is unknown.
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
  preview | comment | up | url | drift | destroy | remove) ;;
  help | -h | --help)
    usage
    exit 0
    ;;
  "") fail "missing argument: COMMAND; run pipeline.sh help for usage" ;;
  *) fail "unknown command \"$command\"; run pipeline.sh help for usage" ;;
esac
(($# <= 2)) || fail "too many arguments: ${*:3}"
stack=${2:-${PULUMI_STACK:-}}
[[ -n $stack ]] || fail "missing argument: STACK; run pipeline.sh $command STACK, or set PULUMI_STACK"
hash pulumi 2>/dev/null || fail "the Pulumi CLI is not on PATH; install it from https://www.pulumi.com/docs/install/" 127

export PULUMI_SKIP_UPDATE_CHECK=true
# CI passes a missing secret as an empty string, which Pulumi would use as the passphrase.
[[ -n ${PULUMI_CONFIG_PASSPHRASE:-} ]] || unset PULUMI_CONFIG_PASSPHRASE
options=(--stack "$stack" --non-interactive)

create_stack() {
  pulumi stack select "$stack" --create --non-interactive
}

# The JSON lacks what the program prints, so a preview that fails is repeated for the log.
preview_with_comment() {
  local status=0 report=(--stack "$(project)/$stack")
  pulumi preview "${options[@]}" --refresh --json >preview.json || status=$?
  [[ -z ${RUN_URL:-} ]] || report+=(--run-url "$RUN_URL")
  ((status == 0)) || report+=(--failed)
  node_modules/.bin/app-platform report preview.json "${report[@]}" >comment.md
  cat comment.md
  ((status == 0)) || pulumi preview "${options[@]}" --refresh --diff
  return "$status"
}

project() {
  sed -n 's/^name: *//p' Pulumi.yaml
}

# All commands except destroy and remove read the apps from the service first (--refresh), so manual changes are part of `up`, and `preview`
# shows them.
case $command in
  preview)
    create_stack
    pulumi preview "${options[@]}" --refresh --diff
    ;;
  comment)
    create_stack
    preview_with_comment
    ;;
  url)
    pulumi stack output url --stack "$stack" --non-interactive
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
  remove)
    create_stack
    pulumi destroy "${options[@]}" --yes --skip-preview --remove
    ;;
esac
