// The certificate that a server shows, and the TLS that it speaks with it (1.2 or newer). Used by the server, on the
// strand.
#pragma once

#include "core/failure.hpp"
#include "io/http/server/wire.hpp"

#include <memory>
#include <string>

struct ssl_ctx_st;

namespace forager::http {

class TlsIdentity {
public:
    /// Reads both PEM files: a chain and its key. Failures: not_found and bad_arguments, naming the file.
    static Result<std::shared_ptr<TlsIdentity>> load(std::string cert_file, std::string key_file);

    /// Reads the files again, for connections to come. After a failure all is as it was.
    Result<void> renew();

    /// For a socket that does not block and outlives it; the client shakes hands while it is read from. The process
    /// must ignore SIGPIPE.
    std::unique_ptr<Wire> wire(int socket) const;

private:
    TlsIdentity(std::string cert_file, std::string key_file)
        : cert_file_{std::move(cert_file)}, key_file_{std::move(key_file)}
    {
    }

    std::string cert_file_;
    std::string key_file_;
    std::shared_ptr<ssl_ctx_st> context_;
};

} // namespace forager::http
