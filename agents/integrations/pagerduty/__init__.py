"""PagerDuty as the pager, and the signatures of its webhooks."""
