#include "io/http/authorities.hpp"

#include <openssl/x509.h>

#include <unistd.h>

#include <array>
#include <cstdlib>

namespace forager::http {

std::string find_authorities(const std::string& root)
{
    constexpr std::array places{
        "/etc/ssl/certs/ca-certificates.crt", // Debian, Arch, Gentoo
        "/etc/pki/tls/certs/ca-bundle.crt",   // Fedora, RHEL before 10
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
        "/etc/ssl/ca-bundle.pem", // openSUSE
        "/etc/ssl/cert.pem",      // Alpine
    };
    for (const char* place : places)
        if (::access((root + place).c_str(), R_OK) == 0)
            return root + place;
    return {};
}

bool openssl_finds_authorities()
{
    return std::getenv(X509_get_default_cert_file_env()) != nullptr ||
           std::getenv(X509_get_default_cert_dir_env()) != nullptr ||
           ::access(X509_get_default_cert_file(), R_OK) == 0 || ::access(X509_get_default_cert_dir(), R_OK) == 0;
}

} // namespace forager::http
