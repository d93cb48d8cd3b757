"""How a machine reaches PyPI."""

#: For tests in which pip runs: what its user has set for it.
PYPI_ENVIRONMENT = [
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NO_PROXY",
    "PIP_CERT",
    "PIP_CONFIG_FILE",
    "PIP_EXTRA_INDEX_URL",
    "PIP_FIND_LINKS",
    "PIP_INDEX_URL",
    "PIP_NO_INDEX",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_FILE",
]
