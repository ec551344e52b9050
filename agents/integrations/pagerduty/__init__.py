"""PagerDuty as the pager, and the signatures of its webhooks."""

from agents.integrations.pagerduty.pager import PagerDutyPager

__all__ = ["PagerDutyPager"]
