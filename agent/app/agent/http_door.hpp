// The agent's [http] server: whether it lives and takes work, its metrics, and the hooks of its scripts. Made by the
// agent where the configuration asks for it; on the strand.
#pragma once

#include "app/agent/log.hpp"
#include "config/config.hpp"
#include "io/formats/open_metrics.hpp"
#include "io/http/server/server.hpp"
#include "runtime/task_group.hpp"
#include "sources/hook/hook_source.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace forager {

class HttpDoor {
public:
    /// What it answers itself; every other path is for hooks, and so is "/" where a script has a hook there.
    static constexpr std::array<std::string_view, 4> own_paths = {"/", "/healthz", "/readyz", "/metrics"};

    /// All must outlive it.
    struct Parts {
        boost::asio::any_io_executor executor;
        Clock& clock;
        const AgentLog& log;
        HookSource::Parts hooks;
        std::function<std::string()> trouble; ///< why the agent takes no work, or empty
        std::function<std::string(MetricsText::Form form)> metrics;
        std::function<std::string()> page; ///< the status as HTML
    };

    /// Listens and answers from now on, "starting" first. The configuration was checked: other machines are let in with
    /// a token and TLS alone. Failures: refused (another program listens there), bad_arguments (no address, no
    /// certificate), not_found (its file).
    static Result<std::unique_ptr<HttpDoor>> open(const config::HttpConfig& http, const config::LimitsConfig& limits,
                                                  Parts parts);

    HttpDoor(const HttpDoor&) = delete;
    HttpDoor& operator=(const HttpDoor&) = delete;
    /// `close` must have ended, or the loop must.
    ~HttpDoor() = default;

    /// The hooks that are served from now on.
    void serve(std::vector<Hook> hooks);

    /// Reads the files of its certificate again, for connections to come.
    void renew_certificate();

    /// It takes work.
    void ready() { stage_ = Stage::ready; }

    /// It takes no more work, and goes on to say so.
    void stopping();

    /// Lets handlers end until then, and cancels the rest.
    boost::asio::awaitable<void> close(TimePoint deadline);

    /// HOST:PORT, with the port that it is.
    const std::string& address() const { return address_; }

    /// Empty when the agent takes work; else why it does not.
    std::string trouble() const;

    const std::map<int, std::uint64_t>& replies() const { return replies_; }
    std::size_t hooks_running() const { return hooks_.running(); }

private:
    enum class Stage { starting, ready, stopping };

    HttpDoor(const config::HttpConfig& http, const config::LimitsConfig& limits, Parts parts);

    Result<void> listen(const std::string& host, std::uint16_t port);
    boost::asio::awaitable<http::Reply> handle(http::ServedRequest request);
    boost::asio::awaitable<http::Reply> answer(http::ServedRequest request);
    std::optional<http::Reply> refusal(const http::ServedRequest& request) const;
    http::Reply answer_itself(const http::ServedRequest& request) const;
    http::Reply metrics(const http::ServedRequest& request) const;
    http::Reply page() const;
    bool is_own_path(std::string_view path) const;

    Parts parts_;
    Secret token_;
    bool for_this_machine_;
    std::string address_;
    Stage stage_ = Stage::starting;
    std::shared_ptr<http::TlsIdentity> identity_; // null: no TLS
    HookSource hooks_;
    bool gives_root_away_ = false; // to a hook
    http::Server server_;
    TaskGroup group_;
    std::map<int, std::uint64_t> replies_; // by status
};

} // namespace forager
