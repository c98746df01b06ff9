// What is wrong with a certificate, in words. Used by the TLS transport.
#pragma once

#include <openssl/x509_vfy.h>

#include <string>

namespace forager::http {

/// The end of a sentence that begins "the certificate of example.org:443 ", for the verification that just failed.
std::string describe_rejection(X509_STORE_CTX* verification);

} // namespace forager::http
