// Certificates made on the spot, for tests of TLS.
#pragma once

#include <string>
#include <vector>

namespace forager::test {

struct CertificatePlan {
    std::vector<std::string> names; ///< "DNS:example.org", "IP:127.0.0.1"
    int days_from = -1;
    int days_until = 1;
    bool authority = false;
};

/// Certificate and private key as PEM text.
struct Identity {
    std::string certificate;
    std::string key;
};

Identity self_signed(const CertificatePlan& plan);
Identity signed_by(const Identity& authority, const CertificatePlan& plan);

} // namespace forager::test
