"""Write ZimbraAdminService.wsdl from the schemas beside it: one operation for each request in them.

Usage: write_wsdl.py [--check]

Names, bindings and style are those of Zimbra's own description, so a schema's element says all that
an operation needs. With --check nothing is written; the exit status is 1 when the file is not what
would be written.

Source: `WsdlGenerator.java`, `com/zimbra/soap/util/WsdlServiceInfo.java`.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "puq_zimbra" / "zimbra"
TARGET = FOLDER / "ZimbraAdminService.wsdl"
#: the schemas, in the order of their operations
SCHEMAS = ("zimbraAdmin", "zimbraMail", "zimbraAccount", "zimbra")

HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<!-- The part of Zimbra's ZimbraAdminService.wsdl that puq_zimbra sends. Names, bindings and style
     are the server's own (WsdlGenerator.java). The address is set at run time. Written by
     .ci/write_wsdl.py from the schemas: add an element there, then run `make wsdl`. -->
<wsdl:definitions name="ZimbraAdminService"
    targetNamespace="http://www.zimbra.com/wsdl/ZimbraService.wsdl"
    xmlns:svc="http://www.zimbra.com/wsdl/ZimbraService.wsdl"
    xmlns:zimbra="urn:zimbra"
    xmlns:zimbraAccount="urn:zimbraAccount"
    xmlns:zimbraAdmin="urn:zimbraAdmin"
    xmlns:zimbraMail="urn:zimbraMail"
    xmlns:xsd="http://www.w3.org/2001/XMLSchema"
    xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
    xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/">
  <wsdl:types>
    <xsd:schema>
      <xsd:import namespace="urn:zimbra" schemaLocation="zimbra.xsd"/>
      <xsd:import namespace="urn:zimbraAccount" schemaLocation="zimbraAccount.xsd"/>
      <xsd:import namespace="urn:zimbraAdmin" schemaLocation="zimbraAdmin.xsd"/>
      <xsd:import namespace="urn:zimbraMail" schemaLocation="zimbraMail.xsd"/>
    </xsd:schema>
  </wsdl:types>
  <wsdl:message name="soapHdrContext">
    <wsdl:part name="context" element="zimbra:context"/>
  </wsdl:message>
"""
MESSAGE = """\
  <wsdl:message name="{schema}_{element}_Message">
    <wsdl:part name="params" element="{schema}:{element}"/>
  </wsdl:message>
"""
PORT_TYPE = """\
    <wsdl:operation name="{operation}Request">
      <wsdl:input message="svc:{schema}_{name}Request_Message"/>
      <wsdl:output message="svc:{schema}_{name}Response_Message"/>
    </wsdl:operation>
"""
BINDING = """\
    <wsdl:operation name="{operation}Request">
      <soap:operation soapAction="urn:{schema}/{name}"/>
      <wsdl:input>
        <soap:body use="literal" parts="params"/>
        <soap:header message="svc:soapHdrContext" part="context" use="literal"/>
      </wsdl:input>
      <wsdl:output>
        <soap:body use="literal" parts="params"/>
      </wsdl:output>
    </wsdl:operation>
"""
FOOT = """\
  <wsdl:service name="zcsAdminService">
    <wsdl:port name="zcsAdminServicePort" binding="svc:zcsAdminPortBinding">
      <soap:address location="https://localhost:7071/service/admin/soap"/>
    </wsdl:port>
  </wsdl:service>
</wsdl:definitions>
"""


def requests() -> list[dict[str, str]]:
    """The requests of all schemas: schema, name and operation."""
    return [
        {"schema": schema, "name": name, "operation": name[0].lower() + name[1:]}
        for schema in SCHEMAS
        for name in re.findall(
            r'^  <xs:element name="(\w+)Request"',
            (FOLDER / f"{schema}.xsd").read_text("utf-8"),
            re.MULTILINE,
        )
    ]


def wsdl() -> str:
    """The whole description."""
    found = requests()
    elements = [
        {"schema": one["schema"], "element": one["name"] + kind}
        for one in found
        for kind in ("Request", "Response")
    ]
    return "".join(
        (
            HEAD,
            *(MESSAGE.format(**one) for one in elements),
            '  <wsdl:portType name="zcsAdminPortType">\n',
            *(PORT_TYPE.format(**one) for one in found),
            "  </wsdl:portType>\n",
            '  <wsdl:binding name="zcsAdminPortBinding" type="svc:zcsAdminPortType">\n',
            '    <soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>\n',
            *(BINDING.format(**one) for one in found),
            "  </wsdl:binding>\n",
            FOOT,
        )
    )


def main() -> int:
    """Write the file, or with ``--check`` say by the exit status whether it is up to date."""
    text = wsdl()
    if sys.argv[1:] == ["--check"]:
        return int(TARGET.read_text("utf-8") != text)
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
