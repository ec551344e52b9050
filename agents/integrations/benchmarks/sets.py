"""The data sets that there are loaders for: adding one is one line here."""

from agents.integrations.benchmarks.case import Benchmark
from agents.integrations.benchmarks.cloudopsbench import CloudOpsBench
from agents.integrations.benchmarks.petshop import PetShop
from agents.integrations.benchmarks.rootcausebench import RootCauseBench
from agents.integrations.benchmarks.tvdiag import TvDiag


def all_benchmarks() -> tuple[Benchmark, ...]:
    """Return every data set that can be run."""
    return (CloudOpsBench(), PetShop(), RootCauseBench(), TvDiag())
