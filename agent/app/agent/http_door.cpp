#include "app/agent/http_door.hpp"

#include "io/http/server/caller.hpp"
#include "ports/within.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

struct Place {
    std::string host;
    std::uint16_t port = 0;
};

// The configuration is held to HOST:PORT when it is read.
Place place_of(std::string_view listen)
{
    Place place;
    const std::size_t colon = listen.rfind(':');
    const std::string_view port = listen.substr(colon + 1);
    (void)std::from_chars(port.data(), port.data() + port.size(), place.port);
    std::string_view host = listen.substr(0, colon);
    if (host.starts_with('['))
        host = host.substr(1, host.size() - 2);
    place.host = host == "localhost" ? "127.0.0.1" : host;
    return place;
}

Result<std::shared_ptr<http::TlsIdentity>> identity_of(const config::HttpConfig& http)
{
    if (http.cert_file.empty())
        return std::shared_ptr<http::TlsIdentity>{};
    return http::TlsIdentity::load(http.cert_file, http.key_file);
}

Failure in_section(const Failure& failure)
{
    return {failure.code, "[http] " + failure.message};
}

http::Server::Config server_config(const config::LimitsConfig& limits)
{
    constexpr std::size_t most = 10'000;
    constexpr std::size_t for_probes = 64; // they must get in while all hooks are busy
    http::Server::Config config;
    config.connections = std::min(limits.events, most) + for_probes;
    config.body_limit = limits.request;
    config.grace = Duration{}; // `close` has waited before
    return config;
}

HookSource::Config hook_config(const config::LimitsConfig& limits)
{
    HookSource::Config config;
    config.at_once = limits.events;
    // As JSON: bytes that are no letters take up to six times their room, and the head comes on top.
    constexpr std::size_t escaped = 6;
    constexpr std::size_t head = std::size_t{512} * 1024;
    config.event = escaped * limits.request + head;
    return config;
}

} // namespace

HttpDoor::HttpDoor(const config::HttpConfig& http, const config::LimitsConfig& limits, Parts parts)
    : parts_{std::move(parts)},
      token_{http.token},
      for_this_machine_{http::is_loopback_name(http.listen)},
      hooks_{parts_.executor, parts_.hooks, hook_config(limits)},
      server_{parts_.executor, parts_.clock, [this](http::ServedRequest request) { return handle(std::move(request)); },
              server_config(limits)},
      group_{parts_.executor}
{
}

Result<std::unique_ptr<HttpDoor>> HttpDoor::open(const config::HttpConfig& http, const config::LimitsConfig& limits,
                                                 Parts parts)
{
    auto identity = identity_of(http);
    if (!identity)
        return in_section(identity.error());
    const Place place = place_of(http.listen);
    std::unique_ptr<HttpDoor> door{new HttpDoor{http, limits, std::move(parts)}};
    door->identity_ = std::move(*identity);
    if (auto listening = door->listen(place.host, place.port); !listening)
        return in_section(listening.error());
    door->group_.spawn("http", door->server_.run());
    return door;
}

Result<void> HttpDoor::listen(const std::string& host, std::uint16_t port)
{
    const auto bound = server_.listen_tcp(host, port, identity_);
    if (!bound)
        return bound.error();
    const bool is_v6 = host.find(':') != std::string::npos;
    address_ = (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(*bound);
    return {};
}

void HttpDoor::serve(std::vector<Hook> hooks)
{
    const std::vector<std::string> root = {""};
    gives_root_away_ = std::ranges::any_of(hooks, [&](const Hook& hook) { return hook.route.match(root).has_value(); });
    hooks_.set(std::move(hooks));
}

bool HttpDoor::is_own_path(std::string_view path) const
{
    return !(gives_root_away_ && path == "/") && std::ranges::find(own_paths, path) != own_paths.end();
}

void HttpDoor::renew_certificate()
{
    if (!identity_)
        return;
    if (const auto renewed = identity_->renew(); !renewed)
        parts_.log.fail("[http] goes on with the certificate that it has: " + renewed.error().message);
}

void HttpDoor::stopping()
{
    stage_ = Stage::stopping;
    hooks_.stop();
}

asio::awaitable<void> HttpDoor::close(TimePoint deadline)
{
    (void)co_await within(parts_.clock, deadline, hooks_.idle());
    group_.cancel();
    co_await group_.emptied();
}

std::string HttpDoor::trouble() const
{
    switch (stage_) {
    case Stage::starting: return "starting";
    case Stage::ready: return parts_.trouble();
    case Stage::stopping: return "stopping";
    }
    return {};
}

asio::awaitable<http::Reply> HttpDoor::handle(http::ServedRequest request)
{
    http::Reply reply = co_await answer(std::move(request));
    ++replies_[reply.status];
    co_return reply;
}

asio::awaitable<http::Reply> HttpDoor::answer(http::ServedRequest request)
{
    const bool own = is_own_path(request.path);
    if (own || !hooks_.proves_itself(request)) {
        if (auto refused = refusal(request))
            co_return std::move(*refused);
        if (!token_.empty())
            request.headers.remove("Authorization"); // the agent's token is no business of scripts
    }
    if (own)
        co_return answer_itself(request);
    if (stage_ == Stage::starting) {
        http::Reply reply = http::failure_reply(503, {Errc::refused, "the agent is starting: try again"});
        reply.headers.add("Retry-After", "1");
        co_return reply;
    }
    http::Reply reply = co_await hooks_.handle(std::move(request));
    co_return reply;
}

// Who shows the token is welcome under any name: no foreign page knows it.
std::optional<http::Reply> HttpDoor::refusal(const http::ServedRequest& request) const
{
    if (!token_.empty()) {
        if (http::shows_token(request.headers, token_))
            return std::nullopt;
        http::Reply reply = http::failure_reply(401, {Errc::refused, "this needs the agent's token"});
        reply.headers.add("WWW-Authenticate", "Bearer");
        return reply;
    }
    if (for_this_machine_ && !http::is_meant_for_loopback(request.headers))
        return http::failure_reply(403,
                                   {Errc::refused, "this is for programs of this machine, under the name localhost "
                                                   "or 127.0.0.1: others need [http] token, or the hook a secret"});
    return std::nullopt;
}

http::Reply HttpDoor::answer_itself(const http::ServedRequest& request) const
{
    if (request.method != "GET" && request.method != "HEAD") {
        http::Reply reply = http::failure_reply(405, {Errc::refused, request.path + " is for GET"});
        reply.headers.add("Allow", "GET, HEAD");
        return reply;
    }
    if (request.path == "/metrics")
        return metrics(request);
    if (request.path == "/")
        return page();
    if (request.path == "/healthz")
        return http::text_reply(200, "ok\n");
    const std::string why = trouble();
    return why.empty() ? http::text_reply(200, "ready\n") : http::text_reply(503, "not ready: " + why + "\n");
}

http::Reply HttpDoor::page() const
{
    http::Reply reply;
    reply.headers.add("Content-Type", "text/html; charset=utf-8");
    reply.headers.add("Cache-Control", "no-store");
    reply.headers.add("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
    reply.headers.add("X-Content-Type-Options", "nosniff");
    reply.body = parts_.page();
    return reply;
}

// The older form is what tools read that do not ask.
http::Reply HttpDoor::metrics(const http::ServedRequest& request) const
{
    const std::string* accept = request.headers.find("Accept");
    const std::string wanted = accept == nullptr ? std::string{} : http::lower_case(*accept);
    const bool open = wanted.find("application/openmetrics-text") != std::string::npos;
    const auto form = open ? MetricsText::Form::open_metrics : MetricsText::Form::prometheus;
    http::Reply reply;
    reply.headers.add("Content-Type", std::string{MetricsText::media_type(form)});
    reply.body = parts_.metrics(form);
    return reply;
}

} // namespace forager
