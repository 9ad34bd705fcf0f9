"""The one reader of amounts: what can be read in one way is read, what can in two is refused."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from puq_zimbra import amounts
from puq_zimbra.errors import Invalid
from puq_zimbra.units import GB, MB

KB, TB = 2**10, 2**40
#: what divides thousands, and the decimal signs that go with it
WAYS = [
    ("", ",."), (" ", ",."), ("\u00a0", ",."), ("\u202f", ",."), ("\u2009", ",."), ("'", ",."),
    (".", ","), (",", "."),
]  # fmt: skip


def told(read: Callable[[str, str], int | None], text: str) -> int | str | None:
    """What a text is read as, or the sentence that refuses it."""
    try:
        return read(text, "Field")
    except Invalid as error:
        return str(error)


@pytest.mark.parametrize(
    "text",
    ["Unlimited", "UNLIMITED", "no limit", "bez limitu", "Nieograniczone", "nieograniczona",
     "nielimitowane", "Brak limitu", "Unbegrenzt", "∞",
     "-1", "\u22121", "-1.00", " Unlimited\u00a0"],
)  # fmt: skip
def test_unlimited_in_each_language_of_ours(text: str) -> None:
    """The customer paid for it, whatever language the provider sells in."""
    assert amounts.count(text, "Mailboxes") is None
    assert amounts.size(text, "Mailbox quota") is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("25", 25), (" 25 ", 25), ("25.00", 25), ("25,0", 25), ("0", 0), ("1 024", 1024),
        ("1\u202f024", 1024), ("1\u2009024", 1024), ("1\u00a0024", 1024), ("1'024", 1024),
        ("1.234.567", 1234567), ("1,234,567.00", 1234567), ("1.024,00", 1024),
    ],
)  # fmt: skip
def test_counts(text: str, number: int) -> None:
    """As people and databases write whole numbers."""
    assert amounts.count(text, "Mailboxes") == number


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("5120", 5120 * MB), ("5120.00", 5120 * MB), ("10,5", 21 * MB // 2), ("10.5", 21 * MB // 2),
        ("10 GB", 10 * GB), ("10GB", 10 * GB), ("10gb", 10 * GB), ("10\u00a0GiB", 10 * GB),
        ("10 G", 10 * GB), ("10,5 GB", 21 * GB // 2), ("512 MB", 512 * MB), ("1 TB", TB),
        ("2048 KB", 2 * MB), ("1048576 bytes", MB), ("1 024 MB", GB), ("5.120,00", 5120 * MB),
        ("1,024.50", 1024 * MB + MB // 2), ("0,125 GB", 128 * MB), ("0.125", MB // 8),
        ("5120.000", 5120 * MB), ("0", 0), ("0 GB", 0),
    ],
)  # fmt: skip
def test_sizes(text: str, size: int) -> None:
    """A number without a unit is in megabytes, a part of one is whole bytes."""
    assert amounts.size(text, "Mailbox quota") == size


@pytest.mark.parametrize("text", ["5.120", "1,024", "1.024 GB", "10,240 MB", "999.999"])
@pytest.mark.parametrize("read", [amounts.count, amounts.size])
def test_what_can_be_read_in_two_ways_is_refused(
    read: Callable[[str, str], int | None], text: str
) -> None:
    """A wrong guess would be a thousand times too much or too little; the advice can be read."""
    with pytest.raises(Invalid) as raised:
        read(text, "Pojemność (MB)")
    message = str(raised.value)
    advised = re.search(r"write (\S+) or (\S+)\.$", message)

    assert message.startswith(f"Pojemność (MB) is {text}, which can be read in two ways")
    assert advised
    whole, part = (amounts.size(one, "x") for one in advised.groups())
    assert whole
    assert part
    assert round(whole / part) == 1000


@pytest.mark.parametrize(
    "text",
    ["", " ", "many", "25.5", "25 GB", "25 mailboxes", "-2", "1e3", "٣", "10²", "10 24", "1.2.3",
     "1.234,567,8", ",5", "5,", "0x10", "1_000", "99999999999", "9" * 5000, "NaN", "+ -1"],
)  # fmt: skip
def test_what_is_no_count_is_refused(text: str) -> None:
    """With the field's name."""
    with pytest.raises(Invalid, match=r"^Mailboxes is "):
        amounts.count(text, "Mailboxes")


@pytest.mark.parametrize(
    "text",
    ["", "GB", "10 XB", "10 GB GB", "-5 GB", "-1 GB", "10 24 MB", "1.2.3 GB", "9" * 20 + " TB",
     "10 GB or so", "0,0000000001", "٣ GB"],
)  # fmt: skip
def test_what_is_no_size_is_refused(text: str) -> None:
    """What is too little would round to 0, which is unlimited."""
    with pytest.raises(Invalid, match=r"^Mailbox quota is "):
        amounts.size(text, "Mailbox quota")


def test_the_largest_amount_is_read_and_no_larger_one() -> None:
    """Zimbra and the store keep 31 bits of a count and 63 of a size."""
    assert amounts.count(str(2**31 - 1), "Mailboxes") == 2**31 - 1
    assert amounts.size(f"{2**63 - 1} B", "Mailbox quota") == 2**63 - 1
    with pytest.raises(Invalid, match=r"^Mailboxes is 2147483648, which is too large"):
        amounts.count(str(2**31), "Mailboxes")
    with pytest.raises(Invalid, match=r"^Mailbox quota is .*, which is too large"):
        amounts.size(f"{2**63} B", "Mailbox quota")


def test_a_field_without_a_unit_wants_one_in_the_value() -> None:
    """Whether 5 are megabytes or gigabytes is for nobody to guess."""
    with pytest.raises(Invalid, match="could be MB or GB"):
        amounts.size("5", "Pojemność skrzynki", "")

    assert amounts.size("5 GB", "Pojemność skrzynki", "") == 5 * GB
    assert amounts.size("5", "Pojemność skrzynki (GB)", "gb") == 5 * GB


@given(
    number=st.integers(0, 2**31 - 1),
    way=st.sampled_from(WAYS),
    decimals=st.integers(0, 4),
    data=st.data(),
)
def test_a_number_is_read_as_it_was_written_or_refused(
    number: int, way: tuple[str, str], decimals: int, data: st.DataObject
) -> None:
    """No way of writing may be read as another number."""
    thousands, signs = way
    text = f"{number:,}".replace(",", thousands)
    if decimals:
        text += data.draw(st.sampled_from(signs)) + "0" * decimals
    found = told(amounts.count, text)

    if re.fullmatch(r"[1-9][0-9]{0,2}[.,][0-9]{3}", text):
        assert "two ways" in str(found)
    else:
        assert found == number


@given(st.text(max_size=12) | st.from_regex(r"-?[0-9., ']{1,12} ?[KMGTkmgt]?[Bb]?", fullmatch=True))
def test_any_text_is_read_or_refused_by_name(text: str) -> None:
    """Nothing that a customer or an administrator types may break a hook."""
    for read in (amounts.count, amounts.size):
        found = told(read, text)
        if isinstance(found, str):
            assert found.startswith("Field is ")
        else:
            assert found is None or 0 <= found < 2**63


def in_gb_or_mb(text: str, name: str) -> int | None:
    """Read a size that has to say its own unit."""
    return amounts.size(text, name, "")


@pytest.mark.parametrize(
    ("read", "text", "sentence"),
    [
        (amounts.count, "ten", "which is not a whole number: write one such as 25, or Unlimited."),
        (amounts.count, "10 gb",
         "which is not a whole number: write one such as 25, or Unlimited."),
        (amounts.count, "5.120", "which can be read in two ways: write 5120 or 5,12."),
        (amounts.count, "5.000", "which can be read in two ways: write 5000 or 5,0."),
        (amounts.count, "5.123", "which can be read in two ways: write 5123 or 5,1230."),
        (amounts.count, "9" * 20, "which is too large."),
        (amounts.size, "big", "which is not a size: write one such as 10 GB, or Unlimited."),
        (amounts.size, "5 miles", "which is not a size: write one such as 10 GB, or Unlimited."),
        (amounts.size, "9" * 30, "which is too large."),
        (amounts.size, "0,1 b", "which is less than a byte."),
        (in_gb_or_mb, "10", "which could be MB or GB: write the unit behind the number."),
        (amounts.days, "5.120", "which can be read in two ways: write 5120 or 5,12."),
        (amounts.days, "two", "which is not a whole number of days: write one such as 14; to delete"
         " nothing, keep the mail on termination."),
        (amounts.days, "-1", "which is not a whole number of days: write one such as 14; to delete"
         " nothing, keep the mail on termination."),
    ],
)  # fmt: skip
def test_a_refusal_names_the_field_and_what_stands_there(
    read: Callable[[str, str], int | None], text: str, sentence: str
) -> None:
    """The whole sentence: a person corrects the field by it."""
    assert told(read, text) == f"Field is {text}, {sentence}"


@pytest.mark.parametrize(
    ("read", "text", "amount"),
    [
        (amounts.days, "14", 14), (amounts.days, "0", 0), (amounts.size, "1 b", 1),
        (amounts.size, "2 b", 2), (in_gb_or_mb, "0", 0), (amounts.count, "1.234.567", 1234567),
    ],
)  # fmt: skip
def test_amounts_at_the_edges(
    read: Callable[[str, str], int | None], text: str, amount: int
) -> None:
    """One byte is a size, and nothing needs no unit."""
    assert told(read, text) == amount
