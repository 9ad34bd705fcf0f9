"""Which product answers: Zimbra, or its fork Carbonio, which counts some things differently.

Versions are never compared: Carbonio reports its package's (4.23.1), which is lower than those of
older releases (23.x).

Source: `service/admin/GetVersionInfo.java`; carbonio-mailbox `store/pom.xml`.
"""

from __future__ import annotations

from collections.abc import Mapping


def is_carbonio(info: Mapping[str, str]) -> bool:
    """Whether GetVersionInfo's answer is Carbonio's.

    >>> is_carbonio({"version": "4.23.1_ZEXTRAS_202510.FOSS"}), is_carbonio({"version": "10.1.3"})
    (True, False)
    """
    return "ZEXTRAS" in info.get("version", "").upper()
