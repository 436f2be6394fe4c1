// The command `integratord` of a package: a program for any POSIX shell.

/**
 * @param glibc {string} the oldest version of the C library that will do
 * @param interpreter {string} what loads programs of that library
 * @param variables {string[]} what has Node load or write files before our first line runs
 * @param unit {boolean} whether commands mean the files of the systemd unit, where that is enabled
 * @returns {string}
 */
export function launcher({ glibc, interpreter, variables, unit }) {
  const [major, minor] = glibc.split('.');
  return `#!/bin/sh
# Starts integratord with the Node that comes with it, whatever Node the caller has or sets up.
self=$(readlink -f "$0") || exit 1
root=\${self%/bin/*}

refuse() {
  echo "integratord: $1" >&2
  exit 1
}

# Else the system would only say that some file or version is not found.
[ -e '${interpreter}' ] ||
  refuse 'it needs a Linux with the GNU C library (glibc) ${glibc} or later, which this one does not have'
found=$(getconf GNU_LIBC_VERSION 2>/dev/null) || found=''
version=\${found#glibc }
major=\${version%%.*}
minor=\${version#*.}
minor=\${minor%%.*}
case "$major.$minor" in
  *[!0-9.]* | . | *. | .*) ;; # it cannot be told: try
  *)
    if [ "$major" -lt ${major} ] || { [ "$major" -eq ${major} ] && [ "$minor" -lt ${minor} ]; }; then
      refuse "it needs glibc ${glibc} or later (RHEL 8, Debian 10, Ubuntu 18.10); this system has $version"
    fi
    ;;
esac
${unit ? UNIT : ''}
unset ${variables.join(' ')}
exec "$root/bin/node" "$root/dist/cli/main.js" "$@"
`;
}

const UNIT = `
# Where the unit is enabled, commands mean its files, unless they name others or another manager.
if [ -e /etc/systemd/system/multi-user.target.wants/integratord.service ]; then
  case " $* " in
    *' --home'*) ;;
    *)
      if [ -z "\${INTEGRATORD_HOME-}" ]; then
        export INTEGRATORD_CONFIG="\${INTEGRATORD_CONFIG-/etc/integratord/integrations.conf}"
        export INTEGRATORD_SETTINGS="\${INTEGRATORD_SETTINGS-/etc/integratord/integratord.yaml}"
        export INTEGRATORD_STATE="\${INTEGRATORD_STATE-/var/lib/integratord}"
        # What the unit gives the daemon, as systemd reads it. Only root may; what the caller has set counts.
        if [ -r /etc/integratord/environment ]; then
          while IFS= read -r line || [ -n "$line" ]; do
            name=\${line%%=*}
            value=\${line#*=}
            case "$name" in "$line" | '' | [0-9]* | *[!A-Za-z0-9_]*) continue ;; esac
            case "$value" in
              \\"*\\" | \\'*\\') value=\${value#?}; value=\${value%?} ;;
            esac
            eval "[ \\"\\\${$name+set}\\" = set ]" || export "$name=$value"
          done < /etc/integratord/environment
        fi
      fi
      ;;
  esac
fi
`;
