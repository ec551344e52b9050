"""A real Kubernetes control plane (API, controllers, etcd), where `make kubernetes` built one.

There are no nodes: Deployments get their ReplicaSets and pods, and the pods stay pending. That is
all that reading, permissions and rollbacks need.
"""

import ssl
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import trustme
import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from jobs.embedded.processes import ManagedProcess, free_port

READER, DEPLOYER, ADMIN = "reader-token", "deployer-token", "admin-token"
_TOKENS = f'{ADMIN},admin,1,"system:masters"\n{READER},reader,2\n{DEPLOYER},deployer,3\n'
_READY_SECONDS = 60.0


@dataclass(frozen=True)
class ControlPlane:
    """Where the API is, and where configurations for it are written."""

    url: str
    directory: Path

    def kubeconfig(self, token: str) -> Path:
        """Return a kubeconfig of one account."""
        path = self.directory / f"{token}.kubeconfig"
        cluster = {"server": self.url, "certificate-authority": str(self.directory / "ca.pem")}
        body = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "it",
            "clusters": [{"name": "it", "cluster": cluster}],
            "users": [{"name": "it", "user": {"token": token}}],
            "contexts": [{"name": "it", "context": {"cluster": "it", "user": "it"}}],
        }
        path.write_text(yaml.safe_dump(body), encoding="utf-8")
        return path

    def request(self, method: str, path: str, body: object = None) -> httpx.Response:
        """Ask as the administrator."""
        kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
        headers = {"Authorization": f"Bearer {ADMIN}", "Content-Type": kind}
        with httpx.Client(verify=self._trust(), trust_env=False, timeout=10) as client:
            return client.request(method, f"{self.url}{path}", json=body, headers=headers)

    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.directory / "ca.pem"))


@contextmanager
def control_plane(programs: Path, directory: Path) -> Generator[ControlPlane]:
    """Run etcd, the API server and the controllers, and give both accounts their roles."""
    etcd, peer, api = free_port(), free_port(), free_port()
    plane = ControlPlane(f"https://127.0.0.1:{api}", directory)
    store = f"http://127.0.0.1:{etcd}"
    (directory / "tokens.csv").write_text(_TOKENS, encoding="utf-8")
    key, certificate = _service_account_key(directory), _certificate(directory)
    with ExitStack() as ending:

        def run(name: str, *flags: str) -> ManagedProcess:
            command = (str(programs / name), *flags)
            process = ManagedProcess(name, command, log_path=directory / f"{name}.log")
            process.reap()
            ending.callback(process.stop)
            return process

        run(
            "etcd",
            f"--data-dir={directory / 'etcd'}",
            f"--listen-client-urls={store}",
            f"--advertise-client-urls={store}",
            f"--listen-peer-urls=http://127.0.0.1:{peer}",
            f"--initial-advertise-peer-urls=http://127.0.0.1:{peer}",
            f"--initial-cluster=default=http://127.0.0.1:{peer}",
            "--unsafe-no-fsync",
        )
        server = run(
            "kube-apiserver",
            f"--etcd-servers={store}",
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            f"--secure-port={api}",
            f"--tls-cert-file={certificate}",
            f"--tls-private-key-file={certificate}",
            "--service-cluster-ip-range=10.96.0.0/16",
            f"--service-account-key-file={key}",
            f"--service-account-signing-key-file={key}",
            "--service-account-issuer=https://local",
            f"--token-auth-file={directory / 'tokens.csv'}",
            "--authorization-mode=RBAC",
            "--disable-admission-plugins=ServiceAccount",
        )
        server.wait_ready(lambda: _is_ready(plane), seconds=_READY_SECONDS)
        run(
            "kube-controller-manager",
            f"--kubeconfig={plane.kubeconfig(ADMIN)}",
            "--port=0",
            "--leader-elect=false",
        )
        _bind(plane, "reader", "view")
        _bind(plane, "deployer", "edit")
        yield plane


def _bind(plane: ControlPlane, user: str, role: str) -> None:
    """Give an account one of Kubernetes' own roles."""
    group = "rbac.authorization.k8s.io"
    body = {
        "apiVersion": f"{group}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": user},
        "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": role},
        "subjects": [{"apiGroup": group, "kind": "User", "name": user}],
    }
    plane.request("POST", f"/apis/{group}/v1/clusterrolebindings", body).raise_for_status()


def _is_ready(plane: ControlPlane) -> bool:
    """Tell whether the API answers and has made its own roles."""
    try:
        roles = "/apis/rbac.authorization.k8s.io/v1/clusterroles/edit"
        ready = plane.request("GET", "/readyz").is_success
        return ready and plane.request("GET", roles).is_success
    except httpx.TransportError:
        return False


def _service_account_key(directory: Path) -> Path:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    path = directory / "service-account.key"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
    )
    return path


def _certificate(directory: Path) -> Path:
    """Issue a certificate for this run, and keep its authority for the clients."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(directory / "ca.pem"))
    path = directory / "server.pem"
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(path))
    return path
