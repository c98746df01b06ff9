// Where a system keeps the authorities that it trusts, for an OpenSSL that was built for another system. Used by TLS.
#pragma once

#include <string>

namespace forager::http {

/// The first file of authorities that is there, of those that distributions have below `root`; empty: there is none.
std::string find_authorities(const std::string& root);

/// Whether OpenSSL itself finds some: where it was built to look, or where SSL_CERT_FILE or SSL_CERT_DIR says.
bool openssl_finds_authorities();

} // namespace forager::http
