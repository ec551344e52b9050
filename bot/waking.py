"""Having the commander look at an incident."""

from agents.ports import Job


def advance_job(incident_id: str) -> Job:
    """Return the job that looks at an incident and does what is due.

    The engine makes the same job for itself; its id keeps the two from being done twice.
    """
    return Job(
        id=f"{incident_id}-advance",
        queue="commander",
        task="advance",
        incident_id=incident_id,
        timeout_seconds=60,
        runs_again=True,
    )
