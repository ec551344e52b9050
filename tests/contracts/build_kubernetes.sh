#!/usr/bin/env bash
# Builds a real Kubernetes control plane for the contract tests: kube-apiserver, kube-controller-manager
# and kube-scheduler 1.20.2 from Debian's source package, with Debian's Go and etcd. Needs no root and
# touches nothing outside DIRECTORY; takes about three minutes and 2.5 GB of scratch on two cores.
#
# Usage: build_kubernetes.sh DIRECTORY      leaves the four binaries in DIRECTORY/bin
set -euo pipefail

VERSION=v1.20.2
GO=golang-1.19
BINARIES=(kube-apiserver kube-controller-manager kube-scheduler)
DEBIAN_SOURCES=/etc/apt/sources.list.d/debian.sources

main() {
    local directory=${1:?'usage: build_kubernetes.sh DIRECTORY'}
    mkdir -p "$directory/bin"
    directory=$(cd "$directory" && pwd)
    if complete "$directory/bin"; then
        echo "Already built: $directory/bin"
        return
    fi
    if [ ! -r "$DEBIAN_SOURCES" ] || ! command -v apt-get dpkg tar xz >/dev/null; then
        echo "This builds from Debian's packages and needs apt-get, dpkg, xz and $DEBIAN_SOURCES." >&2
        return 1
    fi
    scratch=$(mktemp -d "$directory/build.XXXXXX")
    trap 'chmod -R u+w "$scratch"; rm -rf "$scratch"' EXIT
    cd "$scratch"
    echo 'Fetching the sources, Go and etcd.'
    fetch
    echo "Building ${BINARIES[*]}."
    build "$directory/bin"
    cp etcd/usr/bin/etcd "$directory/bin/"
    echo "Built: $directory/bin"
}

complete() {
    local binary
    for binary in "${BINARIES[@]}" etcd; do
        [ -x "$1/$binary" ] || return 1
    done
}

# The machine's own Debian mirror, with its source packages, under package lists of our own.
fetch() {
    mkdir -p lists/partial sysroot etcd source
    sed 's/^Types: .*/Types: deb deb-src/' "$DEBIAN_SOURCES" > own.sources
    local apt=(apt-get -qq -o "Dir::Etc::sourcelist=$PWD/own.sources" -o Dir::Etc::sourceparts=-
        -o "Dir::State::Lists=$PWD/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=
        -o APT::Sandbox::User= -o Debug::NoLocking=1)
    "${apt[@]}" update
    "${apt[@]}" source --download-only kubernetes
    "${apt[@]}" download "$GO-go" "$GO-src" etcd-server
    local package
    for package in golang-*.deb; do dpkg -x "$package" sysroot; done
    dpkg -x etcd-server_*.deb etcd
    tar -xf kubernetes_*.orig.tar.* -C source --strip-components=1
}

build() {
    local gopath=$PWD/gopath
    mkdir -p "$gopath/src/k8s.io"
    mv source "$gopath/src/k8s.io/kubernetes"
    export GOROOT=$PWD/sysroot/usr/lib/go-1.19 GOPATH=$gopath GOCACHE=$PWD/gocache
    export GO111MODULE=off CGO_ENABLED=0 GOFLAGS='' GOPROXY=off
    cd "$gopath/src/k8s.io/kubernetes"
    generate_openapi
    local package ldflags='-s -w'
    for package in k8s.io/component-base/version k8s.io/client-go/pkg/version \
        k8s.io/kubernetes/vendor/k8s.io/component-base/version; do
        ldflags+=" -X $package.gitVersion=$VERSION -X $package.gitMajor=1 -X $package.gitMinor=20"
    done
    "$GOROOT/bin/go" build -ldflags "$ldflags" -o "$1/" "${BINARIES[@]/#/k8s.io/kubernetes/cmd/}"
    cd "$scratch"
}

# Debian's tarball lacks one generated file; the generator is vendored beside it.
generate_openapi() {
    local generator=$scratch/openapi-gen inputs
    "$GOROOT/bin/go" build -o "$generator" k8s.io/kubernetes/vendor/k8s.io/kube-openapi/cmd/openapi-gen
    inputs=$(
        {
            grep -rl --include=doc.go --include=types.go '^// +k8s:openapi-gen=true' pkg staging/src/k8s.io |
                xargs -n1 dirname
            printf 'staging/src/k8s.io/apimachinery/pkg/%s\n' version runtime api/resource util/intstr
        } | sed -e 's#^staging/src/#k8s.io/kubernetes/vendor/#' -e 's#^pkg/#k8s.io/kubernetes/pkg/#' |
            grep -v -e sample- -e /test/ -e /example | sort -u | paste -sd,
    )
    "$generator" --input-dirs "$inputs" --output-base "$GOPATH/src" -O zz_generated.openapi \
        --output-package k8s.io/kubernetes/pkg/generated/openapi -r /dev/null \
        --go-header-file hack/boilerplate/boilerplate.generatego.txt > "$scratch/openapi.log" 2>&1 ||
        { cat "$scratch/openapi.log" >&2; return 1; }
}

main "$@"
