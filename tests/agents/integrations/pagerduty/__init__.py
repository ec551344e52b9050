"""Tests of PagerDuty as the pager."""
