"""The sender in the DNS: who may send for it (SPF), what is asked of mail that fails (DMARC), and where answers go.

Gmail and Yahoo want both, and a domain in From that one of SPF and DKIM proves; Microsoft wants all three.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.config.fields import is_loopback
from newsletter.config.providers import ESP
from newsletter.doctor.dmarc import read_dmarc
from newsletter.doctor.examined import error, ok, unknown, warning
from newsletter.doctor.spf import UNKNOWN, read_spf
from newsletter.wording import counted, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from newsletter.config import Settings
    from newsletter.doctor.dmarc import Policy
    from newsletter.doctor.examined import Examined
    from newsletter.doctor.names import Names
    from newsletter.doctor.outside import Outside

_SPF, _SPF_HOST, _DMARC, _ALIGNED = "SPF", "SPF and the server", "DMARC", "alignment"
_SHOWN = 3
"""Of the servers of one domain."""
_OPEN_TO_ALL = frozenset({"all", "+all"})


def domain_of(address: str) -> str:
    """Return the domain of a mail address, in lower case."""
    return address.rpartition("@")[2].lower()


def examine_spf(settings: Settings, outside: Outside) -> tuple[Examined, ...]:
    """Look at the record of the domain that bounces go to, which is the one that receivers ask."""
    domain = domain_of(settings.delivery.envelope_sender)
    if _by_provider(settings):
        found = f"bounces go where {settings.delivery.transport} wants them, whose domain has a record of its own"
        return (unknown(_SPF, found, "send a test to Gmail and look for SPF: PASS"),)
    numbers = _numbers_of_server(settings, outside.names)
    read = read_spf(outside.names, domain, numbers)
    if not read.record and not read.faults:
        mend = f'publish one TXT record at {domain}, such as "v=spf1 include:… ~all", with what your provider names'
        return (error(_SPF, f"{domain} has no SPF record", mend),)
    if read.faults:
        mend = "mend the record: as it is, receivers take it for broken and trust nobody by it"
        return (error(_SPF, f"{domain}: {'; '.join(read.faults)}", mend),)
    if _OPEN_TO_ALL & set(read.record.lower().split()):
        mend = "end it with ~all or -all: as it is, anybody may send in your name"
        return (error(_SPF, f"{domain}: {quoted(read.record)}", mend),)
    how_many = f"{counted(read.lookups, 'look-up')} of the 10 that it may take"
    return ok(_SPF, f"{domain}: {quoted(read.record)}, {how_many}"), _spf_host(settings, domain, read.results)


def _by_provider(settings: Settings) -> bool:
    """Tell whether a provider hands the mail on, with an envelope and a signature of its own choice."""
    return settings.delivery.transport.startswith(ESP)


def _numbers_of_server(settings: Settings, names: Names) -> Sequence[str]:
    """Return the addresses of the mail server, where it is a machine of its own that mail goes to."""
    host = settings.smtp.host
    if settings.delivery.transport != "smtp" or is_loopback(host):
        return ()
    return [host] if _is_number(host) else names.numbers(host)


def _is_number(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()


def _spf_host(settings: Settings, domain: str, results: dict[str, str]) -> Examined:
    """Say whether the record lets the configured server send; only a host that hands mail on itself has to be in it."""
    if settings.delivery.transport != "smtp":
        return unknown(
            _SPF_HOST, f'mail goes by "{settings.delivery.transport}", so no server of yours is known to send'
        )
    if not results:
        return unknown(
            _SPF_HOST,
            f"which address {settings.smtp.host} sends from cannot be seen from here",
            f"see that the record of {domain} names it, or includes your provider",
        )
    passing = [number for number, result in results.items() if result == "pass"]
    if len(passing) == len(results):
        return ok(_SPF_HOST, f"{domain} lets {settings.smtp.host} send ({', '.join(passing)})")
    others = ", ".join(f"{number}: {result}" for number, result in results.items() if result != "pass")
    why = "; its macros, and ptr, are judged for each mail" if UNKNOWN in results.values() else ""
    return unknown(
        _SPF_HOST,
        f"{domain} does not name {settings.smtp.host} ({others}), which may hand mail on to others that it names{why}",
        "ask your provider which include: it wants, or send a test to Gmail and look for SPF: PASS",
    )


def examine_dmarc(settings: Settings, outside: Outside) -> tuple[Examined, ...]:
    """Look at the policy of the domain in From, and whether a signature or the envelope proves that domain."""
    author = domain_of(settings.newsletter.from_address)
    policy = read_dmarc(outside.names, author)
    mend = f'publish one TXT record at _dmarc.{author}, such as "v=DMARC1; p=none; rua=mailto:…"'
    if not policy.records:
        found = error(_DMARC, f"{author} has no DMARC record, and neither have the domains above it", mend)
    elif policy.records > 1:
        found = error(_DMARC, f"_dmarc.{policy.domain} has {policy.records} records, which count as none", mend)
    elif not policy.request:
        found = error(_DMARC, f"_dmarc.{policy.domain} says no p= of none, quarantine or reject", mend)
    else:
        found = ok(_DMARC, f"_dmarc.{policy.domain} says p={policy.request}")
    return found, _alignment(settings, policy)


def _alignment(settings: Settings, policy: Policy) -> Examined:
    if _by_provider(settings):
        found = f"the signature of {settings.delivery.transport} has to stand for {policy.author} in From"
        mend = f"set {policy.author} up in its pages, send a test to Gmail and look for DMARC: PASS"
        return unknown(_ALIGNED, found, mend)
    envelope = domain_of(settings.delivery.envelope_sender)
    signs = bool(settings.dkim.selector or settings.dkim.ed25519_selector)
    proofs = {
        f"the signature's {settings.dkim.domain}": signs and policy.covers(settings.dkim.domain, "adkim"),
        f"the envelope's {envelope}": policy.covers(envelope, "aspf"),
    }
    good = [name for name, is_good in proofs.items() if is_good]
    if len(good) == len(proofs) or (good and not signs):
        return ok(
            _ALIGNED, f"{' and '.join(good)} {'stand' if len(good) > 1 else 'stands'} for {policy.author} in From"
        )
    if good:
        (bad,) = (name for name in proofs if name not in good)
        mend = "let both be of one organisation: Microsoft wants both to pass"
        return warning(_ALIGNED, f"{good[0]} stands for {policy.author} in From, and {bad} does not", mend)
    if not signs:
        found = f"the envelope's {envelope} does not stand for {policy.author} in From; the server's signature has to"
        return unknown(_ALIGNED, found, "send a test to Gmail and look for DMARC: PASS")
    mend = "set dkim.domain or delivery.envelope_sender to the domain of from_address, or to one below it"
    found = f"neither {' nor '.join(proofs)} stands for {policy.author} in From"
    return error(_ALIGNED, found, mend)


def examine_answers(settings: Settings, outside: Outside) -> tuple[Examined, ...]:
    """Look where answers and bounces go: each domain needs a server that takes mail."""
    newsletter = settings.newsletter
    uses = {"from_address": newsletter.from_address, "reply_to": newsletter.reply_to}
    uses["envelope_sender"] = settings.delivery.envelope_sender
    by_domain: dict[str, list[str]] = {}
    for use, address in uses.items():
        if address:
            by_domain.setdefault(domain_of(address), []).append(use)
    return tuple(_answers(outside.names, domain, uses) for domain, uses in by_domain.items())


def _answers(names: Names, domain: str, uses: Sequence[str]) -> Examined:
    name, lead = uses[0], f"MX of {domain}, for {' and '.join(uses)}:"
    hosts = names.mail_servers(domain)
    if hosts == ["."]:
        mend = "use an address of a domain that takes mail: many servers refuse a sender that cannot be answered"
        return error(name, f"{lead} it says that it takes no mail (RFC 7505)", mend)
    if hosts:
        if any(names.numbers(host) for host in hosts):
            return ok(name, f"{lead} {', '.join(hosts[:_SHOWN])}{', …' if len(hosts) > _SHOWN else ''}")
        return error(name, f"{lead} none of {', '.join(hosts)} is there", f"mend the MX records of {domain}")
    mend = f"publish an MX record at {domain}: many servers refuse a sender that cannot be answered"
    if names.numbers(domain):
        return warning(name, f"{lead} there is none, so its own host is asked", mend)
    return error(name, f"{lead} there is none, and no such host", mend)


def examine_reverse(settings: Settings, outside: Outside) -> tuple[Examined, ...]:
    """Look whether the mail server's addresses have a name that leads back to them (FCrDNS)."""
    name, host = "PTR of the server", settings.smtp.host
    numbers = _numbers_of_server(settings, outside.names)
    if settings.delivery.transport != "smtp":
        return (unknown(name, f'mail goes by "{settings.delivery.transport}", so no server of yours is known to send'),)
    if is_loopback(host):
        mend = "if it hands mail to receivers itself, see that its public address has a name that leads back to it"
        return (unknown(name, f"under which address {host} is seen by others is not known here", mend),)
    if not numbers:
        return (error(name, f"there is no host {quoted(host)}", "look at smtp.host"),)
    nameless = [number for number in numbers if not _confirmed(outside.names, number)]
    if nameless:
        mend = "if it hands mail to receivers itself, let who gives you the address set it: Gmail refuses mail without"
        return (warning(name, f"{', '.join(nameless)} of {host} has no name that leads back to it", mend),)
    return (ok(name, f"{', '.join(numbers)} of {host} has a name that leads back to it"),)


def _confirmed(names: Names, number: str) -> bool:
    return any(number in names.numbers(host) for host in names.hosts(number)[:5])
