"""Active probes of the network: DNS, TCP, TLS and HTTP."""

from agents.integrations.probes.dns import Nameservers
from agents.integrations.probes.telemetry import ProbeTelemetry

__all__ = ["Nameservers", "ProbeTelemetry"]
