"""Who somebody is, as the workspace says and not as their message says."""

from agents.domain.incidents import Person
from agents.errors import ApprovalInvalid
from bot.listeners.bolt import SlackCall
from bot.listeners.payloads import MemberInfo


def full_member(slack: SlackCall, user_id: str) -> Person:
    """Return a member who may be asked to decide.

    Raises:
        ApprovalInvalid: they are a bot, a guest, of another organisation, or gone.
    """
    member = slack("users.info", MemberInfo, user=user_id).user
    if member.is_bot:
        raise ApprovalInvalid("Bots cannot decide this. A person has to.")
    if member.is_restricted or member.is_ultra_restricted or member.is_stranger:
        raise ApprovalInvalid("Guests cannot decide this. Ask a full member of the workspace.")
    if member.deleted:
        raise ApprovalInvalid("This account has been deactivated and cannot decide.")
    profile = member.profile
    name = profile.display_name or profile.real_name or member.name or member.id
    return Person(id=member.id, name=name)
