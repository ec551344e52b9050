"""The one settings object; only composition roots build it from the environment."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from agents.domain.plans import Policy


class Settings(BaseSettings):
    """How this installation is connected. Every field is `WARROOM_<NAME>` in the environment."""

    model_config = SettingsConfigDict(env_prefix="WARROOM_", frozen=True, extra="ignore")

    database_url: str = "sqlite:///var/warroom.sqlite"
    """SQLAlchemy URL of the journal: SQLite or PostgreSQL."""
    redis_url: str = "redis://127.0.0.1:6379/0"

    approvers: str = ""
    """Comma-separated Slack user ids that may approve actions; empty: every full member."""

    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    """For Socket Mode."""
    slack_signing_secret: SecretStr | None = None
    """For HTTP."""
    slack_base_url: str = "https://slack.com/api/"
    channel_prefix: str = "inc-"

    pagerduty_token: SecretStr | None = None
    pagerduty_from: str = ""
    """E-mail of the user in whose name incidents are acknowledged."""
    pagerduty_base_url: str = "https://api.pagerduty.com"
    pagerduty_ca_file: Path | None = None
    pagerduty_webhook_secrets: SecretStr = SecretStr("")
    """Comma-separated: several are valid during a rotation."""

    kubernetes_config: Path | None = None
    """Kubeconfig with read access."""
    kubernetes_write_config: Path | None = None
    """Kubeconfig of the executor; only the `actions` workers have it."""
    postgresql_urls: SecretStr = SecretStr("")
    """Comma-separated `name=URL` of the databases to observe, with read access."""
    postgresql_write_urls: SecretStr = SecretStr("")
    """Comma-separated `name=URL` for the executor; only the `actions` workers have it."""
    prometheus_url: str = ""
    log_files: str = ""
    """Comma-separated globs of JSON log files that hold what `logs/*.jsonl` of a capture holds."""
    trace_files: str = ""
    probe_targets: str = ""
    """Comma-separated: what may be probed. Globs over hosts or `host:port`, and URLs."""
    topology_file: Path | None = None
    changes_file: Path | None = None
    aws_region: str = ""
    aws_endpoint_url: str = ""
    aws_access_key_id: SecretStr | None = None
    aws_secret_access_key: SecretStr | None = None
    aws_log_groups: str = ""
    """Comma-separated: what is read of CloudWatch Logs when a question names no entity."""

    github_token: SecretStr | None = None
    github_repository: str = ""
    github_base_url: str = "https://api.github.com"
    git_repository: Path | None = None
    """A bare repository on this machine, where no GitHub is configured."""

    anthropic_api_key: SecretStr | None = None

    read_rates: dict[str, str] = Field(
        default={
            "rows:*": "600/minute",
            "probe:*": "120/minute",
            "objects:*": "1200/minute",
            "*": "1200/minute",
        }
    )
    """How often each source may be asked, by all workers together; the first glob that fits."""

    http_host: str = "127.0.0.1"
    http_port: int = 3000
    public_url: str = ""
    """How people reach the console, for links."""
    log_json: bool = False
    capture: Path | None = None
    """Answer every reader from this recorded capture instead of live sources."""

    def policy(self) -> Policy:
        """Return the commander's rules with what this installation decides itself."""
        named = tuple(one.strip() for one in self.approvers.split(",") if one.strip())
        return Policy(approver_ids=named)
