# Begins every script that runs when a package is installed, upgraded or removed.
# None of them changes the manager, but for the launcher of `integratord install`, which is removed with us.

unit=integratord.service
keep='integratord-keep.path integratord-keep.service'
state=/var/lib/integratord
drop_in=/etc/systemd/system/$unit.d

# Nobody may be there to read it: that must not end the script.
trap '' PIPE
say() {
  echo "$*" 2>/dev/null || true
}

systemd_runs() {
  [ -d /run/systemd/system ]
}

# The manager's user: of Wazuh since 4.3, of OSSEC and Wazuh before.
account() {
  for name in wazuh ossec; do
    if getent passwd "$name" >/dev/null && getent group "$name" >/dev/null; then
      echo "$name"
      return
    fi
  done
}

# Managers' directories on this machine.
managers() {
  {
    echo /var/ossec
    sed -n 's/^DIRECTORY="\(.*\)"$/\1/p' /etc/ossec-init.conf 2>/dev/null || true
  } | sort -u
}

# Prints those whose Integrator is a launcher of this package.
replaced() {
  managers | while read -r home; do
    for name in wazuh-integratord ossec-integratord; do
      if grep -qs "^program='/usr/lib/integratord/" "$home/bin/$name"; then
        echo "$home"
        break
      fi
    done
  done
}

# Prints those where an upgrade of the manager has put its Integrator back beside the one that was kept.
put_back() {
  managers | while read -r home; do
    for name in wazuh-integratord ossec-integratord; do
      program=$home/bin/$name
      if [ -e "$program.original" ] && [ -e "$program" ] && ! grep -qs '^# integratord launcher' "$program"; then
        echo "$home"
        break
      fi
    done
  done
}

# Gives what is the daemon's to the manager's user, unless it belongs to somebody already.
settle() {
  name=$(account)
  if [ -n "$name" ]; then
    [ "$(stat -c %u "$state")" != 0 ] || chown "$name:$name" "$state"
    for path in /etc/integratord /etc/integratord/*; do
      [ ! -e "$path" ] || [ "$(stat -c %g "$path")" != 0 ] || chgrp "$name" "$path"
    done
  fi
  if [ "$name" = ossec ] && [ ! -e "$drop_in/account.conf" ]; then
    mkdir -p "$drop_in"
    printf '[Service]\nUser=ossec\nGroup=ossec\n' >"$drop_in/account.conf"
  fi
  if systemd_runs; then systemctl daemon-reload || true; fi
}

first_installed() {
  settle
  say 'integratord is installed. It does not run yet, and nothing of the manager was changed.

Look first; this changes nothing:
  integratord setup

Then choose one way (file:///usr/lib/integratord/docs/drop-in.md):
  in the place of the manager'\''s Integrator:
    integratord install --dry-run
    integratord install && /var/ossec/bin/wazuh-control restart
  or as a service of its own, for the <integration> blocks in /etc/integratord/integrations.conf:
    systemctl enable --now integratord'
}

upgraded() {
  settle
  if systemd_runs; then systemctl try-restart "$unit" || true; fi
  replaced | while read -r home; do
    say "integratord goes on in the manager's place as it was; restart the manager in $home to run this version."
  done
}

before_removal() {
  # First what would put the launcher back.
  if systemd_runs; then systemctl stop $keep "$unit" || true; fi
  if command -v systemctl >/dev/null; then systemctl --quiet disable "$unit" $keep 2>/dev/null || true; fi
  replaced | while read -r home; do
    say "The manager in $home gets its own Integrator back:"
    integratord uninstall --home "$home" ||
      say "That failed. Its launcher starts the original by itself once integratord is gone."
  done
  put_back | while read -r home; do
    integratord uninstall --home "$home" || true
  done
}

after_removal() {
  # There may be more of the operator's.
  rm -f "$drop_in/account.conf"
  rmdir "$drop_in" 2>/dev/null || true
  if systemd_runs; then systemctl daemon-reload || true; fi
  [ ! -d "$state" ] || say "What waits to be delivered is kept in $state."
}

purged() {
  rm -rf "$state" /etc/integratord
  managers | while read -r home; do
    rm -rf "$home/queue/integratord"
  done
}
