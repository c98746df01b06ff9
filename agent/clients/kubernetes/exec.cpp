#include "clients/kubernetes/exec.hpp"

#include "clients/kubernetes/refusal.hpp"
#include "clients/kubernetes/resource.hpp"
#include "io/formats/json.hpp"

#include <charconv>

namespace forager::kubernetes {

namespace asio = boost::asio;

namespace {

constexpr std::string_view newest = "v5.channel.k8s.io";
constexpr const char* protocols = "v5.channel.k8s.io, v4.channel.k8s.io";

enum Channel : unsigned char { input, output, errors, status, close_channel = 255 };

std::string message(Channel channel, std::string_view bytes)
{
    return static_cast<char>(channel) + std::string{bytes};
}

const char* flag(bool value)
{
    return value ? "true" : "false";
}

// {"details": {"causes": [{"reason": "ExitCode", "message": "3"}]}}
std::optional<int> exit_cause(const Object& status)
{
    for (const Value& item : part<Array>(part<Object>(status, "details"), "causes")) {
        const auto* cause = item.get<Object>();
        if (cause == nullptr || part<std::string>(*cause, "reason") != "ExitCode")
            continue;
        const auto text = part<std::string>(*cause, "message");
        int code = 0;
        if (std::from_chars(text.data(), text.data() + text.size(), code).ec == std::errc{})
            return code;
    }
    return std::nullopt;
}

} // namespace

Result<int> exit_code_in(std::string_view text)
{
    const auto value = parse_json(text);
    const auto* status = value.has_value() ? value->get<Object>() : nullptr;
    if (status == nullptr)
        return Failure{Errc::refused, "Kubernetes: the end of a command is told in a form that is not known"};
    if (part<std::string>(*status, "status") == "Success")
        return 0;
    if (const auto code = exit_cause(*status))
        return *code;
    return refusal("a command in a container", *status);
}

asio::awaitable<Result<Exec>> Exec::open(Client& client, ExecSpec spec)
{
    const Place pods{usual_resources().front(), spec.space};
    Ask ask{"GET", pods.path(spec.pod, "exec")};
    for (std::string& part : spec.command)
        ask.query.emplace_back("command", std::move(part));
    ask.query.emplace_back("container", unless_empty(std::move(spec.container)));
    ask.query.emplace_back("stdin", flag(spec.input));
    ask.query.emplace_back("stdout", "true");
    ask.query.emplace_back("stderr", flag(!spec.tty));
    ask.query.emplace_back("tty", flag(spec.tty));
    auto socket = co_await client.socket(std::move(ask), protocols);
    if (socket.has_error())
        co_return socket.error();
    co_return Exec{std::move(*socket)};
}

asio::awaitable<Result<std::optional<ExecPiece>>> Exec::read()
{
    while (!ended_) {
        auto message = co_await socket_.receive();
        if (message.has_error())
            co_return message.error();
        if (message->size() < 2)
            continue;
        const auto channel = static_cast<unsigned char>(message->front());
        message->erase(0, 1);
        if (channel == output || channel == errors)
            co_return ExecPiece{channel == output ? Stream::out : Stream::err, std::move(*message)};
        if (channel != status)
            continue;
        if (auto taken = take_status(*message); taken.has_error())
            co_return taken.error();
    }
    co_return std::optional<ExecPiece>{};
}

Result<void> Exec::take_status(std::string_view text)
{
    ended_ = true;
    auto code = exit_code_in(text);
    if (code.has_error())
        return code.error();
    exit_code_ = *code;
    return {};
}

asio::awaitable<Result<void>> Exec::write(std::string bytes)
{
    return socket_.send_bytes(message(input, bytes));
}

bool Exec::can_end_input() const
{
    return socket_.protocol() == newest;
}

asio::awaitable<Result<void>> Exec::end_input()
{
    if (!can_end_input()) {
        Failure failure{Errc::refused, "this Kubernetes cannot be told that a command's input has ended"};
        co_return failure;
    }
    auto sent = co_await socket_.send_bytes(message(close_channel, std::string_view{"\0", 1}));
    co_return sent;
}

} // namespace forager::kubernetes
