#!/usr/bin/env bash
# Installs what the integration and end-to-end tests start, on Debian: bash tooling/servers/install.sh
# Does nothing when all is there. No service is started: the tests start their own.
set -euo pipefail

export DEBIAN_FRONTEND=noninteractive
PATH=$PATH:/usr/sbin:/sbin:/usr/local/go/bin

wanted=()
need() { # need PACKAGE FILE...   a file may be a pattern; the package is wanted when one of them is not there
  local package=$1 file
  shift
  for file in "$@"; do
    if [[ $file == /* ]]; then compgen -G "$file" >/dev/null && continue; else command -v "$file" >/dev/null && continue; fi
    wanted+=("$package")
    return
  done
}

need openssl openssl
need curl curl
need jq jq
need ca-certificates /etc/ssl/certs/ca-certificates.crt
need redis-server redis-server
need apache2 apache2
need libapache2-mod-auth-openidc /usr/lib/apache2/modules/mod_auth_openidc.so
need chromium chromium
need slapd slapd
need ldap-utils ldapadd ldapsearch ldapwhoami
need samba samba samba-tool
need samba-ad-dc /usr/share/doc/samba-ad-dc
need samba-ad-provision /usr/share/samba/setup/provision.ldif
need winbind winbindd
need python3-samba /usr/lib/python3/dist-packages/samba/__init__.py
need xmlsec1 xmlsec1
need python3-pysaml2 /usr/lib/python3/dist-packages/saml2/__init__.py
need python3-keystone keystone-manage keystone-wsgi-public
need php-cli php
need php-xml '/usr/lib/php/*/dom.so'
need simplesamlphp /usr/share/simplesamlphp/lib/_autoload.php
need etcd-server etcd
need postgresql psql '/usr/lib/postgresql/*/bin/initdb'
need mariadb-server mariadbd mariadb-install-db mariadb

install_wanted() {
  local policy=/usr/sbin/policy-rc.d made=no code=0
  if [ ! -e "$policy" ]; then # keeps packages from starting their services
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    made=yes
  fi
  { apt-get update && apt-get install --yes --no-install-recommends "${wanted[@]}"; } >"$log" 2>&1 || code=$?
  if [ "$made" = yes ]; then rm -f "$policy"; fi
  return "$code"
}

if [ ${#wanted[@]} -gt 0 ]; then
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "missing: ${wanted[*]}. Install them with your package manager, or run this script as root on Debian." >&2
    exit 1
  fi
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  echo "installing: ${wanted[*]}"
  if ! install_wanted; then
    tail -n 20 "$log" >&2
    echo "installing ${wanted[*]} failed" >&2
    exit 1
  fi
fi

go_version=$(go env GOVERSION 2>/dev/null || true)
if [ -z "$go_version" ]; then
  echo 'Go is not here: the Kubernetes tests, and a kubectl if none is installed, need Go 1.26 or newer (https://go.dev/dl)' >&2
elif [ "$(printf '%s\n' go1.26 "$go_version" | sort --version-sort | head -n 1)" != go1.26 ]; then
  echo "Go is $go_version: the Kubernetes tests need 1.26 or newer, or GOTOOLCHAIN=auto" >&2
fi
