// Proof of who asks, kept fresh: files that are replaced are read again, a program that gives credentials is asked
// again when they end or are refused. On the strand; the pool, the clock and the runner must outlive it.
#pragma once

#include "base/time.hpp"
#include "clients/kubernetes/access.hpp"
#include "core/failure.hpp"
#include "io/event.hpp"
#include "io/http/client.hpp"
#include "io/pool.hpp"
#include "ports/clock.hpp"
#include "ports/process_runner.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>

namespace forager::kubernetes {

/// What goes with each request.
struct Proof {
    http::Headers headers;
    http::TlsSettings tls;

    Proof() = default;
};

/// What a program said: see `credential_in`.
struct Credential {
    Secret token;
    std::string cert_pem;
    Secret key_pem;
    std::optional<WallTime> ends;

    Credential() = default;
};

/// Reads an ExecCredential. Failures: refused (another kind, neither token nor certificate). Pure.
Result<Credential> credential_in(std::string_view output);

/// Whom the program is asked for, as it expects it in KUBERNETES_EXEC_INFO. Pure.
Object question_for(const Plugin& plugin, const Access& access, const std::string& ca_pem);

class Credentials {
public:
    Credentials(BlockingPool& pool, Clock& clock, ProcessRunner& runner, const Access& access)
        : pool_{pool}, clock_{clock}, runner_{runner}, access_{access}
    {
    }
    Credentials(const Credentials&) = delete;
    Credentials& operator=(const Credentials&) = delete;

    /// Failures: not_found, refused (a file; the program, with what it said), timed_out.
    boost::asio::awaitable<Result<Proof>> proof();

    /// The server did not believe it: the next one is made anew.
    void doubt();

private:
    boost::asio::awaitable<Result<Proof>> fresh_proof();
    boost::asio::awaitable<Result<Credential>> ask(const Plugin& plugin, std::string ca_pem);
    bool is_fresh() const { return proof_ && clock_.now() < fresh_until_; }

    BlockingPool& pool_;
    Clock& clock_;
    ProcessRunner& runner_;
    const Access& access_;
    std::optional<Proof> proof_;
    TimePoint fresh_until_{};
    std::optional<Credential> given_; // by the program
    std::shared_ptr<Event> making_;   // somebody makes a proof: others wait for it
};

} // namespace forager::kubernetes
