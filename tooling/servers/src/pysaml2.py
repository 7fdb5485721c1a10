"""A SAML identity provider on pysaml2 and xmlsec1: a login page, signed responses, encrypted assertions.

The settings come as JSON on the command line. pysaml2 encrypts with triple DES unless it is told otherwise; here it is.
"""
import base64
import functools
import html
import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlparse

import saml2.entity
import saml2.sigver
from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.authn_context import PASSWORDPROTECTEDTRANSPORT
from saml2.config import IdPConfig
from saml2.metadata import create_metadata_string
from saml2.saml import NAMEID_FORMAT_PERSISTENT, NameID
from saml2.server import Server
from saml2.sigver import verify_redirect_signature

SETTINGS = json.loads(sys.argv[1])
BASE = f"http://127.0.0.1:{SETTINGS['port']}"

if SETTINGS["encryption"] == "gcm":
    gcm = "http://www.w3.org/2009/xmlenc11#aes256-gcm"
    saml2.entity.pre_encryption_part = functools.partial(saml2.sigver.pre_encryption_part, msg_enc=gcm)
    backend = saml2.sigver.CryptoBackendXmlSec1
    encrypt = backend.encrypt_assertion
    backend.encrypt_assertion = lambda self, statement, key, template, _type=None, *rest, **more: encrypt(
        self, statement, key, template, "aes-256", *rest, **more
    )


def provider(service_metadata, signature_inside=True):
    config = IdPConfig()
    config.load(
        {
            "entityid": BASE + "/metadata",
            "service": {
                "idp": {
                    "endpoints": {
                        "single_sign_on_service": [
                            (BASE + "/sso", BINDING_HTTP_REDIRECT),
                            (BASE + "/sso", BINDING_HTTP_POST),
                        ]
                    },
                    "want_authn_requests_signed": signature_inside,
                    "policy": {"default": {"lifetime": {"minutes": 5}, "attribute_restrictions": None}},
                }
            },
            "key_file": SETTINGS["keyFile"],
            "cert_file": SETTINGS["certificateFile"],
            "metadata": {"inline": [service_metadata]} if service_metadata else {},
            "xmlsec_binary": SETTINGS["xmlsec1"],
        }
    )
    return config


def signed_by_service(idp, entity_id, fields):
    """Whether the query of a redirect carries a signature of the service; this version of pysaml2 does not look."""
    message = {name: fields[name] for name in ("SAMLRequest", "RelayState", "SigAlg", "Signature") if name in fields}
    certificates = idp.metadata.certs(entity_id, "any", "signing")
    return any(verify_redirect_signature(dict(message), idp.sec.sec_backend, certificate) for certificate in certificates)


class Handler(BaseHTTPRequestHandler):
    service_metadata = None

    def do_GET(self):
        path, query = urlparse(self.path).path, urlparse(self.path).query
        if path == "/metadata":
            text = create_metadata_string(None, config=provider(None)).decode()
            self.answer(text, "application/samlmetadata+xml")
        elif path == "/sso":
            self.login_page({name: values[0] for name, values in parse_qs(query).items()}, "redirect")
        else:
            self.send_error(404)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        fields = {name: values[0] for name, values in parse_qs(body).items()}
        if self.path == "/service":
            Handler.service_metadata = fields["metadata"]
            self.answer("known", "text/plain")
        elif self.path == "/sso":
            self.login_page(fields, "post")
        elif self.path == "/login":
            self.respond(fields)
        else:
            self.send_error(404)

    def login_page(self, message, binding):
        hidden = {name: message[name] for name in message} | {"binding": binding}
        self.form("/login", hidden, '<input name="username"><input name="password" type="password">')

    def respond(self, fields):
        person = SETTINGS["people"].get(fields["username"])
        if person is None or fields["password"] != "secret":
            return self.send_error(401)
        binding = BINDING_HTTP_POST if fields["binding"] == "post" else BINDING_HTTP_REDIRECT
        idp = Server(config=provider(Handler.service_metadata, signature_inside=binding == BINDING_HTTP_POST))
        request = idp.parse_authn_request(fields["SAMLRequest"], binding).message
        if binding == BINDING_HTTP_REDIRECT and not signed_by_service(idp, request.issuer.text, fields):
            return self.send_error(403)
        arguments = idp.response_args(request, [BINDING_HTTP_POST])
        arguments.pop("binding")
        response = idp.create_authn_response(
            person,
            name_id=NameID(format=NAMEID_FORMAT_PERSISTENT, text=fields["username"]),
            authn={"class_ref": PASSWORDPROTECTEDTRANSPORT, "authn_auth": BASE},
            sign_assertion=True,
            encrypt_assertion=SETTINGS["encryption"] is not None,
            sign_alg="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            digest_alg="http://www.w3.org/2001/04/xmlenc#sha256",
            **arguments,
        )
        encoded = base64.b64encode(str(response).encode()).decode()
        self.form(arguments["destination"], {"SAMLResponse": encoded, "RelayState": fields["RelayState"]}, "")

    def form(self, action, hidden, visible):
        quoted = lambda text: html.escape(text, quote=True)
        inputs = "".join(f'<input type="hidden" name="{quoted(n)}" value="{quoted(v)}">' for n, v in hidden.items())
        button = '<button type="submit">Go on</button>'
        script = "" if visible else "<script>document.forms[0].submit()</script>"
        page = f'<form method="post" action="{quoted(action)}">{inputs}{visible}{button}</form>{script}'
        self.answer(page, "text/html")

    def answer(self, text, kind):
        body = text.encode()
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


HTTPServer(("127.0.0.1", SETTINGS["port"]), Handler).serve_forever()
